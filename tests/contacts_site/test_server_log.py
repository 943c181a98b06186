"""What gunicorn cannot read, or the site cannot answer, leaves no word of it in gunicorn's log."""

import os
import socket

import pytest

from tests.site_processes import Web, wait_until

WORDS = ("Dupont", "anne", "0478112233")


@pytest.fixture
def web(tmp_path):
    """A web server of the site, which needs no database to refuse."""
    environment = os.environ | {"SECRET_KEY": "x", "DEBUG": "true", "LOG_FORMAT": "json"}
    environment["DATABASE_URL"] = f"sqlite:///{tmp_path}/site.sqlite3"
    started = Web(tmp_path / "machine", environment, "--log-level", "debug")
    yield started
    started.kill()


def send(port, line):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(line)
        return connection.recv(1_000)


def test_a_line_that_is_no_request_is_not_repeated(web):
    web.wait_until_ready()
    assert b"400" in send(
        web.port, b"GET /Dupont/0478112233 Dupont anne@example.org HTTP/1.1\r\n\r\n"
    )
    assert b"400" in send(web.port, b"GET / HTTP/Dupont\r\n\r\n")
    assert b"400" in send(web.port, b"GET / HTTP/1.1\r\nanne dupont: 0478112233\r\n\r\n")
    wait_until(lambda: web.log.count("Invalid request") == 3, web)
    assert [word for word in WORDS if word in web.log] == []
    assert '"logger": "gunicorn.error"' in web.log
