"""Holding a member while something of it changes."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.http import Http404

from members.models import Member


@contextmanager
def held_member_if_any(pk: int) -> Iterator[Member | None]:
    """Give the member as it is now, and keep it and the list of its contacts so until the end.

    What changes contacts holds their member before it touches them: so no two wait for each
    other. Gives None where there is no such member. On SQLite the transaction alone holds.
    """
    with transaction.atomic():
        yield Member.objects.select_for_update().filter(pk=pk).first()


@contextmanager
def held_member(pk: int) -> Iterator[Member]:
    """Give the member, held likewise; raises Http404 where there is no such member."""
    with held_member_if_any(pk) as member:
        if member is None:
            raise Http404
        yield member
