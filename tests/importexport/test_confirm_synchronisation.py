import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from tests.factories import ContactFactory, MemberFactory
from tests.importexport.files_made import csv_file, named, names, untouched
from tests.importexport.test_import_file import kept_files, numbers, send
from tests.pages import AWKWARD_TEXTS, page, text

IMPORT = "/contacts/importer/"
CONFIRM = "/contacts/importer/confirmer/"
ABANDON = "/contacts/importer/abandonner/"
RESULT = "/contacts/importer/resultat/"
NOTHING_WAITS = "Aucun import n'est en attente. Choisissez un fichier."
CHANGED = "Les contacts du site ont changé entre-temps : rien n'a été importé."


@pytest.fixture
def member(db):
    """Member C1, with Anne and Bruno; beside it member C2, with Zoé."""
    member = MemberFactory(reference="C1")
    for name in ("Anne", "Bruno"):
        ContactFactory(member=member, name=name)
    ContactFactory(member__reference="C2", name="Zoé")
    return member


@pytest.fixture
def asked(administrator, member):
    """The page that asks whether C1 is to have Bruno and Chloé, and C2 nobody."""
    return send(administrator, csv_file(["C1", "Bruno", 4], ["C1", "Chloé", 1]), sync="on")


def press(client, response, label):
    """Press the button of the page that begins so."""
    (form,) = page(response).xpath(f"//form[.//button[starts-with(normalize-space(), '{label}')]]")
    return client.post(form.get("action"), dict(form.form_values()), follow=True)


def test_the_page_asks_first_and_then_the_site_becomes_the_file(administrator, member, asked):
    assert asked.redirect_chain == [(CONFIRM, 302)]
    assert numbers(asked) == {
        "Lignes du fichier": 2,
        "Membres du fichier": 1,
        "Contacts ajoutés": 1,
        "Contacts supprimés": 2,
        "Contacts inchangés": 1,
    }
    assert "2 contacts seront supprimés du site." in text(asked)
    assert "1 membre absent du fichier perdra tous ses contacts." in text(asked)
    assert "contacts.csv" in text(asked)
    assert names() == ["Anne", "Bruno", "Zoé"]

    response = press(administrator, asked, "Importer et supprimer 2 contacts")
    assert response.redirect_chain == [(RESULT, 302)]
    assert numbers(response) == numbers(asked)
    assert names() == ["Bruno", "Chloé"]
    assert kept_files() == []


def test_opening_the_page_changes_nothing(administrator, asked):
    before = untouched()
    for method in (administrator.get, administrator.head):
        assert method(CONFIRM).status_code == 200
    assert "2 contacts seront supprimés" in text(administrator.get(CONFIRM))
    assert untouched() == before
    assert len(kept_files()) == 1


def test_where_nothing_is_removed_the_button_says_only_import(administrator, member):
    rows = [["C1", "Anne", 4], ["C1", "Bruno", 4], ["C2", "Zoé", 4], ["C2", "Yves", 4]]
    asked = send(administrator, csv_file(*rows), sync="on")
    assert "supprimé" not in text(asked).replace("Contacts supprimés", "")
    assert numbers(press(administrator, asked, "Importer"))["Contacts ajoutés"] == 1


def test_confirming_twice_imports_once(administrator, asked):
    press(administrator, asked, "Importer")
    before = untouched()
    response = press(administrator, asked, "Importer")
    assert NOTHING_WAITS in text(response)
    assert untouched() == before


def test_after_a_change_of_the_site_the_numbers_are_shown_anew(administrator, member, asked):
    ContactFactory(member=member, name="Denis")
    before = untouched()
    response = press(administrator, asked, "Importer")
    assert CHANGED in text(response)
    assert numbers(response)["Contacts supprimés"] == 3
    assert untouched() == before

    # The old page in another window says nothing about these numbers.
    stale = press(administrator, asked, "Importer")
    assert untouched() == before
    press(administrator, stale, "Importer")
    assert names() == ["Bruno", "Chloé"]


def test_a_change_that_changes_no_number_disturbs_nobody(administrator, member, asked):
    member.contacts.filter(name="Anne").update(note="x")
    press(administrator, asked, "Importer")
    assert names() == ["Bruno", "Chloé"]


