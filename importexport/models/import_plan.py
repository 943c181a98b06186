"""What a run will do, and did: its members, its changes, and what a merge compared."""

from typing import Any

from django.conf import settings
from django.db import models

from base.address_fields import AddressField
from contacts.models import Contact, ContactValues
from importexport.models.import_run import ImportRun, Side
from members.models import Member


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
