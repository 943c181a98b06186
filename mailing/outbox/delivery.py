"""Sending the queued mails, one after the other; several workers may do so at once.

A worker claims a mail before it sends it, and notes the server's answer at once. If it dies
between these two, the mail is sent again when its lease has run out: SMTP allows no better than
this one doubled mail, which has the same Message-ID.

Each attempt goes to the address that the recipient has then (mailing/outbox/destinations.py).
"""

from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import DateTimeField, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from base.addresses import address_key
from contacts.models import Contact
from mailing.models import Delivery, DeliveryState
from mailing.outbox.answers import Answer, Outcome
from mailing.outbox.claims import Claimed, claimed_mails, due
from mailing.outbox.server import Line
from members.models import Member

# That many broken lines in a row are no single mail's fault.
_BROKEN_LINES = 2
# After these another attempt is made.
_PUT_OFF = (Outcome.LATER, Outcome.CUT_OFF, Outcome.FAULT)


def deliver_due(at_most: int | None = None, is_stopping: Callable[[], bool] = lambda: False) -> int:
    """Send mails until none is due, or the server takes none; return how many were sent.

    It stops after `at_most` mails, and after the one at hand once `is_stopping` says so.
    """
    if _wait_for_another_attempt():
        return 0
    turn = _Turn()
    with closing(turn.line), closing(claimed_mails(is_stopping)) as mails:
        for number, mail in enumerate(mails, start=1):
            turn.deliver(mail)
            if turn.failure or number == at_most:
                break
    if turn.failure:
        _put_off_all(turn.failure)
    return turn.sent


class _Turn:
    """A worker's turn at the queue; `failure` is what the server said when it took no mail."""

    def __init__(self) -> None:
        self.line = Line()
        self.sent = 0
        self.failure = ""
        self._broken_lines = 0
        self._members_marked: set[int] = set()

    def deliver(self, mail: Claimed) -> None:
        """Send a mail, and note what became of it."""
        answer = self.line.send(mail)
        if answer.outcome is Outcome.SERVER_AWAY:
            self.failure = answer.words
            Delivery.objects.filter(pk=mail.pk).update(claimed_until=None)
            return
        if answer.outcome is Outcome.CUT_OFF:
            self._broken_lines += 1
            if self._broken_lines == _BROKEN_LINES:
                self.failure = answer.words
        else:
            self._broken_lines = 0
        self._note(mail, answer)

    def _note(self, mail: Claimed, answer: Answer) -> None:
        if answer.outcome is Outcome.SENT and not self._is_marked(mail):
            _note_sent(mail)
        else:
            with transaction.atomic():
                _note_state(mail, answer)
                self._note_address(mail, answer)
        if answer.outcome is Outcome.SENT:
            if not self.sent:
                _resume_all()
            self.sent += 1

    def _note_address(self, mail: Claimed, answer: Answer) -> None:
        if answer.outcome is Outcome.ADDRESS_REFUSED:
            _mark_address(mail)
            self._members_marked.add(mail.member_id or 0)
        elif answer.outcome is Outcome.SENT:
            _unmark_address(mail)

    def _is_marked(self, mail: Claimed) -> bool:
        return mail.has_refused_address or mail.member_id in self._members_marked


def _note_sent(mail: Claimed) -> None:
    """Note that a mail was sent, as `_note_state` would.

    In SQL of our own: with Django's `update`, queueing and sending a mail takes 1.3 times as much
    processor time.
    """
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(
            _NOTE_SENT, [DeliveryState.SENT.value, mail.attempts + 1, False, now, mail.pk]
        )


_NOTE_SENT = (
    f"UPDATE {Delivery._meta.db_table} SET state = %s, attempts = %s, answer = '', "  # noqa: S608
    "waits_for_server = %s, claimed_until = NULL, finished_at = %s WHERE id = %s"
)


