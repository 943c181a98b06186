"""Logs without personal data: what happened and where, never to whom.

Each record has the number of its request or task. Queries of URLs, names and the messages of
exceptions stay out: a database error repeats the values that it refused.
"""

import copy
import logging
import re
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from pythonjsonlogger.json import JsonFormatter

current_request: ContextVar[HttpRequest | None] = ContextVar("current_request", default=None)
current_task: ContextVar[str] = ContextVar("current_task", default="")

# The extra fields of a record that are written, in this order.
FIELDS = ("request_id", "user", "task", "method", "path", "status", "milliseconds")
_ADDRESS = re.compile(r"[^\s\"'<>(),;:=]+@[^\s\"'<>(),;:=]+")
_LINE_ENDS = re.compile(r"[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")


def settings(format: str) -> dict[str, Any]:
    """Return Django's setting LOGGING; `format` is `line` or `json`."""
    formatter = {"line": LineFormatter, "json": ObjectFormatter}[format]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"context": {"()": ContextFilter}},
        "formatters": {"chosen": {"()": formatter}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "chosen",
                "filters": ["context"],
            }
        },
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            "django": {"handlers": [], "level": "INFO"},
            # Replaced by the line of request_log.py, which has no query.
            "django.request": {"level": "ERROR"},
            "django.server": {"handlers": [], "level": "ERROR", "propagate": True},
            "axes": {"level": "WARNING"},
        },
    }


class ContextFilter(logging.Filter):
    """Adds to each record the numbers of its request, of the account, and of its task."""

    def filter(self, record: logging.LogRecord) -> bool:
        # Django logs some responses when the request is over, and passes the request as an extra.
        request = current_request.get() or getattr(record, "request", None)
        if isinstance(request, HttpRequest):
            record.request_id = getattr(request, "request_id", None)
            record.user = known_user(request)
        record.task = current_task.get() or None
        return True


def known_user(request: HttpRequest) -> int | None:
    """Return the key of the account, if it is loaded already: logging must not cost a query."""
    # Set by Django's `request.user`.
    return getattr(getattr(request, "_cached_user", None), "pk", None)


def known_fields(record: logging.LogRecord) -> dict[str, Any]:
    values = ((name, getattr(record, name, None)) for name in FIELDS)
    return {name: value for name, value in values if value is not None}


def safe_message(record: logging.LogRecord) -> str:
    """Return the message on one line, without mail addresses."""
    return _LINE_ENDS.sub(" ", _ADDRESS.sub("…@…", record.getMessage()))


def safe_traceback(error: BaseException | None) -> str:
    """Return the traceback and type of the exception and of its causes, without their messages.

    A message may repeat what a person typed, or data of the site.
    """
    parts: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        frames = "".join(traceback.format_tb(error.__traceback__))
        parts.append(f"{frames}{type(error).__module__}.{type(error).__qualname__}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n  after\n".join(parts)


class _SafeFormatter(logging.Formatter):
    """Formats exceptions without their messages, also if another handler has formatted them."""

    def format(self, record: logging.LogRecord) -> str:
        fresh = copy.copy(record)
        fresh.exc_text = None
        return super().format(fresh)

    def formatException(self, ei: Any) -> str:  # noqa: N802 (logging's name)
        return safe_traceback(ei[1])


class LineFormatter(_SafeFormatter):
    """A line for people: the time, the message, and the fields; below it, a traceback."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name} {text}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        record = copy.copy(record)
        fields = " ".join(f"{name}={_word(value)}" for name, value in known_fields(record).items())
        record.text = f"{safe_message(record)} [{fields}]" if fields else safe_message(record)
        return super().format(record)


class ObjectFormatter(_SafeFormatter, JsonFormatter):
    """A JSON object on one line, for software that collects logs."""

    def __init__(self) -> None:
        super().__init__(json_ensure_ascii=False)

    def add_fields(
        self,
        log_data: dict[str, Any],
        record: logging.LogRecord,
        message_dict: dict[str, Any],
    ) -> None:
        """Fill the object with the same as LineFormatter; the record's other extras stay out."""
        log_data["time"] = datetime.fromtimestamp(record.created, tz=UTC).isoformat()
        log_data["level"] = record.levelname
        log_data["logger"] = record.name
        log_data["message"] = safe_message(record)
        log_data.update(known_fields(record))
        if message_dict.get("exc_info"):
            log_data["exception"] = message_dict["exc_info"]


def _word(value: Any) -> str:
    return _LINE_ENDS.sub(" ", str(value))
