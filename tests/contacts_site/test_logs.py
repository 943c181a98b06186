"""Logs tell what happened, by number, and never whom it was about."""

import json
import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django_tasks import task
from django_tasks.signals import task_finished, task_started

from contacts_site import logs
from members.models import Member
from tests.factories import PASSWORD, ContactFactory, MemberFactory, UserFactory
from tests.log_capture import PeopleSeen, WrittenLogs, personal_data_in

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
logger = logging.getLogger("tests.contacts_site")
NAME = "Anne Dupont"


@pytest.fixture
def written(tmp_path):
    with WrittenLogs(tmp_path) as written:
        yield written


@pytest.fixture
def objects(written):
    """Return the objects written so far."""

    def objects():
        return [json.loads(line) for line in written.text().splitlines() if line[0] == "{"]

    return objects


def lines(written):
    return [line for line in written.text().splitlines() if line[0] != "{"]


def test_each_request_is_a_record_without_its_query(back_office, written, objects):
    response = back_office.get("/membres/", {"q": "Ferme des Érables"})
    (told,) = objects()
    assert told["logger"] == "contacts_site.request_log"
    assert told["request_id"] == response["X-Request-ID"]
    assert told["user"] == response.wsgi_request.user.pk
    assert (told["method"], told["path"], told["status"]) == ("GET", "/membres/", 200)
    assert told["milliseconds"] >= 0
    assert "rables" not in written.text()


def test_the_same_in_a_line_for_people(back_office, written):
    response = back_office.get("/membres/")
    (line,) = lines(written)
    assert re.fullmatch(
        rf"\S+ \S+ INFO contacts_site.request_log answered \[request_id={response['X-Request-ID']} "
        r"user=\d+ method=GET path=/membres/ status=200 milliseconds=\d+\]",
        line,
    )


def test_nobody_has_no_number(nobody, objects):
    nobody.get("/membres/")
    assert "user" not in objects()[0]


def test_what_is_logged_on_the_way_carries_the_number(back_office, objects, monkeypatch):
    monkeypatch.setattr("directory.views.members_page", lambda *_: logger.info("found") or 1 / 0)
    back_office.raise_request_exception = False
    response = back_office.get("/membres/")
    assert len(objects()) == 3
    assert {told["request_id"] for told in objects()} == {response["X-Request-ID"]}


def test_after_a_request_there_is_none(back_office, objects):
    back_office.get("/membres/")
    logger.info("later")
    assert "request_id" not in objects()[-1]


def test_static_files_are_not_written(nobody, written):
    nobody.get("/static/css/site.css")
    assert "site.css" not in written.text()


@pytest.mark.parametrize(
    ("behind", "given", "is_kept"),
    [
        (True, "0f8b1c2d-4e5f", True),
        (False, "0f8b1c2d-4e5f", False),
        (True, "", False),
        (True, "short", False),
        (True, "x" * 65, False),
        (True, "a b c d e f g", False),
        (True, "<script>alert", False),
        (True, "abcdefgh\n", False),
        (True, "ééééééééé", False),
    ],
)
def test_the_number_is_the_proxys_where_there_is_one_to_trust(
    settings, nobody, behind, given, is_kept
):
    settings.BEHIND_PROXY = behind
    number = nobody.get("/connexion/", headers={"X-Request-ID": given})["X-Request-ID"]
    assert (number == given) is is_kept
    assert is_kept or re.fullmatch(r"[0-9a-f]{12}", number)


def test_an_exception_is_told_without_its_words(written, objects):
    MemberFactory(reference="C00042")
    try:
        with transaction.atomic():
            Member.objects.create(reference="C00042", name=NAME)
    except IntegrityError:
        logger.exception("could not be stored")
    text = written.text()
    assert "django.db.utils.IntegrityError" in objects()[0]["exception"]
    assert "test_logs.py" in objects()[0]["exception"]
    assert "after" in objects()[0]["exception"]
    assert "C00042)" not in text
    assert "constraint failed" not in text
    assert "violates" not in text


def test_what_another_handler_made_of_an_exception_is_not_repeated(written):
    error = ValueError(NAME)
    record = logger.makeRecord("a", 40, "f", 1, "m", (), (ValueError, error, None))
    record.exc_text = logging.Formatter().formatException(record.exc_info)
    for formatter in (logs.LineFormatter(), logs.ObjectFormatter()):
        assert NAME not in formatter.format(record)
        assert "ValueError" in formatter.format(record)


def test_a_chain_of_exceptions_that_bites_its_tail_ends():
    first, second = ValueError(), KeyError()
    first.__cause__, second.__cause__ = second, first
    assert logs.safe_traceback(first).count("Error") == 2


def test_extras_that_are_not_ours_stay_out(written, rf):
    request = rf.get("/membres/", {"q": "Dupont"})
    logger.error("failed", extra={"request": request, "sql": "Dupont", "status_code": 500})
    logger.info({"name": "x", "exc_info": None})
    assert "Dupont" not in written.text()


def test_an_address_in_a_message_is_blotted_and_a_line_stays_a_line(written, objects):
    logger.info("sent to <%s>\nforged line\u2028x", "anne.dupont@example.org")
    assert objects()[0]["message"] == "sent to <…@…> forged line x"
    assert len(written.text().splitlines()) == 2


