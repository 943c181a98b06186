"""What was written is read back exactly, in either format."""

import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from importexport.files.csv_writer import write_csv
from importexport.files.ods_frame import Guide, GuidePart, SheetColumn
from importexport.files.ods_writer import write_ods
from tests.importexport.files.making import TITLES, read

COLUMNS = [
    SheetColumn("Référence", 3.0),
    SheetColumn("Nom", 5.0),
    SheetColumn("Type", 2.0, is_number=True, choices=(1, 2, 3)),
]
PART = GuidePart(("Titre",), (("texte du guide\nsur deux lignes",),))
GUIDE = Guide("Guide", "Tout", (5.0,), (PART,))

# What XML 1.0 can hold, without carriage returns, and PostgreSQL too.
CHARACTERS = st.one_of(
    st.sampled_from("='+-@\t\n ;,\"<>&'0123456789é€😀\u00a0\u2028\x85\ufffd"),
    st.characters(min_codepoint=0x20, max_codepoint=0xD7FF),
    st.characters(min_codepoint=0xE000, max_codepoint=0xFFFD),
    st.characters(min_codepoint=0x10000),
)
TEXTS = st.text(CHARACTERS, max_size=60).map(str.strip)
ROWS = st.lists(st.tuples(TEXTS.filter(bool), TEXTS, st.integers(1, 6)), max_size=4)


def ods(rows):
    file = io.BytesIO()
    write_ods(file, "Contacts", COLUMNS, rows, GUIDE)
    return file


def csv(rows):
    file = io.BytesIO()
    write_csv(file, TITLES, rows)
    return file


AWKWARD = [
    ("=1+1", "'=1+1", 1),
    ("+33 1 23", "'+33", 2),
    ("0042", "a\tb", 3),
    ("C  1", "une\n\n  trois  et\nquatre", 4),
    ("1e5", "''''@", 5),
    ("é", '"', 6),
    ("VRAI", "«\u00a0oui\u00a0»", 1),
    ("'", "a ;\nb,", 1),
    ("C1", "a\n\t\n b", 1),
]


@given(ROWS)
@example(AWKWARD)
@settings(max_examples=150, deadline=None)
def test_an_ods_file_gives_back_every_text(rows):
    assert read(ods(rows))[1:] == [
        (line, [reference, text, type_]) for line, (reference, text, type_) in enumerate(rows, 2)
    ]


@given(ROWS)
@example(AWKWARD)
@settings(max_examples=150, deadline=None)
def test_a_csv_file_gives_back_every_text(rows):
    assert read(csv(rows))[1:] == [
        (line, [reference, text, str(type_)])
        for line, (reference, text, type_) in enumerate(rows, 2)
    ]


@pytest.mark.parametrize("write", [ods, csv])
def test_many_rows_keep_their_order_and_their_lines(write):
    rows = [(f"C{n}", f"Nom {n % 7}" if n % 3 else "", n % 6 + 1) for n in range(3_000)]

    found = read(write(rows))

    assert [(line, cells[0]) for line, cells in found[1:]] == [
        (n + 2, f"C{n}") for n in range(3_000)
    ]


@pytest.mark.parametrize("write", [ods, csv])
def test_a_file_without_rows_has_its_header(write):
    assert read(write([])) == [(1, list(TITLES))]


@pytest.mark.parametrize("length", [32_768, 99_999])
@pytest.mark.parametrize("write", [ods, csv])
def test_a_long_note_comes_back_whole(write, length):
    note = ("é a\n" * length)[: length - 1] + "z"

    assert read(write([("C1", note, 1)]))[1].cells[1] == note
