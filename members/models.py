"""Members and their kinds."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse

from base.address_fields import AddressField
from base.characters import canonical, validate_storable
from base.models import Edited
from base.text import Fold, Searchable


class MemberKind(models.TextChoices):
    """What a member is to the organisation. Only the last two may have contacts (manual)."""

    INDIVIDUAL = "individual", "Particulier"
    PROFESSIONAL = "professional", "Client professionnel"
    SUPPLIER = "supplier", "Fournisseur"


KINDS_WITH_CONTACTS = (MemberKind.PROFESSIONAL, MemberKind.SUPPLIER)


# The fields that people edit, in the order of the form.
MEMBER_FIELDS = (
    "reference",
    "name",
    "kind",
    "email",
    "phone",
    "address",
    "postal_code",
    "city",
    "note",
)


class Member(Edited):
    """A professional client, a supplier or an individual.

    The app `contacts` adds the relation `contacts`.
    """

    reference = models.CharField(
        "référence",
        max_length=50,
        unique=True,
        validators=[validate_storable],
        error_messages={"unique": "Cette référence est déjà celle d'un autre membre."},
    )
    name = models.CharField("dénomination", max_length=200, validators=[validate_storable])
    kind = models.CharField("catégorie", max_length=20, choices=MemberKind.choices)
    email = AddressField(
        "mail principal",
        blank=True,
        help_text="Les messages envoyés depuis l'écran des membres partent à cette adresse.",
    )
    phone = models.CharField(
        "téléphone",
        max_length=200,
        blank=True,
        validators=[validate_storable],
        help_text="S'il y a plusieurs numéros, séparez-les par un point-virgule sans espace.",
    )
    address = models.TextField(
        "adresse", max_length=500, blank=True, validators=[validate_storable]
    )
    postal_code = models.CharField(
        "code postal", max_length=20, blank=True, validators=[validate_storable]
    )
    city = models.CharField("ville", max_length=100, blank=True, validators=[validate_storable])
    note = models.TextField("note", max_length=5000, blank=True, validators=[validate_storable])
    # The main address that a mail server refused for good; ignored once the main address changes.
    refused_address = AddressField(blank=True, db_default="", default="", editable=False)
    created_at = models.DateTimeField("créé le", auto_now_add=True)

    sort_name = models.GeneratedField(
        expression=Fold("name"), output_field=models.TextField(), db_persist=True
    )
    search_text = models.GeneratedField(
        expression=Searchable("reference", "name", "email", "phone"),
        output_field=models.TextField(),
        db_persist=True,
    )

    class Meta:
        verbose_name = "membre"
        verbose_name_plural = "membres"
        ordering = ["sort_name", "reference"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=MemberKind.values), name="member_kind_is_known"
            ),
        ]
        indexes = [
            # One for each order of the members' screen. They include the key, so that a page's keys
            # are read from the index alone (base/paging.py).
            models.Index(fields=["sort_name", "reference", "id"], name="member_in_name_order"),
            models.Index(
                fields=["kind", "sort_name", "reference", "id"], name="member_in_kind_order"
            ),
            models.Index(fields=["email", "reference", "id"], name="member_in_email_order"),
            models.Index(Fold("city"), "reference", "id", name="member_in_city_order"),
            models.Index(fields=["reference", "id"], name="member_in_reference_order"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_contacts(self) -> bool:
        return self.kind in KINDS_WITH_CONTACTS

    @property
    def is_address_refused(self) -> bool:
        return bool(self.email) and self.email.lower() == self.refused_address.lower()

    def get_absolute_url(self) -> str:
        return reverse("members:detail", args=[self.pk])

    def clean(self) -> None:
        """Refuse to turn a member who has contacts into an individual."""
        if self.pk and self.kind == MemberKind.INDIVIDUAL:
            count = self.contacts.count()
            if count:
                raise ValidationError({"kind": _individual_with_contacts(count)})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the member, its texts in canonical form."""
        for field in ("reference", "name", "phone", "address", "postal_code", "city", "note"):
            setattr(self, field, canonical(getattr(self, field)))
        super().save(*args, **kwargs)


def _individual_with_contacts(count: int) -> str:
    if count == 1:
        return (
            "Ce membre a un contact, et un particulier ne peut pas en avoir. "
            "Supprimez d'abord ce contact."
        )
    return (
        f"Ce membre a {count} contacts, et un particulier ne peut pas en avoir. "
        "Supprimez d'abord ces contacts."
    )
