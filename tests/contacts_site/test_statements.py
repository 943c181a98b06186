"""On PostgreSQL a web server ends statements that run too long."""

import os
import subprocess
import sys

import pytest
from django.conf import settings as django_settings
from django.db import OperationalError, connection, transaction

from contacts_site.statements import set_limit
from tests.site_processes import database_url


def limit():
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return cursor.fetchone()[0]


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db
def test_a_statement_beyond_the_limit_is_ended(settings):
    settings.STATEMENT_TIMEOUT_SECONDS = 1
    set_limit(connection)
    assert limit() == "1s"
    with (
        pytest.raises(OperationalError, match="statement timeout"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT pg_sleep(60)")


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db
def test_0_is_no_limit(settings):
    settings.STATEMENT_TIMEOUT_SECONDS = 0
    set_limit(connection)
    assert limit() == "0"


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize(
    ("module", "said"), [("contacts_site.wsgi", "7s"), ("contacts_site.urls", "0")]
)
def test_a_web_server_is_limited_and_other_processes_are_not(module, said):
    script = (
        f"import django; django.setup(); import {module}; from django.db import connection; "
        "cursor = connection.cursor(); cursor.execute('SHOW statement_timeout'); "
        "print(cursor.fetchone()[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=django_settings.BASE_DIR,
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "contacts_site.settings",
            "DATABASE_URL": database_url(),
            "STATEMENT_TIMEOUT_SECONDS": "7",
            "SECRET_KEY": "x",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == said


@pytest.mark.only_on("sqlite")
@pytest.mark.django_db
def test_sqlite_is_left_alone(settings, django_assert_num_queries):
    settings.STATEMENT_TIMEOUT_SECONDS = 1
    with django_assert_num_queries(0):
        set_limit(connection)
