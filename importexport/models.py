"""What the app keeps: the rights to contact files, and the imports with what undoes them."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse

from contacts.models import Contact, ContactValues
from members.models import Member


class ContactFile(models.Model):
    """The contact file as a thing one may have a right to; it has no table."""

    class Meta:
        managed = False
        default_permissions = ()
        permissions = [
            ("import_contacts", "Peut importer des contacts"),
            ("export_contacts", "Peut exporter les contacts"),
        ]

    def __str__(self) -> str:
        return "Fichier des contacts"


class RunState(models.TextChoices):
    """Where an import stands, in the order in which it gets there."""

    RECEIVED = "received", "Fichier reçu"
    CHECKING = "checking", "Vérification en cours"
    READY = "ready", "À confirmer"
    REFUSED = "refused", "Refusé"
    APPLYING = "applying", "Import en cours"
    DONE = "done", "Importé"
    UNDOING = "undoing", "Annulation en cours"
    UNDONE = "undone", "Annulé"
    ABANDONED = "abandoned", "Abandonné"
    FAILED = "failed", "Interrompu"


# A worker has something to do for these, a person has not.
MOVING_STATES = (RunState.RECEIVED, RunState.CHECKING, RunState.APPLYING, RunState.UNDOING)


class RunSource(models.TextChoices):
    """Where an import was asked for."""

    BROWSER = "browser", "Navigateur"
    COMMAND = "command", "Ligne de commande"


# Where the storage keeps the files of imports.
FOLDER = "imports"


def _stored_name(_run: "ImportRun", _name: str) -> str:
    """Return a name that tells nothing, and that nobody else has."""
    return f"{FOLDER}/{uuid.uuid4().hex}"


class ImportRun(models.Model):
    """An import, from the file's arrival to its undoing. importexport/runs/steps.py has its steps.

    `claim` is the worker that is at it, until `claimed_until`; without a claim, that is when a
    worker should have begun. `attempts` counts the workers that began and did not come to an end.
    `preview_key` tells this preview from an earlier one of the run, and `site_digest` what the
    contacts of the site were when it was made.
    """

    state = models.CharField("état", max_length=10, choices=RunState.choices)
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

    is_synchronisation = models.BooleanField()
    only_members_in_file = models.BooleanField(default=False)

    # Set once what would undo it was forgotten, after the delay of the settings.
    forgotten_at = models.DateTimeField(null=True, editable=False)

    message = models.TextField(blank=True)
    rows_read = models.PositiveIntegerField(default=0)
    rows_expected = models.PositiveIntegerField(default=0)
    row_count = models.PositiveIntegerField("lignes", default=0)
    member_count = models.PositiveIntegerField("membres", default=0)
    added_count = models.PositiveIntegerField("ajoutés", default=0)
    removed_count = models.PositiveIntegerField("supprimés", default=0)
    moved_count = models.PositiveIntegerField("déplacés", default=0)
    unchanged_count = models.PositiveIntegerField("inchangés", default=0)
    emptied_member_count = models.PositiveIntegerField(default=0)
    stale_count = models.PositiveIntegerField(default=0)
    site_contact_count = models.PositiveIntegerField(default=0)
    # The first remarks of each kind and their number, as importexport/rows/remarks.py shows them.
    warnings = models.JSONField(default=dict)
    errors = models.JSONField(default=dict)
    # What the preview before this one said, and what changed on the site since.
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
        """Return the page on which this import is followed, confirmed and undone."""
        return reverse("importexport:run", args=[self.pk])

    @property
    def is_moving(self) -> bool:
        """Whether a worker has something to do for it."""
        return self.state in MOVING_STATES

    @property
    def removes_many(self) -> bool:
        """Whether so much of the site would go that a person types how many contacts go."""
        share = settings.IMPORT_CONFIRM_REMOVALS_PERCENT
        return self.removed_count * 100 > share * self.site_contact_count

    @property
    def rows_read_percent(self) -> int:
        """How much of the file is read, in hundredths; 0 where that is not known yet."""
        return min(100, 100 * self.rows_read // self.rows_expected) if self.rows_expected else 0


class ChangeKind(models.IntegerChoices):
    """What an import does to a contact that it does not leave as it is."""

    ADDED = 1, "Ajout"
    REMOVED = 2, "Suppression"
    MOVED = 3, "Déplacement"


def _loose(model: type[models.Model] | str, **options: Any) -> Any:
    """Return a link that stays when what it leads to is deleted, and costs no check and no index.

    The history of imports is about things that may be no more, and may come back.
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
    """What an import does to the contacts of one member, in numbers, in the file's order.

    `last_position` is the place of the member's last contact when the preview was made.
    """

    run = models.ForeignKey(
        ImportRun, on_delete=models.CASCADE, related_name="members", db_index=False
    )
    number = models.PositiveIntegerField()
    member = _loose(Member)
    is_in_file = models.BooleanField()
    added = models.PositiveIntegerField()
    removed = models.PositiveIntegerField()
    moved = models.PositiveIntegerField()
    kept = models.PositiveIntegerField()
    last_position = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["run", "number"], name="imported_member_in_order")]

    def __str__(self) -> str:
        return f"{self.run_id}, {self.number}"


class ImportChange(ContactValues):
    """A contact that an import adds, removes or moves, and what is needed to take that back.

    `position` is the contact's place after the import, `previous_position` before it. What a
    removed contact said is noted when it goes. `site_changed_at` is set where the change would
    undo something that was done on the site after the file had been exported.
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

    # Noted for contacts that are added or removed, not for those that only move.
    type = models.PositiveSmallIntegerField(null=True)  # type: ignore[assignment]
    refused_address = models.EmailField(db_default="")
    updated_by = _loose(settings.AUTH_USER_MODEL, null=True)
    contact_created_at = models.DateTimeField(null=True)
    contact_updated_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        indexes = [models.Index(fields=["run", "member"], name="import_change_by_member")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class ContactExport(models.Model):
    """An export of all contacts: who took them out, when, how many, in which format, from where.

    They are personal data of others; administrators answer for where they go.
    """

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
