"""Long after somebody has left the site, nothing in its tables or files names them."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.db import models
from django.db.models import F
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from base.authorship import Way, written_by
from contacts.models import Contact
from contacts_site.operations.retention import FORGETTERS, purge
from importexport.models import ComparedContact, ContactExport, ImportRun
from importexport.runs.retention import forget_old_imports
from importexport.runs.steps import ask_to_undo, confirm
from mailing.models import Delivery, Message, Notification
from mailing.notifications.dispatch import notify
from mailing.outbox.delivery import deliver_due
from mailing.outbox.tasks import deliver_mail
from members.models import Member
from tests.contacts_site.test_purge_days import purged
from tests.factories import ADMINISTRATOR, ContactFactory, UserFactory
from tests.importexport.files_made import csv_file, named
from tests.importexport.importing import ready, received, work
from tests.importexport.stale import OldExport
from tests.mailing.outbox.mails import queue_mails

pytestmark = pytest.mark.django_db
MARK = "Zyxomarque"
ADDRESS = f"{MARK.lower()}@example.org"
TITLES = ("Référence", "Dénomination", "Mail", "Type")
A_LONG_TIME = timedelta(days=10_000)


@pytest.fixture
def person_gone(client, mailoutbox):
    """Somebody of whom every journal of the site holds something, and who was then deleted."""
    contact = ContactFactory(name=MARK, email=ADDRESS, note=MARK, member__reference="C1")
    keeper = UserFactory(role=ADMINISTRATOR, is_staff=True, is_superuser=True)
    _imports()
    notify(contact.member, "orders", f"Pour {MARK}", f"Bonjour {MARK}", key=MARK)
    message = Message.objects.create(
        subject=MARK, text=MARK, author=keeper, prepared_at=timezone.now()
    )
    queue_mails(ADDRESS, message=message)
    deliver_due()
    LogEntry.objects.create(
        user=keeper, action_flag=CHANGE, object_repr=MARK, change_message=f"[{MARK}]"
    )
    client.post(f"/connexion/?next=/{MARK}/", {"username": MARK, "password": MARK})
    task = deliver_mail.enqueue().id
    DBTaskResult.objects.filter(pk=task).update(status="FAILED", started_at=timezone.now())
    client.force_login(keeper)
    client.post("/contacts/exporter/csv/").getvalue()
    contact.refresh_from_db()
    contact.note = "x"
    contact.save()
    with written_by(Way.SOFTWARE, program=MARK):
        contact.delete()
    Member.objects.update(note=MARK)
    Member.objects.update(note="", email="cantine@example.org")
    return contact


def _imports():
    """Send three files that name her: one is refused, one is an old export, one is undone."""
    export = OldExport().change(MARK, note="x")
    Contact.objects.update(note=f"{MARK} too")
    ready(named(f"{MARK}.ods", export.file().getvalue()), sync=True)
    assert ComparedContact.objects.filter(is_conflict=True).exists()
    wrong = csv_file(["C1", MARK, f"{MARK}@@x", 1], titles=TITLES)
    received(named(f"{MARK}.csv", wrong.getvalue()))
    work()
    run = ready(
        named(f"{MARK}.csv", csv_file(["C1", MARK, ADDRESS, 1], titles=TITLES).getvalue()),
        sync=True,
    )
    confirm(run, run.preview_key)
    work()
    run.refresh_from_db()
    ask_to_undo(run, None)
    work()
    ImportRun.objects.update(outdated={"contacts": [MARK]}, warnings={"shown": [MARK], "count": 1})


def everything_is_older():
    """Put every moment in the tables back, as if years had passed."""
    for model in apps.get_models():
        moments = [
            field.name
            for field in model._meta.concrete_fields
            if isinstance(field, models.DateTimeField) and not field.generated
        ]
        if moments and model._meta.managed:
            model._base_manager.update(**{name: F(name) - A_LONG_TIME for name in moments})


def where_named(mark) -> list[str]:
    """Return each column that holds the mark, in whatever case."""
    found = []
    for model in apps.get_models():
        texts = (models.CharField, models.TextField, models.JSONField, models.FileField)
        for field in model._meta.concrete_fields if model._meta.managed else ():
            if isinstance(field, texts):
                values = model._base_manager.values_list(field.name, flat=True)
                if any(mark.lower() in str(value).lower() for value in values):
                    found.append(f"{model._meta.label}.{field.name}")
    return found


def stored_files(folder=""):
    folders, files = default_storage.listdir(folder)
    paths = [path for each in folders for path in stored_files(f"{folder}{each}/")]
    return paths + [f"{folder}{name}" for name in files]


def test_the_journals_name_her_before(person_gone):
    named_in = {place.partition(".")[2].partition(".")[0] for place in where_named(MARK)}
    journals = {"ImportRun", "ComparedContact", "Notification", "Delivery", "LogEntry"}
    assert {"FormerContact", "FormerMember", *journals} <= named_in
    assert {"contacts.FormerContact.author", "contacts.FormerContact.name"} <= {*where_named(MARK)}
    assert stored_files()


@pytest.mark.parametrize("times", [1, 2])
def test_long_after_a_purge_no_table_and_no_file_names_her(person_gone, times):
    everything_is_older()
    for _ in range(times):
        list(purge())
    assert where_named(MARK) == []
    assert stored_files() == []
    gone = [ImportRun, ContactExport, Notification, Message, Delivery, LogEntry, AccessAttempt]
    assert [model.__name__ for model in [*gone, Session] if model.objects.exists()] == []


def test_what_a_run_quotes_goes_with_what_undoes_it(person_gone, client):
    run = ImportRun.objects.get(state="undone")
    everything_is_older()
    forget_old_imports()
    client.force_login(UserFactory(role=ADMINISTRATOR))
    assert [place for place in where_named(MARK) if "ImportRun" in place] == []
    run.refresh_from_db()
    assert (run.row_count, run.modified_count) == (1, 1)
    for kept in ImportRun.objects.all():
        assert client.get(kept.get_absolute_url()).status_code == 200
    assert client.get("/contacts/importer/historique/").status_code == 200


def test_a_failed_sign_in_keeps_neither_the_name_nor_the_password_that_was_typed(client):
    client.post(f"/connexion/?next=/{MARK}/", {"username": MARK, "password": "Zyxosecret"})
    assert AccessAttempt.objects.exists()
    assert where_named(MARK) == where_named("Zyxosecret") == []


@pytest.mark.parametrize("forgetter", FORGETTERS, ids=lambda forgetter: forgetter.setting)
def test_each_setting_keeps_things_for_ever_when_it_is_0(person_gone, forgetter, settings):
    for each in FORGETTERS:
        setattr(settings, each.setting, 0)
    everything_is_older()
    if forgetter.setting == "RETENTION_IMPORTS_DAYS":
        forget_old_imports()
    assert purged(forgetter.setting) is None
    setattr(settings, forgetter.setting, 9_000)
    count = purged(forgetter.setting)
    assert count >= 1
    assert purged(forgetter.setting) == 0


def test_every_setting_of_days_has_its_forgetter():
    names = {name for name in dir(settings) if name.startswith("RETENTION_")}
    assert names == {each.setting for each in FORGETTERS} - {"IMPORT_FILES_KEPT_DAYS"}