def test_a_page_never_confirms_another_file_than_its_own(administrator, asked):
    other = send(administrator, csv_file(["C2", "Zoé", 4]), sync="on")
    before = untouched()
    response = press(administrator, asked, "Importer")
    assert "Un autre fichier a été envoyé depuis" in text(response)
    assert numbers(response) == numbers(other)
    assert untouched() == before
    assert len(kept_files()) == 1
    press(administrator, response, "Importer")
    assert names() == ["Zoé"]


def test_a_member_deleted_meanwhile_stops_the_import(administrator, member, asked):
    member.delete()
    response = press(administrator, asked, "Importer")
    assert "Les membres du site ont changé entre-temps" in text(response)
    assert names() == ["Zoé"]
    assert kept_files() == []


def test_another_session_has_nothing_to_confirm(administrator, asked):
    user = asked.wsgi_request.user
    other = Client()
    other.force_login(user)
    before = untouched()
    assert NOTHING_WAITS in text(press(other, asked, "Importer"))
    assert NOTHING_WAITS in text(other.get(CONFIRM, follow=True))
    other.post(ABANDON)
    assert untouched() == before
    assert len(kept_files()) == 1


def test_once_the_file_is_gone_there_is_nothing_to_confirm(administrator, asked):
    default_storage.delete(f"imports/{kept_files()[0]}")
    before = untouched()
    response = press(administrator, asked, "Importer")
    assert response.redirect_chain == [(IMPORT, 302)]
    assert NOTHING_WAITS in text(response)
    assert untouched() == before


def test_a_file_that_goes_at_the_last_moment_is_no_error(administrator, asked, monkeypatch):
    default_storage.delete(f"imports/{kept_files()[0]}")
    monkeypatch.setattr(type(default_storage._wrapped), "exists", lambda *_: True)
    before = untouched()
    assert NOTHING_WAITS in text(press(administrator, asked, "Importer"))
    assert untouched() == before


def test_an_import_can_be_abandoned(administrator, asked):
    before = untouched()
    response = press(administrator, asked, "Abandonner")
    assert response.redirect_chain == [(IMPORT, 302)]
    assert "L'import est abandonné : rien n'a changé." in text(response)
    assert untouched() == before
    assert kept_files() == []
    assert NOTHING_WAITS in text(administrator.get(CONFIRM, follow=True))


def test_abandoning_twice_is_no_error(administrator, asked):
    press(administrator, asked, "Abandonner")
    assert press(administrator, asked, "Abandonner").status_code == 200


def test_a_second_file_takes_the_place_of_the_first(administrator, asked):
    (first,) = kept_files()
    send(administrator, csv_file(["C2", "Zoé", 4]), sync="on")
    (second,) = kept_files()
    assert first != second


def test_files_that_nobody_confirmed_are_swept_after_a_day(administrator, asked):
    (forgotten,) = kept_files()
    yesterday = (timezone.now() - timedelta(hours=25)).timestamp()
    os.utime(default_storage.path(f"imports/{forgotten}"), (yesterday, yesterday))
    other = Client()
    other.force_login(asked.wsgi_request.user)
    send(other, csv_file(["C2", "Zoé", 4]), sync="on")
    assert len(kept_files()) == 1
    assert forgotten not in kept_files()


def test_a_kept_file_is_for_the_site_alone(administrator, asked):
    path = Path(default_storage.path(f"imports/{kept_files()[0]}"))
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        *((awkward, awkward.rpartition("/")[2]) for awkward in AWKWARD_TEXTS[:-1]),
        (AWKWARD_TEXTS[-1], "ecnarF"),
        ("../../etc/passwd.csv", "passwd.csv"),
        ("C:\\Documents\\contacts.csv", "contacts.csv"),
        ("\u00e9" * 300 + ".csv", "\u00e9" * 250),
    ],
)
def test_the_name_of_a_file_is_only_shown(administrator, member, name, shown):
    rows = csv_file(["C1", "Bruno", 4], ["C1", "Chloé", 1]).getvalue()
    asked = send(administrator, named(name, rows), sync="on")
    assert shown in text(asked)
    assert default_storage.listdir("") == (["imports"], [])
    assert len(kept_files()[0]) == 32
    assert press(administrator, asked, "Importer").redirect_chain == [(RESULT, 302)]


def test_warnings_are_told_before_and_after(administrator, member):
    titles = ("Référence", "Type", "Âge")
    asked = send(administrator, csv_file(["C1", 1, 30], titles=titles), sync="on")
    assert "1 avertissement" in text(asked)
    assert "Cette colonne est inconnue ; elle est ignorée." in text(asked)
    assert "1 avertissement" in text(press(administrator, asked, "Importer"))
