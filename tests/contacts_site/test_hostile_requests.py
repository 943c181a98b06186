"""Each address answers hostile requests of each role that reaches it, by little work.

Work is counted, not timed: statements of the database, bytes of the answer, bytes of the log.
"""

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.client import BOUNDARY
from django.test.utils import CaptureQueriesContext

from tests.contacts_site.test_urls import ROLES, TABLE, address, cookies, part_of, site
from tests.log_capture import WrittenLogs

__all__ = ["cookies", "site"]

MARK = "Zyxomarque"
# One that expressions might repeat, and what would end them.
LETTERS = (" ", "a", "0", "@", ".", "-", "{", "<", ";", ",", "/", "é", "\n", "\x00", "'", "+")
LENGTH = 65_536
FORM = "application/x-www-form-urlencoded"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
MOST_STATEMENTS = 60
# A form shows again what was typed, each letter as at most six (&#x27;).
MOST_BYTES = 400_000
MOST_BYTES_A_LETTER = 6
FIELDS = ("q", "name", "email", "phones", "note", "subject", "text", "code", "old_password")


def many_fields(count=100_000):
    return "&".join(f"a{number}=1" for number in range(count)).encode()


def long_fields(first):
    """Make a form in which each field repeats another letter, beginning with this one."""
    body = "".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
        f"{{{{{LETTERS[(first + place) % len(LETTERS)] * LENGTH}!\r\n"
        for place, name in enumerate(FIELDS)
    )
    return f"{body}--{BOUNDARY}--\r\n".encode()


@pytest.fixture
def send(cookies, tmp_path):
    """Send as a role; return the answer, after its statements and bytes were counted."""
    client = Client(raise_request_exception=False)

    def send(role, method, url, body=b"", kind=FORM, **headers):
        client.cookies.clear()
        client.cookies["sessionid"] = cookies[role]
        with CaptureQueriesContext(connection) as statements, transaction.atomic():
            response = client.generic(method, url, body, content_type=kind, **headers)
            length = len(response.getvalue())
            transaction.set_rollback(True)
        where = (role, method, url[:60], kind[-40:])
        assert response.status_code < 500, where
        assert len(statements) <= MOST_STATEMENTS, (where, len(statements))
        assert length <= MOST_BYTES + MOST_BYTES_A_LETTER * len(body), (where, length)
        return response

    return send


def roles_of(route, method):
    """Return the first and the last role that the address serves; nobody, where it serves none."""
    reached = [r for r, s in zip(ROLES, TABLE[route][method], strict=True) if s in (200, 302)]
    return reached[:1] + reached[-1:] if reached else ["nobody"]


PARTS = sorted({part_of(route) for route in TABLE})


@pytest.fixture
def routes_of(site):
    return lambda part: [(r, address(r, site)) for r in TABLE if part_of(r) == part]


@pytest.mark.parametrize("part", PARTS)
def test_no_address_decodes_another_charset(part, routes_of, send):
    for _, url in routes_of(part):
        for charset in ("hex", "punycode"):
            for method in ("GET", "POST"):
                body = b"q=" + b"a" * LENGTH
                answer = send("superuser", method, f"{url}?q=a", body, f"{FORM}; charset={charset}")
                assert answer.status_code == 415, url


@pytest.mark.parametrize("part", PARTS)
def test_no_address_reads_a_hundred_thousand_fields(part, routes_of, send):
    body = many_fields()
    for route, url in routes_of(part):
        for role in dict.fromkeys(roles_of(route, "POST")):
            send(role, "POST", url, body)
        send(roles_of(route, "GET")[-1], "GET", f"{url}?{body[:LENGTH].decode()}")


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS)
def test_no_long_text_of_one_letter_makes_work(part, routes_of, send, tmp_path):
    with WrittenLogs(tmp_path) as logs:
        for route, url in routes_of(part):
            role = roles_of(route, "POST")[-1]
            for first in range(0, len(LETTERS), 4):
                send(role, "POST", url, long_fields(first), MULTIPART)
            role = roles_of(route, "GET")[-1]
            for letter in LETTERS[::4]:
                send(role, "GET", url, QUERY_STRING=f"q={MARK}{letter * 8_000}")
    assert MARK not in logs.text()


@pytest.mark.parametrize("key", [str(2**31), str(2**63), str(10**30), "9" * 5_000])
@pytest.mark.parametrize("role", ["nobody", "superuser"])
def test_a_number_beyond_all_keys_is_not_found(role, key, site, send):
    keys = {
        parameter: key if "pk" in parameter or "id" in parameter else value
        for parameter, value in site.items()
    }
    for route in TABLE:
        url = address(route, keys)
        if key in url:
            for method in ("GET", "POST"):
                status = send(role, method, url).status_code
                # A form sent for what was deleted meanwhile is shown again.
                shown_again = method == "POST" and status == 200
                assert shown_again or status in (302, 401, 403, 404, 405), (url[:50], method)
