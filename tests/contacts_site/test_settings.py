import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from contacts_site import environment

ROOT = Path(__file__).resolve().parents[2]
SECRET = "tres-secret"


def start(tmp_path, script="", **variables):
    """Start the site in a process of its own that knows nothing but these variables."""
    command = ["manage.py", "shell", "-v0", "-c", script] if script else ["manage.py", "check"]
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_secret_is_all_that_the_site_needs(tmp_path):
    assert start(tmp_path, SECRET_KEY="x").returncode == 0


def test_without_a_secret_it_does_not_start_and_says_why(tmp_path):
    stopped = start(tmp_path)
    assert stopped.returncode != 0
    assert stopped.stderr.startswith("SECRET_KEY is not set. Give the site a long random secret")


def test_development_needs_no_secret(tmp_path):
    assert start(tmp_path, DEBUG="true").returncode == 0


@pytest.mark.parametrize(
    "variables",
    [
        {"DEBUG": "maybe"},
        {"HTTPS": "ja"},
        {"BEHIND_PROXY": "2"},
        {"CONTACT_FILE_MAX_MIB": "many"},
        {"CONTACT_FILE_MAX_UNPACKED_MIB": "0"},
        {"CONTACT_FILE_MAX_ROWS": "-1"},
        {"API_REQUESTS_PER_MINUTE": "0"},
        {"PROXY_COUNT": "0"},
        {"SESSION_MINUTES": "1"},
        {"SIGN_IN_MAX_FAILURES": "0"},
        {"SIGN_IN_LOCK_MINUTES": "0"},
        {"REQUIRE_SECOND_FACTOR": "some"},
        {"LOG_FORMAT": "xml"},
        {"DATABASE_URL": f"mysql://u:{SECRET}@host/base"},
        {"DATABASE_URL": f"postgress://u:{SECRET}@host/base"},
        {"DEFAULT_FROM_EMAIL": "Bureau <bureau@halle.test»>"},
        {"REPLY_TO_EMAIL": "bureau"},
        {"EMAIL_URL": f"pigeon://u:{SECRET}@host"},
        {"ANYMAIL": f'"{SECRET}"', "EMAIL_BACKEND": "anymail.backends.brevo.EmailBackend"},
        {"FILES_STORAGE_OPTIONS": f'"{SECRET}"', "FILES_STORAGE": "storages.backends.s3.S3Storage"},
        {"HEALTH_MAX_QUEUE_MINUTES": "0"},
        {"RETENTION_MESSAGES_DAYS": "-1"},
    ],
)
def test_a_wrong_value_names_itself_and_tells_no_password(tmp_path, variables):
    stopped = start(tmp_path, SECRET_KEY="x", **variables)
    assert stopped.returncode != 0
    (sentence,) = stopped.stderr.splitlines()
    assert next(iter(variables)) in sentence
    assert SECRET not in stopped.stdout + stopped.stderr


COOKIES = (
    "from django.conf import settings as s; print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, "
    "s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS > 0)"
)


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({}, "True True True True"),
        ({"HTTPS": "true", "DEBUG": "true"}, "True True True True"),
        ({"HTTPS": "false"}, "False False False False"),
        ({"DEBUG": "true"}, "False False False False"),
    ],
)
def test_cookies_travel_by_https_alone_unless_told_otherwise(tmp_path, variables, said):
    assert start(tmp_path, COOKIES, SECRET_KEY="x", **variables).stdout.strip() == said


@pytest.mark.parametrize("value", ["1", "true", "YES", " on "])
def test_yes(monkeypatch, value):
    monkeypatch.setenv("NAME", value)
    assert environment.boolean("NAME", default=False) is True


@pytest.mark.parametrize("value", ["0", "False", "no", "off", "", " "])
def test_no(monkeypatch, value):
    monkeypatch.setenv("NAME", value)
    assert environment.boolean("NAME", default=True) is False


def test_what_is_not_set_has_its_default(monkeypatch):
    monkeypatch.delenv("NAME", raising=False)
    assert environment.boolean("NAME", default=True) is True
    assert environment.whole_number("NAME", 7) == 7
    assert environment.items("NAME", ["a"]) == ["a"]
    assert environment.text("NAME", "a") == "a"


@pytest.mark.parametrize("value", ["2", "vrai", "yes no"])
def test_neither_yes_nor_no_is_refused(monkeypatch, value):
    monkeypatch.setenv("NAME", value)
    with pytest.raises(ImproperlyConfigured, match=f"NAME='{value}' is neither true nor false"):
        environment.boolean("NAME", default=False)


