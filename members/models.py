"""Members, what kinds of them there are, and the mail that goes to them."""

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils import timezone

from members.characters import canonical, validate_storable
from members.edited import Edited
from members.text import Fold, Searchable


class MemberKind(models.TextChoices):
    """What a member is to the organisation. Only the last two have contacts (manual)."""

    INDIVIDUAL = "individual", "Particulier"
    PROFESSIONAL = "professional", "Client professionnel"
    SUPPLIER = "supplier", "Fournisseur"


KINDS_WITH_CONTACTS = (MemberKind.PROFESSIONAL, MemberKind.SUPPLIER)


# What a member says, in the order of its form.
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

    Its contacts hang on it by the relation `contacts`, which the app of that name gives it.
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
    email = models.EmailField(
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
    # The main address that a mail server refused for good; another one in its place is not meant.
    refused_address = models.EmailField(blank=True, db_default="", default="", editable=False)
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
            # One for each order of the members' screen; with the key, pages are counted in them.
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
        """Whether a member of this kind may have contacts at all."""
        return self.kind in KINDS_WITH_CONTACTS

    @property
    def is_address_refused(self) -> bool:
        """Whether a mail server refused the main address, as it stands now."""
        return bool(self.email) and self.email.lower() == self.refused_address.lower()

    def get_absolute_url(self) -> str:
        """Return the address of the member's page."""
        return reverse("members:detail", args=[self.pk])

    def clean(self) -> None:
        """Refuse to make an individual of a member who has contacts, and say why."""
        if self.pk and self.kind == MemberKind.INDIVIDUAL:
            count = self.contacts.count()
            if count:
                raise ValidationError({"kind": _individual_with_contacts(count)})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the member with its texts in canonical form."""
        for field in ("reference", "name", "phone", "address", "postal_code", "city", "note"):
            setattr(self, field, canonical(getattr(self, field)))
        super().save(*args, **kwargs)


class Message(models.Model):
    """A message that staff wrote to members; it goes to their main addresses only (manual)."""

    subject = models.CharField("objet", max_length=200)
    text = models.TextField("texte", max_length=20_000)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField("envoyé le", auto_now_add=True)
    # Made with the form in which it was written: however often that is sent, the message is once.
    token = models.UUIDField(default=uuid4, unique=True, editable=False)
    # Who it goes to, until the mails are queued; from then on the deliveries say it. Meanwhile
    # `prepared_count` of them are queued.
    member_ids = models.JSONField(default=list, editable=False)
    prepared_count = models.PositiveIntegerField(default=0, editable=False)
    recipient_count = models.PositiveIntegerField(default=0, editable=False)
    # Members who were chosen, but have no main address.
    skipped_count = models.PositiveIntegerField(default=0, editable=False)
    prepared_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "message"
        ordering = ["-created_at", "-pk"]
        default_permissions = ()
        permissions = [("send_message", "Peut envoyer un message aux membres")]

    def __str__(self) -> str:
        return self.subject


class DeliveryState(models.TextChoices):
    """How far a mail has come."""

    WAITING = "waiting", "En attente"
    SENT = "sent", "Envoyé"
    REFUSED = "refused", "Refusé"


class Delivery(models.Model):
    """One mail to one address: from its queueing to the mail server's last word.

    `email` is the mail itself, `answer` what the server said last. While `claimed_until` lies
    ahead, a worker is at it. `waits_for_server`: put off because the server served nobody; all of
    these go once it serves anybody.
    """

    member = models.ForeignKey(
        Member, on_delete=models.SET_NULL, null=True, related_name="deliveries"
    )
    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, null=True, related_name="deliveries"
    )
    email = models.OneToOneField("post_office.Email", on_delete=models.CASCADE)
    address = models.EmailField()
    state = models.CharField(
        max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    claimed_until = models.DateTimeField(null=True)
    waits_for_server = models.BooleanField(default=False)
    answer = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"],
                name="delivery_is_due",
                condition=models.Q(state=DeliveryState.WAITING),
            ),
            models.Index(fields=["message", "state"], name="delivery_by_message"),
        ]

    def __str__(self) -> str:
        return f"{self.address} ({self.get_state_display()})"


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
