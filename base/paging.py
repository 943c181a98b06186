"""Pages of long lists; the last page is as quick as the first."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)


class FlatPaginator(Paginator[Row]):
    """Pages of a queryset whose order leaves no two rows equal.

    A page is counted from the nearer end of the list. Only its own rows are read: the database
    skips the others in its index.
    """

    # Whether more rows exist than the pages show.
    has_more = False

    def __init__(self, rows: QuerySet[Row], per_page: int) -> None:
        super().__init__(rows, per_page)
        self.rows = rows

    def page(self, number: int | str) -> Page[Row]:
        number = self.validate_number(number)
        bottom = (number - 1) * self.per_page
        top = min(bottom + self.per_page, self.count)
        return Page(_in_order(self.rows, self._keys(bottom, top)), number, self)

    def _keys(self, bottom: int, top: int) -> list[Any]:
        keys = self.rows.values_list("pk", flat=True)
        if bottom <= self.count - top:
            return list(keys[bottom:top])
        return list(keys.reverse()[self.count - top : self.count - bottom])[::-1]


class FoundPaginator(FlatPaginator[Row]):
    """Pages of the rows with these keys, in the order of the keys."""

    def __init__(
        self,
        rows: QuerySet[Row],
        keys: Sequence[Any],
        per_page: int,
        has_more: bool = False,
    ) -> None:
        super().__init__(rows, per_page)
        self.keys = keys
        self.has_more = has_more
        self.count = len(keys)

    def _keys(self, bottom: int, top: int) -> list[Any]:
        return list(self.keys[bottom:top])


def _in_order(rows: QuerySet[Row], keys: Sequence[Any]) -> list[Row]:
    """Return the rows in the order of these keys, without those deleted in the meantime."""
    row_of = rows.order_by().in_bulk(keys)
    return [row_of[key] for key in keys if key in row_of]
