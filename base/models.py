"""The bases of the models that people edit on the site, and of their histories."""

from datetime import datetime
from typing import ClassVar, Self, TypeVar

from django.conf import settings
from django.db import models

from base.authorship import AuthorField


class Edited(models.Model):
    """Adds `updated_at` and `updated_by` (None: unknown, or the account was deleted)."""

    updated_at = models.DateTimeField("modifié le", auto_now=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="modifié par",
        # Only the deletion of an account searches by it; an index would slow down every import.
        db_index=False,
    )

    class Meta:
        abstract = True

    def changed_past_pages_at(self) -> datetime | None:
        """Return when the row last changed, also by plain SQL; None if nothing records that."""
        return None


class Event(models.IntegerChoices):
    """What happened to a row."""

    ADDED = 1, "ajouté"
    CHANGED = 2, "modifié"
    DELETED = 3, "supprimé"


_Line = TypeVar("_Line", bound="Former")


class FormerStates(models.Manager[_Line]):
    """The changes and deletions: an addition has no state before it."""

    def get_queryset(self) -> models.QuerySet[_Line]:
        return super().get_queryset().exclude(event=Event.ADDED)


class Former(models.Model):
    """A line of a row's history: what happened to it, when, by whom, and what it was until then.

    The database's triggers write it (base/recorder.py), whatever the way of writing; it outlives
    what it names. Of an addition the texts are empty. A row that comes back under its old key is
    added again. `objects` are the former states, without additions; `lines` the whole history.
    """

    # When the row itself was added.
    created_at = models.DateTimeField()
    event = models.PositiveSmallIntegerField(choices=Event.choices)
    at = models.DateTimeField()
    author = AuthorField()

    objects: ClassVar[FormerStates[Self]] = FormerStates()
    lines: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta:
        abstract = True
