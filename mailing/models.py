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
    # queued already; a message that is stopped keeps the others, to go on with them.
    member_ids = models.JSONField(default=list, editable=False)
    prepared_count = models.PositiveIntegerField(default=0, editable=False)
    recipient_count = models.PositiveIntegerField(default=0, editable=False)
    # Chosen members without a main address.
    skipped_count = models.PositiveIntegerField(default=0, editable=False)
    prepared_at = models.DateTimeField(null=True, editable=False)
    # Since when a person stopped it; None while it is not stopped.
    stopped_at = models.DateTimeField(null=True, editable=False)

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
    # By the mail server, for good.
    REFUSED = "refused", "Refusé"
    # After the last attempt: the mail server never took it.
    GIVEN_UP = "given_up", "Abandonné"
    # By a person, with its message.
    STOPPED = "stopped", "Arrêté"
    # When it was to leave it had no recipient any more; `answer` says why.
    NOBODY = "nobody", "Sans destinataire"


# A mail in these states can be sent again.
UNSENT_STATES = (
    DeliveryState.REFUSED,
    DeliveryState.GIVEN_UP,
    DeliveryState.NOBODY,
)


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
    """One mail to one recipient: what it says, and its state.

    `address` is where it went last, or where it was to go when it was queued: the address is looked
    up whenever the mail leaves (mailing/outbox/destinations.py). `answer` is what the mail server
    said last, or why there is no recipient any more. While `claimed_until` lies ahead, a worker is
    sending it. `waits_for_server`: put off because the server took no mail at all; all of these
    go as soon as it takes one.
    """

    member = models.ForeignKey(
        Member, on_delete=models.SET_NULL, null=True, related_name="deliveries"
    )
    # The index by message and state serves it.
    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, null=True, db_index=False, related_name="deliveries"
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
    # The first attempt since it was queued, or queued again; None before it. Further ones follow
    # for MAIL_GIVE_UP_HOURS.
    tried_since = models.DateTimeField(null=True)
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
            # Notifications leave first, however many mails of messages are due.
            models.Index(
                fields=["next_attempt_at", "id"],
                name="notification_mail_is_due",
                condition=models.Q(state=DeliveryState.WAITING, message=None),
            ),
            models.Index(
                fields=["finished_at"],
                name="delivery_is_given_up",
                condition=models.Q(state=DeliveryState.GIVEN_UP),
            ),
            models.Index(fields=["message", "state"], name="delivery_by_message"),
        ]

    def __str__(self) -> str:
        return f"{self.address} ({self.get_state_display()})"


class Notification(models.Model):
    """What a member was notified of on a topic; one mail went to each recipient.

    `key` is the sender's own name for it: a sender's key is never sent twice, unless nobody was
    reached. Senders may use the same key for different things.
    """

    member = models.ForeignKey(
        Member, on_delete=models.SET_NULL, null=True, related_name="notifications"
    )
    topic = models.CharField("sujet", max_length=20, choices=Topic.choices)
    subject = models.CharField("objet", max_length=200)
    body = models.TextField("texte")
    key = models.CharField(max_length=200, null=True)
    # The name of the software that sent it, as its token or the command has it; "" for this site.
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
        constraints = [
            models.UniqueConstraint(fields=["sender", "key"], name="notification_key_of_sender")
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
