"""A row is written at once where its texts need no escaping, and cell by cell otherwise."""

from hypothesis import example, given
from hypothesis import strategies as st

from importexport.files.ods_cells import RowWriter
from importexport.files.ods_frame import SheetColumn

COLUMNS = [
    SheetColumn(title, 3.0, is_number=title == "n", choices=(1, 2) if title == "n" else ())
    for title in "abnc"
]
PIECES = ["", "a", " ", "¦", "&", "<", ">", "\n", "\t", "\x1f", "\u00a0", "é", "'", "]]>"]
texts = st.lists(st.sampled_from(PIECES), max_size=5).map("".join) | st.text(max_size=8)
rows = st.lists(st.tuples(texts, texts, st.integers(1, 10**6) | st.just(""), texts), max_size=4)


@given(rows)
@example([("a ", "b", 1, "c")])
@example([(" a", "b", 1, "c")])
@example([("a", "b", 1, "c ")])
@example([("a", "b", 1, " c")])
@example([("a  b", "b", 1, "c")])
def test_both_ways_write_the_same(rows):
    at_once, cell_by_cell = RowWriter(COLUMNS), RowWriter(COLUMNS)
    cell_by_cell._place = None
    assert at_once.rows(rows) == cell_by_cell.rows(rows)


def test_an_empty_cell_has_no_text():
    assert RowWriter(COLUMNS).rows([("", "x", 3, "")]).count("<table:table-cell/>") == 2


def test_more_numbers_than_are_remembered_are_still_written():
    writer = RowWriter(COLUMNS)
    written = writer.rows(("", "", number, "") for number in range(1, 3_000))
    assert written.count("<text:p>") == 2_999
    assert "<text:p>2999</text:p>" in written
