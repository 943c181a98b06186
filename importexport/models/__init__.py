"""Imports with their plans, and the journal of exports."""

from importexport.models.import_plan import (
    ChangeKind,
    ComparedContact,
    ImportChange,
    ImportedMember,
    PreviousValues,
)
from importexport.models.import_run import FOLDER, ImportMode, ImportRun, Side
from importexport.models.journal import ContactExport, ContactFile, RunSource

__all__ = [
    "FOLDER",
    "ChangeKind",
    "ComparedContact",
    "ContactExport",
    "ContactFile",
    "ImportChange",
    "ImportMode",
    "ImportRun",
    "ImportedMember",
    "PreviousValues",
    "RunSource",
    "Side",
]
