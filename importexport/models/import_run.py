"""An import: its file, its options, its state and the numbers of its preview."""

import uuid

from django.conf import settings
from django.db import models
from django.urls import reverse

from importexport.models.journal import RunSource
from importexport.states import MOVING_STATES, RunState


class ImportMode(models.TextChoices):
    """What becomes of the contacts that are on the site already."""

    ADDITION = "add", "Ajout"
    UPDATE = "update", "Mise à jour"
    SYNCHRONISATION = "sync", "Synchronisation"


class Side(models.TextChoices):
    """Whose values a contact gets that both the site and a file changed after its export."""

    SITE = "site", "le site"
    FILE = "file", "le fichier"


# The storage's folder for the files of runs.
FOLDER = "imports"


def _stored_name(_run: "ImportRun", _name: str) -> str:
    """Return a random name: the user's file name may hold personal data."""
    return f"{FOLDER}/{uuid.uuid4().hex}"


class ImportRun(models.Model):
    """An import, from the file's arrival to its undoing (runs/steps.py, states.py).

    `claim` identifies the worker that has the run, until `claimed_until`; without a claim,
    `claimed_until` is when a worker should have begun. `attempts` counts the workers that claimed
    the run and did not end their work. `preview_key` changes with each preview of the run, and
    `site_digest` is that of the site's contacts when the preview was made.
    """

    state = models.CharField(
        "état", max_length=10, choices=RunState.choices, default=RunState.RECEIVED
    )
    source = models.CharField("origine", max_length=10, choices=RunSource.choices)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField("reçu le", auto_now_add=True)
    checked_at = models.DateTimeField(null=True, editable=False)
    applied_at = models.DateTimeField("importé le", null=True, editable=False)
    undone_at = models.DateTimeField("annulé le", null=True, editable=False)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    file = models.FileField(upload_to=_stored_name, blank=True)
    file_name = models.CharField("fichier", max_length=255)
    file_size = models.PositiveBigIntegerField("octets")
    sha256 = models.CharField("SHA-256", max_length=64)
    marked_file = models.FileField(upload_to=_stored_name, blank=True)
    exported_at = models.DateTimeField("export du", null=True, editable=False)

    mode = models.CharField("options", max_length=6, choices=ImportMode.choices)
    only_members_in_file = models.BooleanField(default=False)
    # Whether changes made on the site after the export are kept; otherwise the file replaces all.
    merges = models.BooleanField(default=True)

    # Set before its changes are deleted, IMPORT_UNDO_KEPT_DAYS after it was received.
    forgotten_at = models.DateTimeField(null=True, editable=False)

    message = models.TextField(blank=True)
    rows_read = models.PositiveIntegerField(default=0)
    rows_expected = models.PositiveIntegerField(default=0)
    row_count = models.PositiveIntegerField("lignes", default=0)
    member_count = models.PositiveIntegerField("membres", default=0)
    added_count = models.PositiveIntegerField("ajoutés", default=0)
    modified_count = models.PositiveIntegerField("modifiés", default=0)
    removed_count = models.PositiveIntegerField("supprimés", default=0)
    moved_count = models.PositiveIntegerField("déplacés", default=0)
    unchanged_count = models.PositiveIntegerField("inchangés", default=0)
    emptied_member_count = models.PositiveIntegerField(default=0)
    # Of a run that is not merged: the changes of the site that it would undo.
    stale_count = models.PositiveIntegerField(default=0)
    # Whether members changed on the site after the export and are merged (runs/merge.py): how many
    # contacts keep these changes, how many are conflicts, and how many of these wait for a choice.
    is_merged = models.BooleanField(default=False)
    kept_change_count = models.PositiveIntegerField(default=0)
    conflict_count = models.PositiveIntegerField(default=0)
    undecided_count = models.PositiveIntegerField(default=0)
    # Of an addition: the rows that are on the site already, with the same values or with others.
    same_count = models.PositiveIntegerField(default=0)
    alike_count = models.PositiveIntegerField(default=0)
    # What changes in who hears of what, in numbers: Consequences.numbers of runs/consequences.py.
    consequences = models.JSONField(default=dict)
    # The titles of the columns that the file lacks: contacts keep their values of them.
    missing_columns = models.JSONField(default=list)
    site_contact_count = models.PositiveIntegerField(default=0)
    # The first remarks of each kind and their number: Remarks.summary of rows/remarks.py. The
    # warnings also have `left_out`, the names of sheets that have the header and are not read.
    warnings = models.JSONField(default=dict)
    errors = models.JSONField(default=dict)
    # The numbers of the preview before this one, and what changed on the site since.
    outdated = models.JSONField(null=True)

    site_digest = models.CharField(max_length=64, blank=True)
    preview_key = models.UUIDField(default=uuid.uuid4, editable=False)
    claim = models.UUIDField(null=True, editable=False)
    claimed_until = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = "import"
        ordering = ["-pk"]
        default_permissions = ()
        indexes = [models.Index(fields=["state", "claimed_until"], name="import_run_by_state")]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("importexport:run", args=[self.pk])

    def earlier_import(self) -> "ImportRun | None":
        """Return the newest other run that imported the same file and was not undone."""
        same = ImportRun.objects.filter(sha256=self.sha256, state=RunState.DONE)
        return same.exclude(pk=self.pk).order_by("-applied_at").first()

    @property
    def is_synchronisation(self) -> bool:
        return self.mode == ImportMode.SYNCHRONISATION

    @property
    def is_moving(self) -> bool:
        """Whether a worker has to go on with it."""
        return self.state in MOVING_STATES

    @property
    def removes_many(self) -> bool:
        """Whether it removes so large a share of contacts that a person must type their number."""
        share = settings.IMPORT_CONFIRM_REMOVALS_PERCENT
        return self.removed_count * 100 > share * self.site_contact_count

    @property
    def left_out_sheets(self) -> list[str]:
        """The sheets that a synchronisation would take for absent, though they have the header."""
        left_out: list[str] = self.warnings.get("left_out", [])
        return left_out if self.is_synchronisation else []

    @property
    def rows_read_percent(self) -> int:
        """How much of the file is read; 0 where that is not known yet."""
        return min(100, 100 * self.rows_read // self.rows_expected) if self.rows_expected else 0
