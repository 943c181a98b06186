"""Contacts of a member, and what each type receives (manual, « Créer un contact »)."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction

from base.address_fields import AddressField
from base.addresses import refused_spelling
from base.characters import validate_storable
from base.models import Edited, Former
from base.text import searchable_columns
from base.text_fields import LineField, LinesField, PhoneField, PhonesField
from members.models import Member


class ContactType(models.IntegerChoices):
    """Which notifications a contact receives; the numbers are those of contact files."""

    ADMINISTRATIVE = 1, "Notifications administratives"
    ORDERS = 2, "Notifications des commandes"
    NONE = 3, "Aucune notification"
    ALL = 4, "Toutes les notifications"
    AFTER_SALES = 5, "Notifications service après-vente"
    RECEIVER = 6, "Réceptionnaire"

    @property
    def explanation(self) -> str:
        """The manual's sentence for this type, as the form shows it."""
        return _EXPLANATIONS[self]

    @classmethod
    def in_manual_order(cls) -> "list[ContactType]":
        """Return the types in the order in which the manual explains them."""
        return list(_EXPLANATIONS)


_EXPLANATIONS = {
    ContactType.NONE: "le contact est juste renseigné mais ne reçoit rien.",
    ContactType.ADMINISTRATIVE: "ce contact recevra uniquement les factures",
    ContactType.ORDERS: (
        "ce contact recevra les notifications concernant les commandes "
        "(exemple : envoi des bons de livraison)"
    ),
    ContactType.AFTER_SALES: (
        "ce contact recevra les notifications liées au suivi de ses demandes "
        "(si vous disposez du module de gestion des demandes)"
    ),
    ContactType.RECEIVER: (
        "ce contact permet d'indiquer la personne réceptionnaire qui signera le justificatif "
        "de livraison (si vous disposez du module de suivi des livraisons)"
    ),
    ContactType.ALL: (
        "ce contact recevra les notifications liées aux factures, aux commandes "
        "et au service après-vente"
    ),
}


class Topic(models.TextChoices):
    """What a member is written to about; contacts/routing.py knows who hears of it."""

    INVOICES = "invoices", "Factures"
    ORDERS = "orders", "Commandes"
    AFTER_SALES = "after_sales", "Service après-vente"


# The version before may still write rows while this one is installed: the database knows a default.
_OPTIONAL_TEXT: dict[str, Any] = {
    "blank": True,
    "default": "",
    "db_default": "",
    "validators": [validate_storable],
}


class ContactValues(models.Model):
    """The fields of a contact, in the order of its form and of contact files.

    A contact has them, and so have its former states and the changes of a run.
    """

    name = LineField("dénomination", max_length=200, **_OPTIONAL_TEXT)
    note = LinesField("note", max_length=5000, **_OPTIONAL_TEXT)
    job_title = LineField("fonction", max_length=200, **_OPTIONAL_TEXT)
    email = AddressField("mail", blank=True, default="", db_default="")
    phones = PhonesField("téléphone(s)", max_length=200, **_OPTIONAL_TEXT)
    fax = PhoneField("fax", max_length=50, **_OPTIONAL_TEXT)
    type = models.PositiveSmallIntegerField("type de contact", choices=ContactType.choices)

    class Meta:
        abstract = True

    @property
    def title(self) -> str:
        """What the contact is called in a sentence, also where it has no name."""
        return self.name or self.job_title or self.email or "Contact sans nom"


CONTACT_FIELDS = tuple(field.name for field in ContactValues._meta.local_fields)
# The fields that the search looks through: words of texts, digits of phone numbers.
SEARCHED_TEXTS = ("name", "job_title", "email", "note")
SEARCHED_PHONES = ("phones",)


class Contact(ContactValues, Edited):
    """A person or desk of a member; its type decides which notifications it receives."""

    # The constraint on positions has an index that begins with the member.
    member = models.ForeignKey(
        Member,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="contacts",
        verbose_name="membre",
    )
    # Distinct within a member, growing, not always without gaps.
    position = models.PositiveIntegerField("position", editable=False)
    # The address that a mail server refused for good, and when; another one in its place is not
    # meant. Spelt as the contact's address where it is the same.
    refused_address = AddressField(blank=True, db_default="", default="", editable=False)
    refused_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField("créé le", auto_now_add=True)

    search_text = models.GeneratedField(
        expression=searchable_columns(SEARCHED_TEXTS, SEARCHED_PHONES),
        output_field=models.TextField(),
        db_persist=True,
    )

    class Meta:
        verbose_name = "contact"
        verbose_name_plural = "contacts"
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["member", "position"], name="contact_place_is_free"),
            models.CheckConstraint(
                condition=models.Q(type__in=ContactType.values), name="contact_type_is_known"
            ),
        ]
        # contacts/history.py asks for what was added since a moment.
        indexes = [models.Index(fields=["created_at"], name="contact_created_at")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_address_refused(self) -> bool:
        """Whether a mail server refused the contact's address, as it stands now."""
        return bool(self.email) and self.email == self.refused_address

    def changed_past_pages_at(self) -> datetime | None:
        """Return when anybody last changed it, as long as the database keeps what it was before."""
        former = FormerContact.objects.filter(contact_id=self.pk).order_by("-at")
        return former.values_list("at", flat=True).first()

    def clean(self) -> None:
        """Refuse a contact of a member who may not have any."""
        if self.member_id and not self.member.has_contacts:
            raise ValidationError(NO_CONTACTS_FOR_INDIVIDUALS)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the contact; a new one goes below the others.

        Raises ValidationError for a member who may not have contacts.
        """
        self.refused_address = refused_spelling(self.refused_address, self.email)
        self.clean()
        with transaction.atomic():
            if self.position is None:
                self.position = next_position(self.member_id)
            super().save(*args, **kwargs)


# Contacts whose order changes are first moved by this number of positions: the others' are free
# then. No contact has such a position at the end of a transaction.
ASIDE = 1_000_000_000


class FormerContact(ContactValues, Former):
    """A line of a contact's history: what it was until the database changed or deleted it.

    contacts/history.py and contacts/journal.py read it.
    """

    contact_id = models.BigIntegerField()
    member_id = models.BigIntegerField()
    position = models.PositiveIntegerField()
    # The mark of a refused address: a deleted contact that comes back has it again.
    refused_address = AddressField(blank=True, db_default="", default="")
    refused_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["contact_id", "id"], name="former_contact"),
            models.Index(fields=["member_id", "id"], name="former_contact_of_member"),
            models.Index(fields=["at"], name="former_contact_at"),
        ]

    def __str__(self) -> str:
        return self.title


class ForgottenStates(models.Model):
    """Until when former states are forgotten: of before then, the history is not complete."""

    until = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.until:%Y-%m-%d}"

    @classmethod
    def forget(cls, until: datetime) -> None:
        """Note until when states are forgotten, unless a later time is noted already."""
        if not cls.objects.filter(until__gte=until).exists():
            cls.objects.update_or_create(pk=1, defaults={"until": until})


NO_CONTACTS_FOR_INDIVIDUALS = (
    "Seuls un client professionnel ou un fournisseur peuvent avoir des contacts."
)


def next_position(member_id: int) -> int:
    """Return the place below a member's contacts, holding the member until the commit.

    Raises Member.DoesNotExist where the member was deleted meanwhile.
    """
    Member.objects.select_for_update().values_list("pk").get(pk=member_id)
    last = Contact.objects.filter(member_id=member_id).aggregate(models.Max("position"))
    return int(last["position__max"] or 0) + 1
