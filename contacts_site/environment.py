"""Reading settings from the environment, so that a wrong value names itself."""

import json
import os
import warnings
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured, ValidationError

from base.addresses import check_address
from base.named_addresses import parse_mailboxes

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}
_env = environ.Env()


def text(name: str, default: str = "") -> str:
    """Return the variable's text, or the default where it is not set."""
    return os.environ.get(name, default)


def boolean(name: str, *, default: bool) -> bool:
    """Return a yes or no; raise ImproperlyConfigured for anything else."""
    value = os.environ.get(name)
    if value is None:
        return default
    if value.strip().lower() in _TRUE:
        return True
    if value.strip().lower() in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name}={value!r} is neither true nor false.")


def whole_number(name: str, default: int, *, minimum: int = 0) -> int:
    """Return a whole number of at least `minimum`; raise ImproperlyConfigured otherwise."""
    value = os.environ.get(name)
    if value is None:
        return default
    try:
        number = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name}={value!r} is not a whole number.") from None
    if number < minimum:
        raise ImproperlyConfigured(f"{name}={value!r} must be at least {minimum}.")
    return number


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    """Return one of the texts allowed; raise ImproperlyConfigured for another."""
    value = os.environ.get(name, default).strip().lower()
    if value not in allowed:
        raise ImproperlyConfigured(f"{name}={value!r} must be one of: {', '.join(allowed)}.")
    return value


def items(name: str, default: list[str]) -> list[str]:
    """Return the comma-separated items of the variable."""
    value = os.environ.get(name)
    if value is None:
        return default
    return [item.strip() for item in value.split(",") if item.strip()]


def database(name: str, default: Path) -> dict[str, Any]:
    """Return Django's description of the database at the variable's URL.

    The default is an SQLite file at the path given. Raises ImproperlyConfigured for a URL of
    another database than SQLite or PostgreSQL, without repeating it: it may hold a password.
    """
    url = os.environ.get(name) or f"sqlite:///{default}"
    try:
        with warnings.catch_warnings():
            # django-environ warns of a wrong URL by printing it.
            warnings.simplefilter("error", UserWarning)
            description: dict[str, Any] = _env.db_url_config(url)
        engine = str(description["ENGINE"])
    except (AttributeError, ImproperlyConfigured, KeyError, UserWarning, ValueError):
        raise ImproperlyConfigured(f"{name} is not the URL of a database.") from None
    if engine.endswith(".sqlite3"):
        return _sqlite(description)
    if engine.endswith(".postgresql"):
        description.setdefault("CONN_MAX_AGE", 60)
        description.setdefault("CONN_HEALTH_CHECKS", True)
        # Give up on a server that does not answer; a slow query is not affected.
        description["OPTIONS"] = {"connect_timeout": 10, **description.get("OPTIONS", {})}
        return description
    raise ImproperlyConfigured(f"{name} must begin with sqlite: or postgres:.")


def email(name: str, default: str) -> dict[str, Any]:
    """Return Django's e-mail settings.

    They name the backend whose dotted path is EMAIL_BACKEND, with the JSON object ANYMAIL for one
    of django-anymail's; or else what the variable's URL asks for, where `mailbox://` keeps mail on
    this machine. Raises ImproperlyConfigured without repeating a value: it may hold a password.
    """
    if backend := text("EMAIL_BACKEND"):
        return {"EMAIL_BACKEND": backend, "ANYMAIL": _json_object("ANYMAIL")}
    url = os.environ.get(name) or default
    if url == "mailbox://":
        return {"EMAIL_BACKEND": "mailing.mailbox.letters.MailboxBackend"}
    try:
        return dict(_env.email_url_config(url))
    except (AttributeError, ImproperlyConfigured, KeyError, ValueError):
        raise ImproperlyConfigured(f"{name} is not the URL of a mail server.") from None


def sender(name: str, default: str) -> str:
    """Return a mail address, perhaps with a name before it, or the default where it is not set.

    Raises ImproperlyConfigured for anything else, and for letters before the @ that are not ASCII:
    few mail servers take these.
    """
    value = text(name) or default
    if not value:
        return value
    try:
        (mailbox,) = parse_mailboxes(value)
        local, _, domain = mailbox.address.rpartition("@")
        # A bare host has no mail address elsewhere, but may be the sender here.
        check_address(mailbox.address if "." in domain else f"{mailbox.address}.localhost")
        local.encode("ascii")
    except (ValidationError, ValueError):
        raise ImproperlyConfigured(f"{name}={value!r} is not a mail address.") from None
    return value


def file_storage(default: Path) -> dict[str, Any]:
    """Return Django's description of where files are kept.

    That is the folder FILES_DIR, or the default one; or else the backend whose dotted path is
    FILES_STORAGE, with the JSON object FILES_STORAGE_OPTIONS. Raises ImproperlyConfigured for
    options that are none, without repeating them: they may hold a secret.
    """
    backend = text("FILES_STORAGE")
    if backend:
        return {"BACKEND": backend, "OPTIONS": _json_object("FILES_STORAGE_OPTIONS")}
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": Path(text("FILES_DIR") or default),
            "base_url": None,
            # No other account of the machine reads it.
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    }


def _json_object(name: str) -> dict[str, Any]:
    try:
        found = json.loads(text(name) or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ImproperlyConfigured(f"{name} is not a JSON object.")
    return found


def _sqlite(description: dict[str, Any]) -> dict[str, Any]:
    """Make SQLite fit for several writers: WAL, write locks taken at BEGIN, patience."""
    path = Path(str(description["NAME"]))
    if description["NAME"] != ":memory:":
        path.parent.mkdir(parents=True, exist_ok=True)
    description["OPTIONS"] = {
        **description.get("OPTIONS", {}),
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
            # Without it, no trigger would see the rows that REPLACE deletes.
            "PRAGMA recursive_triggers=ON;"
        ),
    }
    # A file rather than memory: browser tests read it from several threads.
    description["TEST"] = {"NAME": str(path.with_name("test.sqlite3"))}
    return description
