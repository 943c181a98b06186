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

from contacts_site.shown_paths import shown_path

current_request: ContextVar[HttpRequest | None] = ContextVar("current_request", default=None)
current_task: ContextVar[str] = ContextVar("current_task", default="")

# The extra fields of a record that are written, in this order.
FIELDS = ("request_id", "user", "task", "method", "path", "status", "milliseconds")
# A word with an @ in it. It begins where no letter of a word stands before: each is read once.
_ADDRESS = re.compile(r"(?<![^\s\"'<>(),;:=])[^\s\"'<>(),;:=@]*+@[^\s\"'<>(),;:=]*+")
_LINE_ENDS = re.compile(r"[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
# They would act on a terminal, change the order of letters on it, or make a file « binary ».
_CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_LONGEST_MESSAGE = 4_000


def settings(format: str) -> dict[str, Any]:
    """Return Django's setting LOGGING; `format` is `line` or `json`."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"context": {"()": ContextFilter}},
        "formatters": {"chosen": {"()": formatter, "format": format}},
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


def formatter(format: str) -> logging.Formatter:
    """Return what writes the records in this format, `line` or `json`."""
    return LineFormatter() if format == "line" else ObjectFormatter()


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
    """Return the message on one line, without mail addresses, and with a path as it may be shown.

    What Django's safeguards say repeats the header that they refused: their name must do.
    """
    if record.name.startswith("django.security."):
        return f"refused: {record.name.rpartition('.')[2]}"
    message = record.getMessage()
    request = getattr(record, "request", None)
    if isinstance(request, HttpRequest):
        message = message.replace(request.path, shown_path(request))
    if len(message) > _LONGEST_MESSAGE:
        message = f"{message[:_LONGEST_MESSAGE]}…"
    return _one_line(_ADDRESS.sub("…@…", message))


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
        fields = " ".join(
            f"{name}={_one_line(str(value))}" for name, value in known_fields(record).items()
        )
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


def _one_line(text: str) -> str:
    """Return the text with spaces for line ends, and other control characters by number."""
    return _CONTROL.sub(lambda found: ascii(found[0])[1:-1], _LINE_ENDS.sub(" ", text))
