"""The process of one case: `python -m benchmarks.child MODULE.FUNCTION ARGUMENTS`.

Print one line of JSON: the seconds and mebibytes of the function, without Django's start and
imports; what it returned; a digest of the contacts that are there afterwards.
"""

import gc
import hashlib
import json
import sys
import time
from importlib import import_module
from pathlib import Path

import django
from django.db import connection


def main(work: str, arguments: str) -> None:
    """Call the function, and print what it cost."""
    django.setup()
    module, _, name = work.partition(".")
    function = getattr(import_module(f"benchmarks.{module}"), name)
    connection.ensure_connection()
    gc.collect()
    # Set the kernel's high-water mark back to what is in use now (proc(5), clear_refs).
    Path("/proc/self/clear_refs").write_text("5")
    before = _kibibytes("VmRSS")
    start = time.perf_counter()
    outcome = function(**json.loads(arguments))
    seconds = time.perf_counter() - start
    result = {
        "seconds": seconds,
        "mebibytes": (_kibibytes("VmHWM") - before) / 1024,
        "outcome": outcome,
        "contacts": _digest_of_contacts(),
    }
    print(json.dumps(result))


def _kibibytes(key: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{key}:"):
            return int(line.split()[1])
    raise LookupError(key)


def _digest_of_contacts() -> str:
    """Return the number of contacts, and a digest of their fields in order."""
    # Models load after django.setup() only.
    from contacts.models import CONTACT_FIELDS, Contact

    digest, count = hashlib.sha256(), 0
    found = Contact.objects.order_by("member__reference", "position")
    for values in found.values_list("member__reference", *CONTACT_FIELDS).iterator():
        digest.update(repr(values).encode())
        count += 1
    return f"{count} contacts, {digest.hexdigest()[:16]}"


if __name__ == "__main__":
    main(*sys.argv[1:])
