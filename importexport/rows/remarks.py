"""The remarks on a file as a run keeps them and a page shows them: the first, and how many more."""

from typing import Any

from importexport.rows.checking import Remarks

# So many errors or warnings are shown.
MOST_SHOWN = 200


def shown(remarks: Remarks) -> dict[str, Any]:
    """Return the first remarks as plain values, their number, and how many more there are."""
    kept = [remark._asdict() for remark in remarks.kept[:MOST_SHOWN]]
    return {"count": remarks.count, "shown": kept, "more": remarks.count - len(kept)}
