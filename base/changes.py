"""Read the history that triggers record: what each change was, from which values to which."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db.models import Model, OuterRef, QuerySet, Subquery

from base.authorship import Author
from base.models import Event, Former

Row = TypeVar("Row", bound=Former)


@dataclass(frozen=True)
class Change(Generic[Row]):
    """What happened to a row of a table at once.

    `key` is the row's; `before` is what it was, None where it was added; `after` is what it became
    (a later former state, or the row as it is now), None where it was deleted, or where nothing
    records what it became. `number` is that of the change itself.
    """

    number: int
    event: Event
    at: datetime
    author: Author
    key: int
    before: Row | None
    after: Any | None

    def differing(self, fields: Sequence[str]) -> list[str]:
        """Return those of the fields that changed; none where one of the two states is missing."""
        if self.before is None or self.after is None:
            return []
        return [each for each in fields if getattr(self.before, each) != getattr(self.after, each)]


def newest_changes(
    rows: "QuerySet[Row]",
    now: type[Model],
    key: str,
    *,
    count: int,
    older_than: int | None = None,
) -> list[Change[Row]]:
    """Return the newest of the changes that these rows of a history record, the newest first.

    `now` is the model whose history it is, and `key` the history's column with its key. With
    `older_than`, the number of a change, only those before it. Takes three queries however long
    the history is.
    """
    if older_than is not None:
        rows = rows.filter(pk__lt=older_than)
    later = rows.model._base_manager.filter(**{key: OuterRef(key)}, pk__gt=OuterRef("pk"))
    next_number = Subquery(later.order_by("pk").values("pk")[:1])
    numbered: Any = rows.order_by("-pk").annotate(next_number=next_number)[:count]
    found: list[tuple[Row, int | None]] = [(row, row.next_number) for row in numbered]
    next_ones = rows.model._base_manager.in_bulk([number for _, number in found if number])
    last_ones = [getattr(row, key) for row, number in found if number is None]
    present = now._base_manager.in_bulk(last_ones)
    return [
        Change(
            number=row.pk,
            event=Event(row.event),
            at=row.at,
            author=row.author,
            key=getattr(row, key),
            before=None if row.event == Event.ADDED else row,
            after=_after(row, next_ones.get(number), present.get(getattr(row, key))),
        )
        for row, number in found
    ]


def _after(row: Former, next_one: Former | None, present: Model | None) -> Model | None:
    """Return what a row became, by the next line of its history or as it is now."""
    if row.event == Event.DELETED:
        return None
    if next_one is None:
        return present
    return None if next_one.event == Event.ADDED else next_one