def test_a_whole_number(monkeypatch):
    monkeypatch.setenv("NAME", " 12 ")
    assert environment.whole_number("NAME", 7, minimum=12) == 12


@pytest.mark.parametrize(
    ("value", "said"),
    [("", "not a whole number"), ("1.5", "not a whole number"), ("0", "must be at least 1")],
)
def test_another_number_is_refused(monkeypatch, value, said):
    monkeypatch.setenv("NAME", value)
    with pytest.raises(ImproperlyConfigured, match=f"NAME='{value}' .*{said}"):
        environment.whole_number("NAME", 7, minimum=1)


@pytest.mark.parametrize(("value", "items"), [("", []), ("a", ["a"]), (" a , b,,", ["a", "b"])])
def test_items(monkeypatch, value, items):
    monkeypatch.setenv("NAME", value)
    assert environment.items("NAME", ["x"]) == items


@pytest.mark.parametrize("value", ["json", " JSON "])
def test_a_choice(monkeypatch, value):
    monkeypatch.setenv("NAME", value)
    assert environment.choice("NAME", "line", ("line", "json")) == "json"
    monkeypatch.delenv("NAME")
    assert environment.choice("NAME", "line", ("line", "json")) == "line"


@pytest.mark.parametrize("value", ["", "xml"])
def test_another_choice_is_refused(monkeypatch, value):
    monkeypatch.setenv("NAME", value)
    with pytest.raises(ImproperlyConfigured, match=f"NAME='{value}' must be one of: line, json"):
        environment.choice("NAME", "line", ("line", "json"))


