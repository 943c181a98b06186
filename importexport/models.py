"""The tables of contact files: runs with their changes, the journal of exports; and the rights."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse

from base.address_fields import AddressField
from contacts.models import Contact, ContactValues
from importexport.states import MOVING_STATES, RunState
from members.models import Member


class ContactFile(models.Model):
    """Carries the permissions to import and export; it has no table."""

    class Meta:
        managed = False
        default_permissions = ()
        permissions = [
            ("import_contacts", "Peut importer des contacts"),
            ("export_contacts", "Peut exporter les contacts"),
        ]

    def __str__(self) -> str:
        return "Fichier des contacts"


class RunSource(models.TextChoices):
    """Where an import or export was asked for."""

    BROWSER = "browser", "Navigateur"
    COMMAND = "command", "Ligne de commande"


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


class ChangeKind(models.IntegerChoices):
    """What a run does to a contact."""

    ADDED = 1, "Ajout"
    REMOVED = 2, "Suppression"
    MOVED = 3, "Déplacement"
    MODIFIED = 4, "Modification"


def _loose(model: type[models.Model] | str, **options: Any) -> Any:
    """Return a foreign key that outlives the row it points to, without constraint or index.

    A deleted contact may come back under its old key when the run is undone.
    """
    return models.ForeignKey(
        model,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        **options,
    )


class ImportedMember(models.Model):
    """How many contacts of one member a run adds, modifies, removes, only moves and keeps.

    `number` is the member's place in the file, `last_position` the position of its last contact
    when the preview was made. `effects` are the bits of Effect in runs/consequences.py.
    """

    run = models.ForeignKey(
        ImportRun, on_delete=models.CASCADE, related_name="members", db_index=False
    )
    number = models.PositiveIntegerField()
    member = _loose(Member)
    is_in_file = models.BooleanField()
    added = models.PositiveIntegerField()
    modified = models.PositiveIntegerField()
    removed = models.PositiveIntegerField()
    moved = models.PositiveIntegerField()
    kept = models.PositiveIntegerField()
    last_position = models.PositiveIntegerField()
    effects = models.PositiveSmallIntegerField(default=0)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["run", "number"], name="imported_member_in_order")]

    def __str__(self) -> str:
        return f"{self.run_id}, {self.number}"


class ImportChange(ContactValues):
    """A contact that a run adds, modifies, removes or moves, and what is needed to undo that.

    `position` is the contact's position after the run, `previous_position` before it. The values
    are those that the run writes, or those of the contact it removes, copied when it is applied.
    The columns below `refused_address` are copied then, too. `site_changed_at` is set where the
    change would undo one made on the site after the file had been exported.
    """

    run = models.ForeignKey(
        ImportRun, on_delete=models.CASCADE, related_name="changes", db_index=False
    )
    member = _loose(Member)
    kind = models.PositiveSmallIntegerField(choices=ChangeKind.choices)
    line = models.PositiveIntegerField(null=True)
    contact = _loose(Contact, null=True)
    position = models.PositiveIntegerField(null=True)
    previous_position = models.PositiveIntegerField(null=True)
    site_changed_at = models.DateTimeField(null=True)

    # NULL for contacts that only move.
    type = models.PositiveSmallIntegerField(null=True)  # type: ignore[assignment]
    refused_address = AddressField(db_default="")
    refused_at = models.DateTimeField(null=True)
    updated_by = _loose(settings.AUTH_USER_MODEL, null=True)
    contact_created_at = models.DateTimeField(null=True)
    contact_updated_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        indexes = [models.Index(fields=["run", "member"], name="import_change_by_member")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class PreviousValues(ContactValues):
    """What a contact that a run modifies was before."""

    run = models.ForeignKey(
        ImportRun, on_delete=models.CASCADE, related_name="previous_values", db_index=False
    )
    contact = _loose(Contact)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["run", "contact"], name="previous_values_by_contact")]

    def __str__(self) -> str:
        return f"{self.run_id}, {self.contact_id}"


class ComparedContact(models.Model):
    """A contact that the site changed after a run's file was exported, in its three states.

    Each state has the values by field; it is null where there is no contact, or no row. The site's
    change is kept, unless the contact is a conflict in which a person takes the file.
    """

    run = models.ForeignKey(
        ImportRun, on_delete=models.CASCADE, related_name="compared", db_index=False
    )
    member = _loose(Member)
    contact = _loose(Contact)
    line = models.PositiveIntegerField(null=True)
    is_conflict = models.BooleanField()
    choice = models.CharField(max_length=4, choices=Side.choices, blank=True)
    base = models.JSONField(null=True)
    site = models.JSONField(null=True)
    file = models.JSONField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        indexes = [models.Index(fields=["run", "is_conflict", "id"], name="compared_in_order")]

    def __str__(self) -> str:
        return f"{self.run_id}, {self.contact_id}"


class ContactExport(models.Model):
    """A line of the journal of exports: who exported all contacts, when, and from which address."""

    created_at = models.DateTimeField("exporté le", auto_now_add=True, db_index=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    source = models.CharField("origine", max_length=10, choices=RunSource.choices)
    address = models.GenericIPAddressField("adresse IP", null=True)
    format = models.CharField("format", max_length=3)
    contact_count = models.PositiveIntegerField("contacts")

    class Meta:
        verbose_name = "export"
        ordering = ["-pk"]
        default_permissions = ()
        permissions = [("view_contactexport", "Peut voir le journal des exports")]

    def __str__(self) -> str:
        return f"{self.contact_count} contacts ({self.format})"
