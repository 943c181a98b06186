"""An import from file to site: its steps in their order, each in the module of its name."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from contacts.models import CONTACT_FIELDS, Contact
from importexport.applying import apply_plan
from importexport.checking import (
    CheckedFile,
    KnownMember,
    Remarks,
    check_table,
    is_header,
    missing_columns,
)
from importexport.columns import ContactRow
from importexport.files import open_table
from importexport.files.table import FileRefused, HeaderNotFound, Limits
from importexport.planning import Plan, StoredContact, plan_addition, plan_synchronisation
from members.models import KINDS_WITH_CONTACTS, Member
from members.slicing import slices

NO_CONTACT = (
    "Le fichier ne contient aucun contact. Une synchronisation viderait tout le site : "
    "elle est refusée, et rien n'a changé."
)
MEMBERS_CHANGED = (
    "Des membres du fichier ont été modifiés ou supprimés pendant l'import. "
    "Rien n'a été importé ; recommencez."
)


class ImportRefused(Exception):
    """A file with errors in its rows: nothing was written. `checked` tells them."""

    def __init__(self, checked: CheckedFile) -> None:
        super().__init__(f"{checked.errors.count} erreurs")
        self.checked = checked


@dataclass(frozen=True)
class Outcome:
    """What an import did, or would do, in numbers, and its warnings."""

    rows: int
    members: int
    added: int
    removed: int
    unchanged: int
    moved: int
    emptied_members: int
    warnings: Remarks


class NotAsConfirmed(Exception):
    """The site changed since a person confirmed; `outcome` is what the import would do now."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__("the site changed meanwhile")
        self.outcome = outcome


def limits() -> Limits:
    """Return what the settings let a contact file ask of the machine."""
    return Limits(
        max_bytes=settings.CONTACT_FILE_MAX_BYTES,
        max_unpacked_bytes=settings.CONTACT_FILE_MAX_UNPACKED_BYTES,
        max_rows=settings.CONTACT_FILE_MAX_ROWS,
    )


def preview_import(file: IO[bytes], *, sync: bool) -> Outcome:
    """Say what an import would do, and write nothing.

    Raises FileRefused for a file that cannot be read, ImportRefused for one with faulty rows.
    """
    checked = check_file(file, sync=sync)
    return _outcome(_plan(checked.rows, sync=sync), checked)


def import_contacts(
    file: IO[bytes], *, sync: bool, is_confirmed: Callable[[Outcome], bool] = lambda _: True
) -> Outcome:
    """Check the file, plan, and apply the plan in one transaction: all of it, or nothing.

    Raises FileRefused for a file that cannot be read, ImportRefused for one with faulty rows,
    NotAsConfirmed where `is_confirmed` says no to what the import would do.
    """
    checked = check_file(file, sync=sync)
    with transaction.atomic():
        _hold_members(checked.rows, sync=sync)
        plan = _plan(checked.rows, sync=sync)
        outcome = _outcome(plan, checked)
        if not is_confirmed(outcome):
            raise NotAsConfirmed(outcome)
        apply_plan(plan)
    return outcome


def check_file(file: IO[bytes], *, sync: bool) -> CheckedFile:
    """Read and check a whole file. Raises FileRefused or ImportRefused."""
    try:
        table = open_table(file, is_header, limits())
    except HeaderNotFound as error:
        raise missing_columns(error.candidates) from None
    checked = check_table(table, _known_members())
    if checked.errors.count:
        raise ImportRefused(checked)
    if sync and not checked.rows:
        raise FileRefused(NO_CONTACT)
    return checked


def _known_members() -> dict[str, KnownMember]:
    found = Member.objects.order_by().values_list("reference", "pk", "name", "kind")
    return {
        reference: KnownMember(pk, name, kind in KINDS_WITH_CONTACTS)
        for reference, pk, name, kind in found.iterator()
    }


def _hold_members(rows: list[ContactRow], *, sync: bool) -> None:
    """Let nobody else add to, reorder or delete the members of this import until the commit.

    On SQLite the transaction alone does so. Raises FileRefused where one of them was deleted, or
    became an individual, since the rows were checked.
    """
    members = Member.objects.filter(kind__in=KINDS_WITH_CONTACTS).order_by("pk")
    held = members.select_for_update().values_list("pk", flat=True)
    wanted = {row.member_id for row in rows}
    if sync:
        missing = wanted.difference(held)
    else:
        missing = wanted.difference(*(held.filter(pk__in=some) for some in slices(sorted(wanted))))
    if missing:
        raise FileRefused(MEMBERS_CHANGED)


def _plan(rows: list[ContactRow], *, sync: bool) -> Plan:
    return plan_synchronisation(rows, _stored_contacts()) if sync else _plan_addition(rows)


def _plan_addition(rows: list[ContactRow]) -> Plan:
    last = Contact.objects.order_by().values_list("member_id").annotate(Max("position"))
    return plan_addition(rows, dict(last))


def _stored_contacts() -> dict[int, list[StoredContact]]:
    stored: defaultdict[int, list[StoredContact]] = defaultdict(list)
    found = Contact.objects.order_by("member_id", "position")
    for member_id, pk, position, *values in found.values_list(
        "member_id", "pk", "position", *CONTACT_FIELDS
    ).iterator():
        stored[member_id].append(StoredContact(pk, position, tuple(values)))
    return stored


def _outcome(plan: Plan, checked: CheckedFile) -> Outcome:
    return Outcome(
        rows=plan.row_count,
        members=plan.member_count,
        added=len(plan.added),
        removed=len(plan.removed),
        unchanged=plan.kept_count,
        moved=len(plan.moved),
        emptied_members=plan.emptied_member_count,
        warnings=checked.warnings,
    )
