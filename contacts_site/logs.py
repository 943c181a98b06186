"""What the site writes into its logs: what happened and where, never whom it was about.

Each record tells its request or task. A query, a name and the words of an exception stay out: an
exception of the database repeats the values it refused.
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

# What a record may carry beside its message, in the order of reading.
FIELDS = ("request_id", "user", "task", "method", "path", "status", "milliseconds")
_ADDRESS = re.compile(r"[^\s\"'<>(),;:=]+@[^\s\"'<>(),;:=]+")
_LINE_ENDS = re.compile(r"[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")


def settings(format: str) -> dict[str, Any]:
    """Return Django's LOGGING, where each record is a `line` or an object of `json`."""
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
            # The site's own line for each request says what these would, without the query.
            "django.request": {"level": "ERROR"},
            "django.server": {"handlers": [], "level": "ERROR", "propagate": True},
            "axes": {"level": "WARNING"},
        },
    }


class ContextFilter(logging.Filter):
    """Gives each record its request's number, the person's number, and its task."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add what is known; let every record through."""
        # Django writes about an answer when the request is over, and gives the request along.
        request = current_request.get() or getattr(record, "request", None)
        if isinstance(request, HttpRequest):
            record.request_id = getattr(request, "request_id", None)
            record.user = known_user(request)
        record.task = current_task.get() or None
        return True


def known_user(request: HttpRequest) -> int | None:
    """Return the number of the account, if the request has asked for it already."""
    # Set by Django where it has read the account: a line of log costs no query.
    return getattr(getattr(request, "_cached_user", None), "pk", None)


def told_fields(record: logging.LogRecord) -> dict[str, Any]:
    """Return what a record may carry beside its message; whatever else it has stays out."""
    values = ((name, getattr(record, name, None)) for name in FIELDS)
    return {name: value for name, value in values if value is not None}


def told_message(record: logging.LogRecord) -> str:
    """Return the message on one line, without addresses of mail."""
    return _LINE_ENDS.sub(" ", _ADDRESS.sub("…@…", record.getMessage()))


def told_exception(error: BaseException | None) -> str:
    """Return the kinds of the exception and of those behind it, and where each arose.

    Their words are left out: they may repeat what a person typed, or what the site holds.
    """
    parts: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        frames = "".join(traceback.format_tb(error.__traceback__))
        parts.append(f"{frames}{type(error).__module__}.{type(error).__qualname__}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n  after\n".join(parts)


class _Nameless(logging.Formatter):
    """Formats exceptions without their words, whatever another handler made of them."""

    def format(self, record: logging.LogRecord) -> str:
        fresh = copy.copy(record)
        fresh.exc_text = None
        return super().format(fresh)

    def formatException(self, ei: Any) -> str:  # noqa: N802 (logging's name)
        return told_exception(ei[1])


class LineFormatter(_Nameless):
    """A line for people: the time, what happened, and the fields."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name} {told}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and the places of an exception below it."""
        record = copy.copy(record)
        fields = " ".join(f"{name}={_word(value)}" for name, value in told_fields(record).items())
        record.told = f"{told_message(record)} [{fields}]" if fields else told_message(record)
        return super().format(record)


class ObjectFormatter(_Nameless, JsonFormatter):
    """An object of JSON on a line, for software that gathers logs."""

    def __init__(self) -> None:
        super().__init__(json_ensure_ascii=False)

    def add_fields(
        self,
        log_data: dict[str, Any],
        record: logging.LogRecord,
        message_dict: dict[str, Any],
    ) -> None:
        """Fill the object with what a record may tell, and nothing else that it carries."""
        log_data["time"] = datetime.fromtimestamp(record.created, tz=UTC).isoformat()
        log_data["level"] = record.levelname
        log_data["logger"] = record.name
        log_data["message"] = told_message(record)
        log_data.update(told_fields(record))
        if message_dict.get("exc_info"):
            log_data["exception"] = message_dict["exc_info"]


def _word(value: Any) -> str:
    return _LINE_ENDS.sub(" ", str(value))
