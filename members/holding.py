"""Holding a member while something of it changes."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.shortcuts import get_object_or_404

from members.models import Member


@contextmanager
def held_member(pk: int) -> Iterator[Member]:
    """Give the member as it is now, and keep it and the list of its contacts so until the end.

    What changes contacts holds their member before it touches them: so no two wait for each
    other. Raises Http404 where there is no such member. On SQLite the transaction alone holds.
    """
    with transaction.atomic():
        yield get_object_or_404(Member.objects.select_for_update(), pk=pk)
