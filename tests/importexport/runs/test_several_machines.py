"""Two web servers and two workers share a database and files; those at an import are taken away."""

import socket
from contextlib import suppress

import pytest

from importexport.models import ImportRun
from tests.factories import ADMINISTRATOR, MemberFactory, UserFactory
from tests.importexport.files_made import csv_file, names
from tests.site_processes import Browser, Site, wait_until

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
IMPORT = "/contacts/importer/"
# A worker needs many times longer for these than it takes to see that it is at them.
ROWS = 20_000


@pytest.fixture
def site(tmp_path):
    with Site(tmp_path, EMAIL_URL="dummymail://", IMPORT_LEASE_SECONDS="1") as started:
        yield started


def state() -> str:
    return ImportRun.objects.get().state


def kill_while_it_receives(web, browser) -> None:
    """Send half of a file to a web server, and kill it while it waits for the other half."""
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    head = (
        f"POST {IMPORT} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookies}\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 100000\r\n"
        "Expect: 100-continue\r\n\r\n"
    )
    half = (
        "--x\r\nContent-Disposition: form-data; name=file; filename=contacts.csv\r\n\r\n"
        + "C1;Anne;1\n" * 5_000
    )
    with socket.create_connection(("127.0.0.1", web.port), timeout=10) as line:
        line.sendall(head.encode())
        # A thread of the server asks for the file, and answers nothing before all of it is there.
        assert line.recv(100).startswith(b"HTTP/1.1 100")
        line.sendall(half.encode())
        line.settimeout(0.5)
        with pytest.raises(TimeoutError):
            line.recv(1)
        web.kill()
        line.settimeout(10)
        with suppress(ConnectionError):
            assert line.recv(1) == b""


def kill_while_it_is(wanted, worker) -> None:
    """Kill the only worker once it has the run in this state."""
    wait_until(lambda: state() == wanted and ImportRun.objects.get().claim, worker)
    # Frozen, it cannot come to its end while one looks.
    worker.freeze()
    run = ImportRun.objects.get()
    assert run.state == wanted
    assert run.claim is not None
    worker.kill()


def test_an_import_goes_on_whichever_machine_is_lost(site):
    MemberFactory(reference="C1")
    webs = [site.start_web(), site.start_web()]
    worker = site.start_worker()
    browser = Browser(UserFactory(role=ADMINISTRATOR))
    site.wait_until_ready()
    kill_while_it_receives(webs[0], browser)
    assert not ImportRun.objects.exists()

    rows = [["C1", f"{number}", 1] for number in range(ROWS)]
    tab = browser.on(webs[1])
    assert tab.post(IMPORT, {"file": csv_file(*rows)}).status_code == 302
    kill_while_it_is("checking", worker)
    worker = site.start_worker()
    wait_until(lambda: state() == "ready", worker)
    assert names() == []

    run = ImportRun.objects.get()
    confirmed = tab.post(f"{run.get_absolute_url()}confirmer/", {"preview": str(run.preview_key)})
    assert confirmed.status_code == 302
    kill_while_it_is("applying", worker)
    assert names() == []
    worker = site.start_worker()
    wait_until(lambda: state() == "done", worker)
    assert names() == [f"{number}" for number in range(ROWS)]
    assert tab.get(run.get_absolute_url()).status_code == 200
