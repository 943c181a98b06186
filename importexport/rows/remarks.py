"""Errors and warnings about the cells of a file."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from importexport.rows.values import brief

# At most this many errors and as many warnings are kept; all are counted.
MOST_REMARKS = 100_000
# At most this many of them are stored with a run, and shown on its page.
MOST_SHOWN = 200


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
    """The first errors, or the first warnings, and the number of all."""

    kept: list[Remark] = field(default_factory=list)
    count: int = 0

    def add(self, line: int, column: str, message: str, sheet: str = "") -> None:
        self.count += 1
        if len(self.kept) < MOST_REMARKS:
            self.kept.append(Remark(line, column, message, sheet))

    def summary(self) -> dict[str, Any]:
        """Return what a run stores: the number of all, the first ones, the number of others."""
        shown = [remark._asdict() for remark in self.kept[:MOST_SHOWN]]
        return {"count": self.count, "shown": shown, "more": self.count - len(shown)}