def test_a_forged_path_stays_on_its_line(nobody, written):
    nobody.get("/membres%0A2026-01-01 ERROR forged/")
    assert len(lines(written)) == 1


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/membres/anne.dupont@example.org/", "/membres/…/"),
        ("/Dupont/0478112233", "/…/…"),
        ("/membres/0478112233/", "/membres/…/"),
        ("/membres/12345678/modifier/", "/membres/12345678/modifier/"),
        ("/boite-aux-lettres/Anne%20Dupont/", "/boite-aux-lettres/…/"),
        ("/admin/accounts/user/12/change/", "/admin/accounts/user/12/change/"),
        ("/membres/%1b[31m%00%e2%80%ae/", "/membres/…/"),
        ("/membres/" + "0/" * 5_000, "/membres/" + "0/" * 10 + "…"),
        ("/", "/"),
    ],
)
def test_a_path_shows_only_words_of_the_site_and_short_numbers(
    nobody, written, objects, path, shown
):
    nobody.get(path)
    assert objects()[-1]["path"] == shown
    assert f"path={shown} " in written.text()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", written.text())


def test_control_characters_of_a_message_are_written_by_number(written):
    logger.info("a\x1b[31m b\x00 c\u202e d\x7f é\u00a0:")
    assert "a\\x1b[31m b\\x00 c\\u202e d\\x7f é\u00a0:" in lines(written)[0]


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ({"Host": "anne.dupont@example.org"}, "DisallowedHost"),
        ({"Host": "Dupont-0478112233"}, "DisallowedHost"),
        ({"Origin": "https://dupont.example"}, "csrf"),
    ],
)
def test_a_refusal_of_djangos_does_not_repeat_the_header(db, written, headers, name):
    client = Client(enforce_csrf_checks=True)
    client.post("/connexion/", headers={"Referer": "https://x.example/?q=Dupont", **headers})
    assert f"refused: {name}" in written.text()
    assert "upont" not in written.text()


def test_a_page_that_fails_does_not_repeat_its_path(back_office, written):
    request = back_office.get("/membres/").wsgi_request
    request.path = "/membres/Dupont/"
    logging.getLogger("django.request").error(
        "%s: %s", "Internal Server Error", request.path, extra={"request": request}
    )
    assert "Internal Server Error: /membres/…/" in written.text()


@pytest.mark.parametrize("letter", ["a", "@", "a@", ".", "-", "\x1b", "\n", "é"])
def test_a_long_message_is_cut(letter):
    record = logger.makeRecord("a", 40, "f", 1, letter * 70_000, (), None)
    assert len(logs.safe_message(record)) <= 16_001


@pytest.mark.parametrize(
    ("message", "blotted"),
    [
        ("@anne@x.fr, b", "…@…, b"),
        ("<anne@x.fr>;bruno@x.fr", "<…@…>;…@…"),
        ("to=anne@x@y.fr", "to=…@…"),
        ("a @ b", "a …@… b"),
        ("no address", "no address"),
    ],
)
def test_each_word_with_an_at_sign_is_blotted(message, blotted):
    record = logger.makeRecord("a", 40, "f", 1, message, (), None)
    assert logs.safe_message(record) == blotted


def test_a_broken_page_writes_where_and_not_what(back_office, written, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError(NAME)

    back_office.raise_request_exception = False
    monkeypatch.setattr("directory.views.members_page", fail)
    back_office.get("/membres/", {"q": NAME})
    assert "RuntimeError" in written.text()
    assert NAME not in written.text()


@task()
def work():
    logger.info("working")


def test_the_logs_of_a_task_carry_its_number(objects, settings):
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    result = work.enqueue()
    (told,) = [told for told in objects() if told["message"] == "working"]
    assert told["task"] == str(result.id)
    logger.info("later")
    assert "task" not in objects()[-1]
    assert task_started.receivers
    assert task_finished.receivers


@pytest.mark.parametrize(("format", "first"), [("json", "{"), ("line", "2")])
def test_the_site_writes_as_it_is_told(tmp_path, format, first):
    script = "import logging; logging.getLogger('x').warning('said')"
    variables = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), "SECRET_KEY": "x"}
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "-c", script],
        cwd=ROOT,
        env={**variables, "LOG_FORMAT": format},
        capture_output=True,
        text=True,
        check=True,
    )
    (line,) = done.stderr.splitlines()
    assert line.startswith(first)
    assert "said" in line


def test_the_search_for_people_finds_them_in_logs(written):
    with PeopleSeen() as people:
        contact = ContactFactory(name=NAME, phones="0478112233", email="a@example.org")
        user = UserFactory(username="annedupont")
    for told in (contact.name, user.username, contact.member.name):
        logger.warning("changed %s", told)
    found = personal_data_in(written.text(), people.values)
    assert found == sorted([NAME, "annedupont", contact.member.name])


def test_it_finds_addresses_and_numbers_that_nobody_stored():
    text = "to bruno@example.org or 04 78 11 22 33 or +33478112233"
    assert personal_data_in(text, set()) == [
        "+33478112233",
        "04 78 11 22 33",
        "bruno@example.org",
    ]


def test_it_finds_nobody_in_usual_logs(written):
    with PeopleSeen() as people:
        UserFactory(username="anne-dupont")
        Client().post("/connexion/", {"username": "anne-dupont", "password": PASSWORD})
        Client().post("/connexion/", {"username": "anne-dupont", "password": "faux"})
    assert "anne-dupont" in people.values
    assert "path=/connexion/" in written.text()
    assert personal_data_in(written.text(), people.values) == []
