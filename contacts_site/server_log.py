"""gunicorn's own log, in the format of the site's, without what a request says.

A request that gunicorn cannot read never reaches the site, and may be anything that was typed.
"""

import logging
from typing import Any

from gunicorn.glogging import Logger

from contacts_site import environment, logs

# gunicorn ends these messages with the request's address, or with a line of it.
_ABOUT_A_REQUEST = ("Invalid request", "Error handling request")


class ServerLog(Logger):  # type: ignore[misc] # gunicorn has no types
    """Writes as the site does, in the format LOG_FORMAT."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        formatter = logs.formatter(environment.choice("LOG_FORMAT", "line", ("line", "json")))
        for handler in self.error_log.handlers:
            handler.setFormatter(formatter)
            handler.addFilter(_without_request)


def _without_request(record: logging.LogRecord) -> logging.LogRecord:
    """Return the record, cut before what it says of a request."""
    message = record.getMessage()
    for beginning in _ABOUT_A_REQUEST:
        if message.startswith(beginning):
            record.msg, record.args = beginning, ()
    return record
