"""Errors and warnings about the cells of a file."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from importexport.rows.values import brief

# At most this many errors and as many warnings are kept; all are counted.
MOST_REMARKS = 100_000
# At most this many of them are stored with a run, and shown on its page.
MOST_SHOWN = 200
# Of each column, as many are seen at once; the others are folded.
_SEEN_OF_COLUMN = 5


class Remark(NamedTuple):
    """An error or a warning about a cell; `sheet` is the name of a further sheet of the file."""

    line: int
    column: str
    message: str
    sheet: str = ""

    def __str__(self) -> str:
        sheet = f"feuille {brief(self.sheet)}, " if self.sheet else ""
        return f"{sheet}ligne {self.line}, colonne {self.column} : {self.message}"


@dataclass
class Remarks:
    """The first errors, or the first warnings, and the number of all, also by column."""

    kept: list[Remark] = field(default_factory=list)
    count: int = 0
    by_column: Counter[str] = field(default_factory=Counter)

    def add(self, line: int, column: str, message: str, sheet: str = "") -> None:
        self.count += 1
        self.by_column[column] += 1
        if len(self.kept) < MOST_REMARKS:
            self.kept.append(Remark(line, column, message, sheet))

    def summary(self) -> dict[str, Any]:
        """Return what a run stores: the number of all, and by column the first ones.

        The column with the most comes first.
        """
        shown = self._shown()
        groups = [
            {
                "column": column,
                "count": count,
                "seen": [remark._asdict() for remark in shown[column][:_SEEN_OF_COLUMN]],
                "folded": [remark._asdict() for remark in shown[column][_SEEN_OF_COLUMN:]],
                "more": count - len(shown[column]),
            }
            for column, count in self.by_column.most_common()
        ]
        return {"count": self.count, "groups": groups}

    def _shown(self) -> dict[str, list[Remark]]:
        """Return MOST_SHOWN remarks by column: of each its share, the rest for the larger ones."""
        left = MOST_SHOWN
        shares = {}
        rarest = self.by_column.most_common()[::-1]
        for place, (column, count) in enumerate(rarest):
            shares[column] = min(count, left // (len(rarest) - place))
            left -= shares[column]
        shown: dict[str, list[Remark]] = {column: [] for column in shares}
        for remark in self.kept:
            if len(shown[remark.column]) < shares[remark.column]:
                shown[remark.column].append(remark)
        return shown
