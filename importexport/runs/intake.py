"""A file arrives: it is kept where nobody else reads it, and its import begins."""

import hashlib
import tempfile
from dataclasses import dataclass
from typing import IO, Any

from django.core.files import File
from django.utils import timezone

from importexport.files.table import FileRefused
from importexport.models import ImportRun, RunSource, RunState
from importexport.rows.checking import Remarks
from importexport.rows.marking import mark_file
from importexport.runs.leases import lease
from importexport.runs.reading import limits


@dataclass(frozen=True)
class Options:
    """What an import is asked to do beyond adding contacts."""

    sync: bool = False
    only_members_in_file: bool = False

    @classmethod
    def of(cls, run: ImportRun) -> "Options":
        """Return what a run was asked to do."""
        return cls(run.is_synchronisation, run.only_members_in_file)


def receive(
    file: "File[Any]", options: Options, *, source: RunSource, user: Any = None
) -> ImportRun:
    """Keep a file and note its import, which then waits to be checked."""
    run = ImportRun(
        state=RunState.RECEIVED,
        source=source,
        created_by=user,
        file_name=(file.name or "")[-255:],
        file_size=file.size,
        sha256=_sha256(file),
        is_synchronisation=options.sync,
        only_members_in_file=options.sync and options.only_members_in_file,
        claimed_until=timezone.now() + lease(),
    )
    run.file.save("", file, save=False)
    try:
        run.save()
    except BaseException:
        run.file.delete(save=False)
        raise
    return run


def keep_marked_file(run: ImportRun, file: IO[bytes], errors: Remarks) -> None:
    """Keep a copy of the run's file in which its errors are marked, unless that grows too large."""
    with tempfile.TemporaryFile() as marked:
        try:
            mark_file(file, marked, errors, limits())
        except FileRefused:
            return
        run.marked_file.save("", File(marked), save=False)


def forget_files(run: ImportRun) -> None:
    """Delete what is stored of the run's file."""
    names = [name for name in (run.file.name, run.marked_file.name) if name]
    ImportRun.objects.filter(pk=run.pk).update(file="", marked_file="")
    for name in names:
        run.file.storage.delete(name)


def _sha256(file: "File[Any]") -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return digest.hexdigest()
