"""Two who work at once: one imports a file, the other reads and writes."""

import time
from pathlib import Path

from django.core.files import File
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from base.conflicts import sealed_version
from benchmarks.screens import plain_static_files, signed_in
from contacts.models import CONTACT_FIELDS, Contact
from importexport.models import ImportRun, RunSource
from importexport.runs.apply import apply_run
from importexport.runs.check import check_run
from importexport.runs.intake import Options, receive
from importexport.runs.steps import confirm
from members.models import Member

_MOST_SECONDS = 600
_MOST_SECONDS_TO_BEGIN = 60


def import_file(path: str, begun: str, ended: str) -> dict[str, tuple[float, float]]:
    """Add the contacts of a file once the other one has begun; return when each phase was."""
    with Path(path).open("rb") as file:
        run = receive(File(file), Options(), source=RunSource.COMMAND)
    _wait_for(begun)
    start = time.time()
    check_run(run.pk)
    run.refresh_from_db()
    checked = time.time()
    confirm(run, run.preview_key)
    confirmed = time.time()
    apply_run(run.pk)
    end = time.time()
    Path(ended).touch()
    if ImportRun.objects.get(pk=run.pk).state != "done":
        raise ValueError("the file was not imported")
    return {"checked": (start, checked), "imported": (confirmed, end)}


def read_and_write(begun: str, ended: str) -> list[tuple[str, float, float, bool]]:
    """Open a member's page and save a contact of it in turns, until the import has ended.

    Return of each act its work, its start, its seconds, and whether the database gave it up.
    """
    contact = Contact(member=Member.objects.order_by("pk")[0], name="Anne", type=4)
    contact.save()
    acts = []
    with plain_static_files():
        client = signed_in()
        _read(client, contact)
        _write(client, contact, 0)
        Path(begun).touch()
        until = time.time() + _MOST_SECONDS
        while not Path(ended).exists() and time.time() < until:
            for work, act in (("read", _read), ("write", _write)):
                start = time.time()
                is_given_up = False
                try:
                    act(client, contact, len(acts))
                except OperationalError:
                    # A wait that outlasts the database's patience is a figure too.
                    is_given_up = True
                acts.append((work, start, time.time() - start, is_given_up))
    return acts


def _read(client: Client, contact: Contact, _number: int = 0) -> None:
    _expect(client.get(contact.member.get_absolute_url()).status_code, 200)


def _write(client: Client, contact: Contact, number: int) -> None:
    contact.refresh_from_db()
    address = reverse("contacts:edit", args=[contact.member_id, contact.pk])
    values = {
        "name": f"Anne {number}",
        "type": contact.type,
        "version": sealed_version(contact, CONTACT_FIELDS),
    }
    _expect(client.post(address, values).status_code, 302)


def _expect(status: int, wanted: int) -> None:
    if status != wanted:
        raise ValueError(f"the site answered {status}")


def _wait_for(path: str) -> None:
    until = time.time() + _MOST_SECONDS_TO_BEGIN
    while not Path(path).exists():
        if time.time() > until:
            raise TimeoutError(path)
        time.sleep(0.01)
