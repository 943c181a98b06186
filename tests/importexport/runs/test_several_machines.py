"""Two web servers and two workers share a database and files; those at an import are taken away."""

import socket

import pytest

from importexport.models import ImportRun
from tests.factories import ADMINISTRATOR, MemberFactory, UserFactory
from tests.importexport.files_made import csv_file, names
from tests.site_processes import Browser, Site, wait_until

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
IMPORT = "/contacts/importer/"
ROWS = 4_000


@pytest.fixture
def site(tmp_path):
    with Site(tmp_path, EMAIL_URL="dummymail://", IMPORT_LEASE_SECONDS="1") as started:
        yield started


def state() -> str:
    return ImportRun.objects.get().state


def break_off(web) -> None:
    """Send half of a file to a web server that is killed meanwhile."""
    with socket.create_connection(("127.0.0.1", web.port), timeout=10) as line:
        head = f"POST {IMPORT} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n"
        line.sendall(f"{head}Content-Type: multipart/form-data; boundary=x\r\n\r\n--x".encode())
        web.kill()


def test_an_import_goes_on_whichever_machine_is_lost(site):
    MemberFactory(reference="C1")
    webs = [site.start_web(), site.start_web()]
    workers = [site.start_worker(), site.start_worker()]
    browser = Browser(UserFactory(role=ADMINISTRATOR))
    site.wait_until_ready()
    break_off(webs[0])
    assert not ImportRun.objects.exists()

    rows = [["C1", f"{number}", 1] for number in range(ROWS)]
    tab = browser.on(webs[1])
    assert tab.post(IMPORT, {"file": csv_file(*rows)}).status_code == 302
    wait_until(lambda: state() in ("checking", "ready"))
    workers[0].kill()
    wait_until(lambda: state() == "ready")
    assert names() == []

    workers.append(site.start_worker())
    site.wait_until_ready()
    run = ImportRun.objects.get()
    confirmed = tab.post(f"{run.get_absolute_url()}confirmer/", {"preview": str(run.preview_key)})
    assert confirmed.status_code == 302
    workers[1].kill()
    wait_until(lambda: state() == "done")
    assert names() == [f"{number}" for number in range(ROWS)]
    assert tab.get(run.get_absolute_url()).status_code == 200
