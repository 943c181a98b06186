"""The project's side: what its commands and pages do with contact files, and the floors of it."""

import csv
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from django.core.files import File
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from python_calamine import CalamineWorkbook

from base.database import insert_rows, moment
from contacts.models import CONTACT_FIELDS, Contact
from importexport.exports.contacts import export_contacts
from importexport.files import open_table
from importexport.files.ods_writer import COMPRESSION_LEVEL
from importexport.models import ImportMode, RunSource
from importexport.rows.checking import is_header
from importexport.rows.columns import COLUMNS, ContactRow
from importexport.rows.sheet import Format
from importexport.runs.apply import apply_changes
from importexport.runs.direct import import_contacts
from importexport.runs.intake import Options, check_file, limits, read_table, receive
from importexport.runs.plan import plan_addition
from importexport.runs.plan_tables import store_plan


def export_file(path: str, format: Format) -> None:
    with Path(path).open("w+b") as file:
        export_contacts(file, format)


def import_file(path: str, format: Format) -> int:  # noqa: ARG001 (the content decides)
    """Add the contacts of the file; return how many."""
    with Path(path).open("rb") as file:
        return import_contacts(File(file), Options())[1].added


def synchronise_file(path: str, format: Format) -> int:  # noqa: ARG001 (the content decides)
    """Make the contacts those of the file; return how many were the same already."""
    with Path(path).open("rb") as file:
        return import_contacts(File(file), Options(ImportMode.SYNCHRONISATION))[1].unchanged


def synchronise_changed_file(path: str, format: Format) -> int:  # noqa: ARG001
    """Make the contacts those of the file; return how many of its rows changed anything."""
    with Path(path).open("rb") as file:
        outcome = import_contacts(File(file), Options(ImportMode.SYNCHRONISATION))[1]
    return outcome.rows - outcome.unchanged


def change_and_export(path: str, format: Format) -> int:
    """Change every hundredth contact, and write all to a file; return how many changed."""
    hundredths = Contact.objects.alias(rest=F("pk") % 100).filter(rest=1)
    count = hundredths.update(phones="0199001122")
    export_file(path, format)
    return count


def ods_floor(path: str) -> float:
    """Read the rows of an export, and deflate its XML; return the seconds."""
    with zipfile.ZipFile(path) as package:
        xml = package.read("content.xml")

    def work() -> None:
        for _ in _rows():
            pass
        deflater = zlib.compressobj(COMPRESSION_LEVEL)
        for start in range(0, len(xml), 65_536):
            deflater.compress(xml[start : start + 65_536])
        deflater.flush()

    return _seconds(work)


def csv_floor(path: str) -> float:
    """Read the rows of an export, and write them with csv.writer; return the seconds."""

    def work() -> None:
        with Path(f"{path}.floor").open("w", newline="", encoding="utf-8-sig") as file:
            csv.writer(file, delimiter=";").writerows(_rows())

    return _seconds(work)


def read_file(path: str) -> int:
    """Read every cell of a file; return the number of rows."""
    with Path(path).open("rb") as file:
        return sum(1 for _ in open_table(file, is_header, limits()).rows)


def read_with_calamine(path: str) -> int:
    """Read every cell of a file with calamine; return the number of rows."""
    return len(CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()) - 1


def write_checked(path: str) -> float:
    """Store the plan of a checked file, and apply it; return the seconds."""
    with Path(path).open("rb") as opened:
        file: File[Any] = File(opened)
        run = receive(file, Options(), source=RunSource.COMMAND)
        rows = _checked_rows(opened)

    def work() -> None:
        store_plan(run, plan_addition(rows, {}), {}, lambda: None)
        with transaction.atomic():
            apply_changes(run, timezone.now())

    return _seconds(work)


def _checked_rows(file: IO[bytes]) -> list[ContactRow]:
    table = read_table(file)
    return check_file(table, mode=ImportMode.ADDITION, heartbeat=lambda *_: None).rows


def copy_rows(path: str) -> float:
    """Insert the same rows the quickest way that the database has; return the seconds."""
    with Path(path).open("rb") as file:
        rows = _checked_rows(file)
    now = moment(timezone.now())
    columns = ("member_id", "position", *CONTACT_FIELDS, "created_at", "updated_at")
    added = plan_addition(rows, {}).added

    def work() -> None:
        with transaction.atomic():
            insert_rows(
                Contact,
                columns,
                ((one.member_id, one.position, *one.values, now, now) for one in added),
            )

    return _seconds(work)


def _rows() -> Any:
    contacts = Contact.objects.order_by("member__sort_reference", "member_id", "position")
    found = contacts.values_list(*(column.lookup for column in COLUMNS))
    return found.iterator(chunk_size=2_000)


def _seconds(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
