"""A contact file is received, stored, read and checked."""

import hashlib
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.core.files.uploadhandler import FileUploadHandler
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.second_factor.gate import may_enter
from base.uploads import pass_over
from importexport.files import check_size, open_table
from importexport.files.table import FileRefused, HeaderNotFound, Limits, Row, Table
from importexport.models import ImportMode, ImportRun, RunSource
from importexport.rows.checking import CheckedFile, check_table, is_header, missing_columns
from importexport.rows.marking import mark_file
from importexport.rows.remarks import Remarks
from importexport.runs.leases import lease
from importexport.runs.site_state import known_members
from importexport.states import OPEN_STATES

NO_CONTACT = (
    "Le fichier ne contient aucun contact. Une synchronisation viderait tout le site : "
    "elle est refusée, et rien n'a changé."
)
Heartbeat = Callable[[int, int], object]
"""Called with the number of rows read, and of rows expected in all (0 while unknown)."""

_SECONDS_BETWEEN_HEARTBEATS = 0.5
# Reading the clock for each row would cost more than checking it.
_ROWS_BETWEEN_LOOKS = 500


@dataclass(frozen=True)
class Options:
    """The options of an import; without any, contacts are only added.

    Where it `merges`, an export keeps what changed on the site after it.
    """

    mode: ImportMode = ImportMode.ADDITION
    only_members_in_file: bool = False
    merges: bool = True

    @classmethod
    def of(cls, run: ImportRun) -> "Options":
        return cls(ImportMode(run.mode), run.only_members_in_file, run.merges)


class ImportRefused(Exception):
    """A file with errors in its rows, which `checked` has; nothing was written."""

    def __init__(self, checked: CheckedFile) -> None:
        super().__init__(f"{checked.errors.count} erreurs")
        self.checked = checked


class TooManyOpenRuns(Exception):
    """The person has IMPORT_MAX_OPEN imports that wait; nothing was kept."""


class BoundedUploadHandler(FileUploadHandler):
    """Writes at most one piece more than CONTACT_FILE_MAX_BYTES of a request to the disk.

    The form then sees that the file is too large. Files of people who may not import are passed
    over: a form is read before anything else knows who sent it.
    """

    _passed = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        user = getattr(self.request, "user", None)
        if not (user and may_enter(user) and user.has_perm("importexport.import_contacts")):
            pass_over(self.request)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:  # noqa: ARG002
        if self._passed > settings.CONTACT_FILE_MAX_BYTES:
            return None
        self._passed += len(raw_data)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Return None: the next handler makes the file."""


# --- Received and stored ------------------------------------------------------------------------


def receive(
    file: "File[Any]", options: Options, *, source: RunSource, user: Any = None
) -> ImportRun:
    """Store a file, and create its run, which then waits to be checked.

    Raises FileRefused for a file that is empty or too large, before any of it is read, and
    TooManyOpenRuns.
    """
    check_size(file.size, limits())
    run = ImportRun(
        source=source,
        created_by=user,
        file_name=(file.name or "")[-255:],
        file_size=file.size,
        sha256=sha256(file),
        mode=options.mode,
        only_members_in_file=(
            options.mode == ImportMode.SYNCHRONISATION and options.only_members_in_file
        ),
        merges=options.merges,
        claimed_until=timezone.now() + lease(),
    )
    run.file.save("", file, save=False)
    try:
        with transaction.atomic():
            _check_open_runs(user)
            run.save()
    except BaseException:
        run.file.delete(save=False)
        raise
    return run


def _check_open_runs(user: Any) -> None:
    """Raise TooManyOpenRuns where the person has too many; others that they send wait for this."""
    if user is None:
        return
    User.objects.select_for_update().filter(pk=user.pk).exists()
    open_runs = ImportRun.objects.filter(created_by=user, state__in=OPEN_STATES)
    if open_runs.count() >= settings.IMPORT_MAX_OPEN:
        raise TooManyOpenRuns


def keep_marked_file(run: ImportRun, file: IO[bytes], errors: Remarks) -> None:
    """Store a copy of the run's file with its errors marked, unless it would grow too large."""
    with tempfile.TemporaryFile() as marked:
        try:
            mark_file(file, marked, errors, limits())
        except FileRefused:
            return
        run.marked_file.save("", File(marked), save=False)


def forget_files(run: ImportRun) -> None:
    """Delete the stored files of a run, and their names."""
    names = [name for name in (run.file.name, run.marked_file.name) if name]
    ImportRun.objects.filter(pk=run.pk).update(file="", marked_file="")
    for name in names:
        run.file.storage.delete(name)


def sha256(file: "File[Any]") -> str:
    """Return the digest of a whole file, by which it is known again."""
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return digest.hexdigest()


# --- Read and checked ---------------------------------------------------------------------------


def limits() -> Limits:
    """Return what the settings allow a contact file to take up."""
    return Limits(
        max_bytes=settings.CONTACT_FILE_MAX_BYTES,
        max_unpacked_bytes=settings.CONTACT_FILE_MAX_UNPACKED_BYTES,
        max_rows=settings.CONTACT_FILE_MAX_ROWS,
    )


def read_table(file: IO[bytes]) -> Table:
    """Open the table of a contact file. Raises FileRefused."""
    try:
        return open_table(file, is_header, limits())
    except HeaderNotFound as error:
        raise missing_columns(error.candidates) from None


def check_file(table: Table, *, mode: ImportMode, heartbeat: Heartbeat) -> CheckedFile:
    """Read and check a whole file. Raises FileRefused or ImportRefused."""
    rows = _with_heartbeats(table, heartbeat)
    checked = check_table(replace(table, rows=rows), known_members())
    if checked.errors.count:
        raise ImportRefused(checked)
    if mode == ImportMode.SYNCHRONISATION and not checked.rows:
        raise FileRefused(NO_CONTACT)
    return checked


def _with_heartbeats(table: Table, heartbeat: Heartbeat) -> Iterator[Row]:
    """Yield the rows of a table, with heartbeats between them and one at the end."""
    last = time.monotonic()
    count = 0
    for count, row in enumerate(table.rows, start=1):
        yield row
        if count % _ROWS_BETWEEN_LOOKS == 0 and (
            time.monotonic() - last > _SECONDS_BETWEEN_HEARTBEATS
        ):
            last = time.monotonic()
            fraction = table.progress()
            heartbeat(count, round(count / fraction) if fraction else 0)
    heartbeat(count, count)
