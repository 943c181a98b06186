"""Lock a member while it or its contacts change."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.http import Http404

from members.models import Member


@contextmanager
def held_member_if_any(pk: int) -> Iterator[Member | None]:
    """Open a transaction, lock the member's row, and yield the member (None if there is none).

    All code that changes contacts locks their member first, so that no two transactions wait for
    each other. On SQLite the transaction itself is the lock.
    """
    with transaction.atomic():
        yield Member.objects.select_for_update().filter(pk=pk).first()


@contextmanager
def held_member(pk: int) -> Iterator[Member]:
    """Do the same, but raise Http404 if there is no such member."""
    with held_member_if_any(pk) as member:
        if member is None:
            raise Http404
        yield member
