# ruff: noqa: INP001 (a script, not a part of a package)
"""The container's own check of its web server: exits 0 where it may be sent people, 1 otherwise.

A worker has no web server: compose.yaml switches the check off for it.
"""

import os
import sys
from http.client import HTTPConnection, HTTPException

SECONDS = 4


def main() -> int:
    """Ask the web server beside."""
    port = os.environ.get("BIND", "0.0.0.0:8000").rpartition(":")[2]
    line = HTTPConnection("127.0.0.1", int(port), timeout=SECONDS)
    # The site answers only to its own names.
    host = os.environ.get("ALLOWED_HOSTS", "localhost").partition(",")[0].strip()
    try:
        line.request("GET", "/health/", headers={"Host": host.lstrip("*.") or "localhost"})
        return int(line.getresponse().status != 200)
    except (OSError, HTTPException):
        return 1


if __name__ == "__main__":
    sys.exit(main())
