"""Sending the queued mails, one after the other; several workers may be at it.

A worker claims a mail before it sends it, and notes the server's answer at once. If it dies
between these two, the mail is sent again once its lease has run out: SMTP allows no better than
this one doubled mail, which has the same Message-ID.

Nobody is written to as the member of a name that was deleted meanwhile. A contact that was
changed or deleted meanwhile is: it was told when the mail was queued.
"""

from collections.abc import Callable
from contextlib import closing
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from post_office.models import STATUS, Email

from mailing.models import Delivery, DeliveryState
from mailing.outbox.claims import Claimed, claimed_mails, due, set_mail_status
from mailing.outbox.smtp import Answer, Line, Outcome
from members.models import Member

# So many broken lines in a row are no single mail's fault.
_BROKEN_LINES = 2


def deliver_due(at_most: int | None = None, is_stopping: Callable[[], bool] = lambda: False) -> int:
    """Send mails until none is due, or the server serves nobody; return how many were sent.

    It stops after `at_most` mails, and after the one at hand once `is_stopping` says so.
    """
    if _wait_for_another_attempt():
        return 0
    turn = _Turn()
    with closing(turn), closing(claimed_mails(is_stopping)) as mails:
        for number, mail in enumerate(mails, start=1):
            turn.deliver(mail)
            if turn.failure or number == at_most:
                break
    if turn.failure:
        _put_off_all(turn.failure)
    return turn.sent


class _Turn:
    """A worker's turn at the queue; `failure` is what the server said when it served nobody."""

    def __init__(self) -> None:
        self.line = Line()
        self.sent = 0
        self.failure = ""
        self._broken_lines = 0
        self._members_marked: set[int] = set()
        self._sent_emails: list[int] = []

    def close(self) -> None:
        """Say goodbye to the server."""
        self.line.close()
        set_mail_status(self._sent_emails, STATUS.sent)

    def deliver(self, mail: Claimed) -> None:
        """Send a mail, and note what became of it."""
        answer = self._send(mail)
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

    def _send(self, mail: Claimed) -> Answer:
        if mail.member_id is None:
            return Answer(Outcome.REFUSED, "Ce membre a été supprimé avant l'envoi.")
        return self.line.send(mail.email, mail.address)

    def _note(self, mail: Claimed, answer: Answer) -> None:
        if answer.outcome is Outcome.SENT and not self._is_marked(mail):
            _note_sent(mail)
        else:
            with transaction.atomic():
                self._note_at_length(mail, answer)
        if answer.outcome is Outcome.SENT:
            self._sent_emails.append(mail.email_id)
            if not self.sent:
                _resume_all()
            self.sent += 1

    def _note_at_length(self, mail: Claimed, answer: Answer) -> None:
        _note_state(mail, answer)
        if answer.outcome is Outcome.ADDRESS_REFUSED:
            _mark_address(mail)
            self._members_marked.add(mail.member_id or 0)
        elif answer.outcome is Outcome.SENT:
            _unmark_address(mail)

    def _is_marked(self, mail: Claimed) -> bool:
        return mail.has_refused_address or mail.member_id in self._members_marked


def _note_sent(mail: Claimed) -> None:
    """Note that a mail was sent: what most of them come to, in the quickest way there is."""
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
    delays = settings.MAIL_RETRY_MINUTES
    now = timezone.now()
    values = {"attempts": mail.attempts + 1, "answer": answer.words, "claimed_until": None}
    status: int | None = STATUS.failed
    if answer.outcome is Outcome.SENT:
        values |= {"state": DeliveryState.SENT, "finished_at": now}
        status = STATUS.sent
    elif answer.outcome in (Outcome.LATER, Outcome.CUT_OFF) and mail.attempts < len(delays):
        values |= {"next_attempt_at": now + timedelta(minutes=delays[mail.attempts])}
        status = None
    else:
        values |= {"state": DeliveryState.REFUSED, "finished_at": now}
    Delivery.objects.filter(pk=mail.pk).update(**values, waits_for_server=False)
    Email.objects.filter(pk=mail.email_id).update(status=status)


# --- When the server serves nobody --------------------------------------------------------


def _wait_for_another_attempt() -> bool:
    """Put off what is due to an attempt that comes soon, where the server served nobody lately.

    So new mail does not try the server again and again, but all of it goes with one attempt.
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
    """Note for all that is due that the server served nobody, instead of trying one by one."""
    delays = settings.MAIL_RETRY_MINUTES
    now = timezone.now()
    common = {"answer": words, "claimed_until": None, "attempts": F("attempts") + 1}
    with transaction.atomic():
        waiting = due(now).order_by()
        given_up = waiting.filter(attempts__gte=len(delays))
        set_mail_status(list(given_up.values_list("email_id", flat=True)), STATUS.failed)
        given_up.update(**common, state=DeliveryState.REFUSED, finished_at=now)
        for attempts, minutes in enumerate(delays):
            waiting.filter(attempts=attempts).update(
                **common, next_attempt_at=now + timedelta(minutes=minutes), waits_for_server=True
            )


def _resume_all() -> None:
    """Have all that waits for the server sent now: it is back."""
    waiting = Delivery.objects.filter(state=DeliveryState.WAITING, waits_for_server=True)
    waiting.update(next_attempt_at=timezone.now(), waits_for_server=False)


# --- Addresses that are refused -----------------------------------------------------------


def _mark_address(mail: Claimed) -> None:
    """Remember of the member's addresses, its own and its contacts', that this one is refused."""
    for member in Member.objects.filter(deliveries=mail.pk):
        itself = Member.objects.filter(pk=member.pk, email__iexact=mail.address)
        itself.update(refused_address=mail.address)
        member.contacts.filter(email__iexact=mail.address).update(refused_address=mail.address)


def _unmark_address(mail: Claimed) -> None:
    """Forget it once a mail has got there."""
    for member in Member.objects.filter(deliveries=mail.pk):
        itself = Member.objects.filter(pk=member.pk, refused_address__iexact=mail.address)
        itself.update(refused_address="")
        member.contacts.filter(refused_address__iexact=mail.address).update(refused_address="")