@pytest.mark.parametrize("value", [None, "", "sqlite:///{folder}/data/site.sqlite3"])
def test_sqlite_is_made_fit_for_several_writers(monkeypatch, tmp_path, value):
    monkeypatch.delenv("NAME", raising=False)
    if value is not None:
        monkeypatch.setenv("NAME", value.format(folder=tmp_path))
    description = environment.database("NAME", tmp_path / "data" / "site.sqlite3")
    assert description["ENGINE"] == "django.db.backends.sqlite3"
    assert description["NAME"] == str(tmp_path / "data" / "site.sqlite3")
    assert (tmp_path / "data").is_dir()
    assert description["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert description["OPTIONS"]["timeout"] >= 20
    assert "journal_mode=WAL" in description["OPTIONS"]["init_command"]


@pytest.mark.only_on("sqlite")
@pytest.mark.django_db
def test_sqlite_does_as_it_was_told():
    with connection.cursor() as cursor:
        pragmas = [
            cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in (
                *("journal_mode", "synchronous", "foreign_keys", "busy_timeout"),
                "recursive_triggers",
            )
        ]
    assert pragmas == ["wal", 1, 1, 20_000, 1]


def test_postgresql_is_reached_by_its_url(monkeypatch, tmp_path):
    monkeypatch.setenv("NAME", f"postgres://u:{SECRET}@host:5433/base?sslmode=require")
    description = environment.database("NAME", tmp_path)
    assert description["ENGINE"] == "django.db.backends.postgresql"
    assert (description["USER"], description["PASSWORD"]) == ("u", SECRET)
    assert (description["HOST"], description["PORT"], description["NAME"]) == ("host", 5433, "base")
    assert description["OPTIONS"] == {"connect_timeout": 10, "sslmode": "require"}
    assert description["CONN_HEALTH_CHECKS"] is True


@pytest.mark.parametrize(
    "value",
    [
        SECRET,
        f"mysql://u:{SECRET}@host/base",
        f"postgres://u:{SECRET}@host:port/base",
        f"postgres//u:{SECRET}@host/base",
        f"postgress://u:{SECRET}@host/base",
        f"sqlite://u:{SECRET}@host/site.sqlite3",
        f"oracle://{SECRET}",
    ],
)
def test_another_database_is_refused_without_telling_the_password(monkeypatch, tmp_path, value):
    monkeypatch.setenv("NAME", value)
    with pytest.raises(ImproperlyConfigured, match="NAME") as refusal:
        environment.database("NAME", tmp_path)
    assert SECRET not in str(refusal.value)
    assert refusal.value.__cause__ is None


def test_a_mail_server_is_reached_by_its_url(monkeypatch):
    monkeypatch.setenv("NAME", f"smtp+tls://u:{SECRET}@host:587")
    found = environment.email("NAME", "consolemail://")
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == ("host", 587)
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("u", SECRET)
    assert found["EMAIL_USE_TLS"] is True


@pytest.mark.parametrize(
    "value", [SECRET, f"pigeon://u:{SECRET}@host", f"smtp://u:{SECRET}@host:port"]
)
def test_another_way_to_send_mail_is_refused_without_telling_the_password(monkeypatch, value):
    monkeypatch.setenv("NAME", value)
    with pytest.raises(
        ImproperlyConfigured, match="NAME is not the URL of a mail server"
    ) as refusal:
        environment.email("NAME", "consolemail://")
    assert SECRET not in str(refusal.value)


def test_files_are_kept_in_a_folder_that_nobody_else_reads(monkeypatch, tmp_path):
    monkeypatch.delenv("FILES_DIR", raising=False)
    monkeypatch.delenv("FILES_STORAGE", raising=False)
    options = environment.file_storage(tmp_path / "files")["OPTIONS"]
    assert options["location"] == tmp_path / "files"
    assert options["base_url"] is None
    assert (options["file_permissions_mode"], options["directory_permissions_mode"]) == (
        0o600,
        0o700,
    )


def test_machines_can_share_a_folder_for_files(monkeypatch, tmp_path):
    monkeypatch.setenv("FILES_DIR", str(tmp_path / "shared"))
    assert environment.file_storage(tmp_path)["OPTIONS"]["location"] == tmp_path / "shared"


def test_files_can_be_kept_elsewhere(monkeypatch, tmp_path):
    monkeypatch.setenv("FILES_STORAGE", "storages.backends.s3.S3Storage")
    monkeypatch.setenv("FILES_STORAGE_OPTIONS", '{"bucket_name": "contacts"}')
    assert environment.file_storage(tmp_path) == {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {"bucket_name": "contacts"},
    }


@pytest.mark.parametrize("value", ["[]", "bucket", "{"])
def test_options_of_a_storage_that_are_none_are_refused(monkeypatch, tmp_path, value):
    monkeypatch.setenv("FILES_STORAGE", "storages.backends.s3.S3Storage")
    monkeypatch.setenv("FILES_STORAGE_OPTIONS", value)
    with pytest.raises(ImproperlyConfigured, match="FILES_STORAGE_OPTIONS is not a JSON object"):
        environment.file_storage(tmp_path)


def test_mail_can_leave_by_a_sending_service(monkeypatch):
    monkeypatch.setenv("EMAIL_URL", "smtp://127.0.0.1")
    monkeypatch.setenv("EMAIL_BACKEND", "anymail.backends.brevo.EmailBackend")
    monkeypatch.setenv("ANYMAIL", '{"BREVO_API_KEY": "key"}')
    assert environment.email("EMAIL_URL", "consolemail://") == {
        "EMAIL_BACKEND": "anymail.backends.brevo.EmailBackend",
        "ANYMAIL": {"BREVO_API_KEY": "key"},
    }


def check_deploy(tmp_path, **variables):
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DATA_DIR": str(tmp_path),
            "SECRET_KEY": "".join(map(chr, range(40, 120))),
            "ALLOWED_HOSTS": "contacts.example.org",
            **variables,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_real_site_without_a_mail_server_does_not_pass_the_check(tmp_path):
    failed = check_deploy(tmp_path)
    assert failed.returncode != 0
    assert "EMAIL_URL is not set" in failed.stderr
    assert check_deploy(tmp_path, EMAIL_URL="smtp://127.0.0.1:25").returncode == 0
    assert check_deploy(tmp_path, EMAIL_URL="consolemail://").returncode != 0


@pytest.mark.parametrize("name", ["DEFAULT_FROM_EMAIL", "REPLY_TO_EMAIL"])
@pytest.mark.parametrize(
    ("value", "is_right"),
    [
        ("contacts@halle.example", True),
        ("Halle aux légumes <contacts@straße.example>", True),
        ('"Halle, Évry" <contacts@localhost>', True),
        ("", True),
        ("halle.example", False),
        ("contacts@halle.example»", False),
        ("Élise <élise@halle.example>", False),
        ("a@x.fr, b@x.fr", False),
        ("contacts@halle\u200b.example", False),
    ],
)
def test_the_sites_own_addresses_are_checked(monkeypatch, name, value, is_right):
    monkeypatch.setenv(name, value)
    if is_right:
        assert environment.sender(name, "") == value
    else:
        with pytest.raises(ImproperlyConfigured, match=name):
            environment.sender(name, "")


def test_a_wrong_sender_stops_the_start(tmp_path):
    stopped = start(tmp_path, SECRET_KEY="x", DEFAULT_FROM_EMAIL="nobody")
    assert stopped.returncode != 0
    assert "DEFAULT_FROM_EMAIL='nobody' is not a mail address." in stopped.stderr
