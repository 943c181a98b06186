"""Members and their kinds."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse

from base.address_fields import AddressField
from base.addresses import refused_spelling
from base.characters import validate_storable
from base.models import Edited, Former
from base.text import OrderText, SortKey, searchable_columns
from base.text_fields import LineField, LinesField, PhonesField, ReferenceField


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
# The fields that the search looks through: words of texts, digits of phone numbers.
SEARCHED_TEXTS = ("reference", "name", "email", "city", "postal_code", "note")
SEARCHED_PHONES = ("phone",)


def _sort_key(field: str) -> models.GeneratedField:
    return models.GeneratedField(
        expression=SortKey(field), output_field=OrderText(), db_persist=True
    )


class MemberValues(models.Model):
    """The fields of a member that people edit: a member has them, and so have its former states."""

    reference = ReferenceField(
        "référence",
        max_length=50,
        unique=True,
        validators=[validate_storable],
        error_messages={"unique": "Cette référence est déjà celle d'un autre membre."},
    )
    name = LineField("dénomination", max_length=200, validators=[validate_storable])
    kind = models.CharField("catégorie", max_length=20, choices=MemberKind.choices)
    email = AddressField(
        "mail principal",
        blank=True,
        help_text="Les messages envoyés depuis l'écran des membres partent à cette adresse.",
    )
    phone = PhonesField(
        "téléphone",
        max_length=200,
        blank=True,
        validators=[validate_storable],
        help_text="S'il y a plusieurs numéros, séparez-les par un point-virgule sans espace.",
    )
    address = LinesField("adresse", max_length=500, blank=True, validators=[validate_storable])
    postal_code = LineField(
        "code postal", max_length=20, blank=True, validators=[validate_storable]
    )
    city = LineField("ville", max_length=100, blank=True, validators=[validate_storable])
    note = LinesField("note", max_length=5000, blank=True, validators=[validate_storable])

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Member(MemberValues, Edited):
    """A professional client, a supplier or an individual.

    The app `contacts` adds the relation `contacts`.
    """

    # The main address that a mail server refused for good, and when; ignored while the main address
    # is another one. Spelt as the main address where it is the same.
    refused_address = AddressField(blank=True, db_default="", default="", editable=False)
    refused_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField("créé le", auto_now_add=True)

    sort_reference = _sort_key("reference")
    sort_name = _sort_key("name")
    sort_email = _sort_key("email")
    sort_city = _sort_key("city")
    search_text = models.GeneratedField(
        expression=searchable_columns(SEARCHED_TEXTS, SEARCHED_PHONES),
        output_field=models.TextField(),
        db_persist=True,
    )

    class Meta:
        verbose_name = "membre"
        verbose_name_plural = "membres"
        ordering = ["sort_name", "sort_reference", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=MemberKind.values), name="member_kind_is_known"
            ),
        ]
        indexes = [
            # One for each order of the members' screen. They include the key, so that a page's keys
            # are read from the index alone (base/paging.py).
            models.Index(fields=["sort_name", "sort_reference", "id"], name="member_in_name_order"),
            models.Index(
                fields=["kind", "sort_name", "sort_reference", "id"], name="member_in_kind_order"
            ),
            models.Index(
                fields=["sort_email", "sort_reference", "id"], name="member_in_email_order"
            ),
            models.Index(fields=["sort_city", "sort_reference", "id"], name="member_in_city_order"),
            models.Index(fields=["sort_reference", "id"], name="member_in_reference_order"),
        ]

    @property
    def has_contacts(self) -> bool:
        return self.kind in KINDS_WITH_CONTACTS

    @property
    def is_address_refused(self) -> bool:
        return bool(self.email) and self.email == self.refused_address

    def get_absolute_url(self) -> str:
        return reverse("members:detail", args=[self.pk])

    def clean(self) -> None:
        """Refuse to turn a member who has contacts into an individual."""
        if self.pk and self.kind == MemberKind.INDIVIDUAL:
            count = self.contacts.count()
            if count:
                raise ValidationError({"kind": _individual_with_contacts(count)})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the member; a refused address is spelt as the main address where it is the same."""
        self.refused_address = refused_spelling(self.refused_address, self.email)
        super().save(*args, **kwargs)


class FormerMember(MemberValues, Former):
    """A line of a member's history: what it was until the database changed or deleted it."""

    # Several members may have had the same one, at different times.
    reference = ReferenceField("référence", max_length=50)
    member_id = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["member_id", "id"], name="former_member"),
            models.Index(fields=["at"], name="former_member_at"),
        ]


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
