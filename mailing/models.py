"""Messages, notifications, and the mails of both on their way."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone

from base.address_fields import AddressField
from contacts.models import Contact, Topic
from members.models import Member


class Message(models.Model):
    """A message that staff wrote to members; it goes to their main addresses only (manual)."""

    subject = models.CharField("objet", max_length=200)
    text = models.TextField("texte", max_length=20_000)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField("envoyé le", auto_now_add=True)
    # Of the form in which it was written: sent twice, the form makes one message.
    token = models.UUIDField(default=uuid4, unique=True, editable=False)
    # The members it goes to, emptied once all their mails are queued. `prepared_count` of them are
    # queued already.
    member_ids = models.JSONField(default=list, editable=False)
    prepared_count = models.PositiveIntegerField(default=0, editable=False)
    recipient_count = models.PositiveIntegerField(default=0, editable=False)
    # Chosen members without a main address.
    skipped_count = models.PositiveIntegerField(default=0, editable=False)
    prepared_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "message"
        ordering = ["-created_at", "-pk"]
        default_permissions = ()
        permissions = [("send_message", "Peut envoyer un message aux membres")]

    def __str__(self) -> str:
        return self.subject


ATTACHMENTS_FOLDER = "mail_attachments"


def _stored_name(_attachment: "Attachment", _name: str) -> str:
    """Return where to store a file: nothing of its own name, which somebody else chose."""
    return f"{ATTACHMENTS_FOLDER}/{timezone.now():%Y/%m/%d}/{uuid4().hex}"


class DeliveryState(models.TextChoices):
    """The state of a mail."""

    WAITING = "waiting", "En attente"
    SENT = "sent", "Envoyé"
    REFUSED = "refused", "Refusé"


class Attachment(models.Model):
    """A file that goes with mails: kept once, however many mails have it."""

    name = models.CharField(max_length=255)
    mimetype = models.CharField(max_length=127)
    file = models.FileField(upload_to=_stored_name)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


# A list of mails leaves these in the database: it does not show them.
TEXTS = ("text", "html")


class Delivery(models.Model):
    """One mail to one address: what it says, and its state.

    `answer` is what the mail server said last. While `claimed_until` lies ahead, a worker is
    sending it. `waits_for_server`: put off because the server took no mail at all; all of these
    go as soon as it takes one.
    """

    member = models.ForeignKey(
        Member, on_delete=models.SET_NULL, null=True, related_name="deliveries"
    )
    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, null=True, related_name="deliveries"
    )
    address = AddressField()
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
    attachments = models.ManyToManyField(Attachment, related_name="deliveries")
    # The header Message-ID. Made when the mail is queued: sent twice, it is the same mail.
    mail_id = models.CharField(max_length=255)
    sender = models.CharField(max_length=320)
    subject = models.CharField(max_length=200)
    # Further headers by name.
    headers = models.JSONField(default=dict)
    # The last columns: SQLite reads through what stands before a column.
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)

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


class Notification(models.Model):
    """What a member was notified of on a topic; one mail went to each recipient.

    `key` is the sender's own name for it: the same key is never sent twice.
    """

    member = models.ForeignKey(
        Member, on_delete=models.SET_NULL, null=True, related_name="notifications"
    )
    topic = models.CharField("sujet", max_length=20, choices=Topic.choices)
    subject = models.CharField("objet", max_length=200)
    body = models.TextField("texte")
    key = models.CharField(max_length=200, unique=True, null=True)
    # The name of the software that sent it by the API; "" for this site.
    sender = models.CharField("logiciel", max_length=100, blank=True)
    created_at = models.DateTimeField("envoyée le", auto_now_add=True)

    # Whether `notify` sent nothing, because this one had used the same key.
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

    `contact_id` is None for the main address. It may name a deleted contact: read `contact` after
    select_related only, which gives None then.
    """

    notification = models.ForeignKey(
        Notification, on_delete=models.CASCADE, related_name="recipients"
    )
    delivery = models.OneToOneField(Delivery, on_delete=models.CASCADE)
    # Kept when the contact is deleted: a contact that is restored has the same key.
    contact = models.ForeignKey(
        Contact, on_delete=models.DO_NOTHING, db_constraint=False, null=True, related_name="+"
    )

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.delivery)