def _note_state(mail: Claimed, answer: Answer) -> None:
    """Note the outcome of an attempt.

    Refused for now, a mail is put off by MAIL_RETRY_MINUTES, by the last of these again and again,
    and given up MAIL_GIVE_UP_HOURS after the first attempt. A mail that an error in this program
    keeps back is never given up: its attempts are not counted beyond those that must precede.
    """
    now, delays = timezone.now(), settings.MAIL_RETRY_MINUTES
    earlier, attempts = mail.attempts, mail.attempts + 1
    if answer.outcome is Outcome.FAULT:
        earlier, attempts = (min(count, len(delays) - 1) for count in (earlier, attempts))
    tried_since = mail.tried_since or now
    values: dict[str, Any] = {
        "attempts": attempts,
        "tried_since": tried_since,
        "answer": answer.words,
    }
    if answer.outcome is Outcome.SENT:
        values |= {"state": DeliveryState.SENT, "finished_at": now}
    elif answer.outcome not in _PUT_OFF:
        values |= {"state": DeliveryState.REFUSED, "finished_at": now}
    elif earlier >= len(delays) and tried_since <= _given_up_before(now):
        values |= {"state": DeliveryState.GIVEN_UP, "finished_at": now}
    else:
        minutes = delays[min(earlier, len(delays) - 1)]
        values |= {"next_attempt_at": now + timedelta(minutes=minutes)}
    Delivery.objects.filter(pk=mail.pk).update(**values, claimed_until=None, waits_for_server=False)


def _given_up_before(now: datetime) -> datetime:
    """Return until when the first attempt of a mail must have been for it to be given up."""
    return now - timedelta(hours=settings.MAIL_GIVE_UP_HOURS)


# --- When the server takes no mail --------------------------------------------------------


def _wait_for_another_attempt() -> bool:
    """Put off what is due to the next attempt, where the server took no mail lately.

    So new mail does not try the server again and again: one attempt decides for all.
    """
    now = timezone.now()
    soon = now + timedelta(minutes=settings.MAIL_RETRY_MINUTES[0])
    waiting = Delivery.objects.filter(state=DeliveryState.WAITING, waits_for_server=True)
    coming = waiting.filter(next_attempt_at__gt=now, next_attempt_at__lte=soon)
    attempt = coming.order_by("next_attempt_at").values_list("next_attempt_at", flat=True).first()
    if attempt is None:
        return False
    due(now).order_by().update(next_attempt_at=attempt, waits_for_server=True)
    return True


def _put_off_all(words: str) -> None:
    """Put off or give up all that is due, as `_note_state` does, instead of trying one by one."""
    delays = settings.MAIL_RETRY_MINUTES
    now = timezone.now()
    common = {
        "answer": words,
        "claimed_until": None,
        "attempts": F("attempts") + 1,
        "tried_since": Coalesce("tried_since", Value(now, output_field=DateTimeField())),
    }
    with transaction.atomic():
        waiting = due(now).order_by()
        waiting.filter(attempts__gte=len(delays), tried_since__lte=_given_up_before(now)).update(
            **common, state=DeliveryState.GIVEN_UP, finished_at=now
        )
        last = len(delays) - 1
        for attempts, minutes in enumerate(delays):
            counted = Q(attempts__gte=last) if attempts == last else Q(attempts=attempts)
            waiting.filter(counted).update(
                **common, next_attempt_at=now + timedelta(minutes=minutes), waits_for_server=True
            )


def _resume_all() -> None:
    """Make all mails due that wait for the server: it is back."""
    waiting = Delivery.objects.filter(state=DeliveryState.WAITING, waits_for_server=True)
    waiting.update(next_attempt_at=timezone.now(), waits_for_server=False)


# --- Addresses that are refused -----------------------------------------------------------


def _mark_address(mail: Claimed) -> None:
    """Mark the address as refused, for the member and its contacts, in their own spelling of it."""
    key, now = address_key(mail.address), timezone.now()
    for rows in _holders(mail):
        stored = rows.filter(email__gt="").values_list("email", flat=True).distinct()
        for email in [each for each in stored if address_key(each) == key]:
            rows.filter(email=email).update(refused_address=email, refused_at=now)


def _unmark_address(mail: Claimed) -> None:
    """Take the mark away: a mail has got there."""
    key = address_key(mail.address)
    for rows in _holders(mail):
        stored = rows.filter(refused_address__gt="").values_list("refused_address", flat=True)
        for refused in [each for each in stored.distinct() if address_key(each) == key]:
            rows.filter(refused_address=refused).update(refused_address="", refused_at=None)


def _holders(mail: Claimed) -> tuple[QuerySet[Any], QuerySet[Any]]:
    """Return the mail's member and the contacts of that member."""
    key = mail.member_id or 0
    contacts = Contact.objects.filter(member=key).order_by()
    return Member.objects.filter(pk=key).order_by(), contacts
