"""What is uploaded takes disk only from people who may import, and only while it is in use."""

import os
import socket
from pathlib import Path

import pytest
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT

from base import uploads
from importexport.models import ImportRun
from importexport.runs.steps import abandon
from tests.accounts.second_factor.codes import telephone_of
from tests.factories import ADMINISTRATOR, UserFactory
from tests.importexport.files_made import csv_file
from tests.importexport.importing import ADDRESS, last_run, send
from tests.pages import errors
from tests.site_processes import Browser, Site, wait_until

LARGE = 2 * 1024 * 1024
MARK = b"Zyxomarque"


@pytest.fixture
def on_disk(monkeypatch):
    """The files that uploads made on the disk."""
    made = []
    make = uploads.tempfile.TemporaryFile

    def noted(*args, **kwargs):
        made.append(make(*args, **kwargs))
        return made[-1]

    monkeypatch.setattr(uploads.tempfile, "TemporaryFile", noted)
    return made


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["nobody", "without_role", "back_office"])
@pytest.mark.parametrize("path", [ADDRESS, "/connexion/", "/deconnexion/", "/nulle-part/"])
def test_nothing_is_written_for_people_who_may_not_import(request, on_disk, role, path):
    client = request.getfixturevalue(role)
    client.post(path, {"file": csv_file(["C1", "x" * LARGE, 1])})
    assert on_disk == []
    enforced = Client(enforce_csrf_checks=True)
    enforced.cookies = client.cookies
    answer = enforced.post(path, {"file": csv_file(["C1", "x" * LARGE, 1])})
    # The sign-in page shows itself again to whoever is signed out.
    is_sign_in = (path, role) == ("/connexion/", "nobody")
    assert answer.status_code in ([200] if is_sign_in else [403, 404])
    assert on_disk == []


@pytest.mark.django_db
def test_nothing_is_written_before_the_second_factor(on_disk):
    user = UserFactory(role=ADMINISTRATOR)
    telephone_of(user)
    client = Client()
    client.force_login(user)
    client.post(ADDRESS, {"file": csv_file(["C1", "x" * LARGE, 1])})
    assert (on_disk, last_run()) == ([], None)


def test_who_may_import_uploads_to_the_disk(administrator, on_disk):
    send(administrator, csv_file(["C1", "x" * LARGE, 1]))
    assert len(on_disk) == 1
    assert last_run().file_size > LARGE


def test_the_imports_of_one_person_that_wait_are_few(administrator, settings):
    settings.IMPORT_MAX_OPEN = 3
    for _ in range(3):
        send(administrator, csv_file(["C1", "x", 1]))
    response = send(administrator, csv_file(["C1", "x", 1]))
    assert "Vous avez déjà 3 imports qui attendent" in errors(response, "file")
    assert ImportRun.objects.count() == 3
    kept = {run.file.name for run in ImportRun.objects.all()}
    folder = last_run().file.storage.path("imports")
    assert {f"imports/{name}" for name in os.listdir(folder)} == kept  # noqa: PTH208
    abandon(last_run())
    send(administrator, csv_file(["C1", "x", 1]))
    assert ImportRun.objects.count() == 4


def test_another_person_may_send_theirs(administrator, settings):
    settings.IMPORT_MAX_OPEN = 1
    send(administrator, csv_file(["C1", "x", 1]))
    other = Client()
    other.force_login(UserFactory(role=ADMINISTRATOR))
    send(other, csv_file(["C1", "x", 1]))
    assert ImportRun.objects.count() == 2


@pytest.mark.slow
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_nothing_of_an_upload_is_left_when_the_web_server_is_killed(tmp_path):
    room = tmp_path / "tmp"
    room.mkdir()
    with Site(tmp_path / "site", TMPDIR=str(room)) as site:
        web = site.start_web()
        site.wait_until_ready()
        with half_sent(web, Browser(UserFactory(role=ADMINISTRATOR))):
            wait_until(lambda: any(kept_by(room)), web)
            assert any(MARK in path.read_bytes() for path in kept_by(room))
            web.kill()
    assert list(kept_by(room)) == []
    left = [path for path in tmp_path.rglob("*") if path.is_file() and MARK in path.read_bytes()]
    assert left == []


def half_sent(web, browser):
    """Send the first half of a large form, and keep the line open."""
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    line = socket.create_connection(("127.0.0.1", web.port), timeout=10)
    headers = f"POST {ADDRESS} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookies}\r\n"
    headers += f"Content-Type: {MULTIPART_CONTENT}\r\nContent-Length: {4 * LARGE}\r\n\r\n"
    part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="c.csv"\r\n\r\n'
    line.sendall((headers + part).encode() + MARK * (LARGE // len(MARK)))
    return line


def kept_by(room):
    """Yield the open files in a folder, of whatever process, also those without a name there."""
    for path in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            target = os.readlink(path)  # noqa: PTH115
        except OSError:
            continue
        if target.startswith(str(room)) and path.stat().st_size > LARGE // 2:
            yield path
