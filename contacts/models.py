"""Contacts of a member, and what each type is told (manual, « Créer un contact »)."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from contacts.phones import canonical_phones
from members.characters import canonical, validate_storable
from members.edited import Edited
from members.models import Delivery, Member
from members.text import Searchable


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


# What a contact says, in the order of its form and of contact files.
CONTACT_FIELDS = ("name", "note", "job_title", "email", "phones", "fax", "type")


class Contact(Edited):
    """A person or desk of a member, told about what its type says."""

    member = models.ForeignKey(
        Member, on_delete=models.CASCADE, related_name="contacts", verbose_name="membre"
    )
    # Distinct within a member, growing, not always without gaps.
    position = models.PositiveIntegerField("position", editable=False)
    name = models.CharField(
        "dénomination", max_length=200, blank=True, validators=[validate_storable]
    )
    note = models.TextField("note", max_length=5000, blank=True, validators=[validate_storable])
    job_title = models.CharField(
        "fonction", max_length=200, blank=True, validators=[validate_storable]
    )
    email = models.EmailField("mail", blank=True)
    phones = models.CharField(
        "téléphone(s)", max_length=200, blank=True, validators=[validate_storable]
    )
    fax = models.CharField("fax", max_length=50, blank=True, validators=[validate_storable])
    type = models.PositiveSmallIntegerField("type de contact", choices=ContactType.choices)
    # The address that a mail server refused for good; another one in its place is not meant.
    refused_address = models.EmailField(blank=True, db_default="", default="", editable=False)
    created_at = models.DateTimeField("créé le", auto_now_add=True)

    search_text = models.GeneratedField(
        expression=Searchable("name", "email", "phones"),
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
    def title(self) -> str:
        """What the contact is called in a sentence, also where it has no name."""
        return title_of(self)

    @property
    def is_address_refused(self) -> bool:
        """Whether a mail server refused the contact's address, as it stands now."""
        return bool(self.email) and self.email.lower() == self.refused_address.lower()

    def changed_past_pages_at(self) -> datetime | None:
        """Return when anybody last changed it, as long as the database keeps what it was before."""
        former = FormerContact.objects.filter(contact_id=self.pk).order_by("-at")
        return former.values_list("at", flat=True).first()

    def clean(self) -> None:
        """Refuse a contact of a member who may not have any."""
        if self.member_id and not self.member.has_contacts:
            raise ValidationError(NO_CONTACTS_FOR_INDIVIDUALS)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the contact, its texts in canonical form; a new one goes below the others.

        Raises ValidationError for a member who may not have contacts.
        """
        for field in ("name", "note", "job_title", "email", "fax"):
            setattr(self, field, canonical(getattr(self, field)))
        self.phones = canonical_phones(self.phones)
        self.clean()
        with transaction.atomic():
            if self.position is None:
                self.position = next_position(self.member_id)
            super().save(*args, **kwargs)


class FormerContact(models.Model):
    """What a contact was until the database changed or deleted it, at that moment.

    Its triggers fill it (contacts/triggers.py), whatever the way of writing; it outlives what it
    names. contacts/history.py reads it.
    """

    contact_id = models.BigIntegerField()
    member_id = models.BigIntegerField()
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    note = models.TextField()
    job_title = models.CharField(max_length=200)
    email = models.CharField(max_length=254)
    phones = models.CharField(max_length=200)
    fax = models.CharField(max_length=50)
    type = models.PositiveSmallIntegerField(choices=ContactType.choices)
    created_at = models.DateTimeField()
    # Whether the contact was deleted then; changed otherwise.
    is_deleted = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["contact_id", "at"], name="former_contact"),
            models.Index(fields=["at"], name="former_contact_at"),
        ]

    def __str__(self) -> str:
        return title_of(self)


def title_of(contact: Contact | FormerContact) -> str:
    """Return what a contact is, or was, called in a sentence, also where it has no name."""
    return contact.name or contact.job_title or contact.email or "Contact sans nom"


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


class ApiToken(models.Model):
    """What lets another software in; contacts/tokens.py knows the rules.

    The token itself is told once and not kept. What it may do is what its maker may do. Tokens of
    the same name belong to the same software: a new one carries on where the old one stopped.
    """

    name = models.CharField("logiciel", max_length=100, validators=[validate_storable])
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField("créé le", auto_now_add=True)
    last_used_at = models.DateTimeField("dernier usage", null=True, editable=False)
    revoked_at = models.DateTimeField("révoqué le", null=True, editable=False)
    # The requests counted since `window_started_at`; a minute later they count from none.
    window_started_at = models.DateTimeField(default=timezone.now, editable=False)
    window_requests = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = "jeton d'API"
        verbose_name_plural = "jetons d'API"
        ordering = ["-created_at", "-pk"]
        default_permissions = ()
        permissions = [("manage_apitoken", "Peut gérer les jetons d'API")]

    def __str__(self) -> str:
        return self.name


class Notification(models.Model):
    """What a member was told on a topic; one mail went to each recipient.

    `key` is the sender's own name for it: the same key never tells twice.
    """

    member = models.ForeignKey(
        Member, on_delete=models.SET_NULL, null=True, related_name="notifications"
    )
    topic = models.CharField("sujet", max_length=20, choices=Topic.choices)
    subject = models.CharField("objet", max_length=200)
    body = models.TextField("texte")
    key = models.CharField(max_length=200, unique=True, null=True)
    # The software that asked for it, None where it came from this site itself.
    token = models.ForeignKey(ApiToken, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField("envoyée le", auto_now_add=True)

    # Whether `notify` sent nothing, because it found this one told under the same key.
    is_repeated = False

    class Meta:
        verbose_name = "notification"
        ordering = ["-created_at", "-pk"]
        default_permissions = ()
        permissions = [
            ("view_notification", "Peut voir le journal des notifications"),
            ("send_notification", "Peut envoyer des notifications"),
        ]

    def __str__(self) -> str:
        return self.subject


class NotificationRecipient(models.Model):
    """One mail of a notification, and whose address it went to.

    Its `contact_id` is None for the main address; it may name a contact that is no more, whom
    `contact` can be asked for after select_related only: it is None then.
    """

    notification = models.ForeignKey(
        Notification, on_delete=models.CASCADE, related_name="recipients"
    )
    delivery = models.OneToOneField(Delivery, on_delete=models.CASCADE)
    # It stays when the contact goes, and leads to it again if it is brought back under its key.
    contact = models.ForeignKey(
        Contact, on_delete=models.DO_NOTHING, db_constraint=False, null=True, related_name="+"
    )

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.delivery)
