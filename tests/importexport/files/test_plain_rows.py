"""Plain rows are read without the XML parser, and every file gives the same rows either way."""

import io
import zipfile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from importexport.files import bounded_xml, open_table
from importexport.files.ods_values import TABLE
from importexport.files.table import FileRefused, Limits
from tests.importexport.files.making import (
    HEAD,
    HEADER,
    LIMITS,
    SAMPLES,
    TAIL,
    cell,
    is_header,
    package,
    row,
)

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
START = f'<table:table table:name="Feuille">{HEADER}'


def outcome(content, limits=LIMITS):
    """Return the rows of a content.xml, or the sentence that refuses it."""
    try:
        table = open_table(package(content), is_header, limits)
        return [
            (row.line, [(type(cell), cell) for cell in row.cells], row.sheet)
            for row in [*table.above, table.header, *table.rows]
        ]
    except FileRefused as refusal:
        return str(refusal)


def by_the_parser_alone(content, limits=LIMITS):
    """Return the same with a declaration after which all rows go to the parser."""
    return outcome(content.replace(DECLARATION, DECLARATION.replace("?>", "  ?>"), 1), limits)


def both(content, limits=LIMITS):
    found = outcome(content, limits)
    assert found == by_the_parser_alone(content, limits)
    return found


def below(*rows):
    return f"{HEAD}{START}{''.join(rows)}</table:table>{TAIL}"


@pytest.fixture
def parsed(monkeypatch):
    """The pieces that the parser was given."""
    pieces = []
    create = bounded_xml.expat.ParserCreate

    class Parser:
        def __init__(self, **options):
            object.__setattr__(self, "real", create(**options))

        def __getattr__(self, name):
            return getattr(self.real, name)

        def __setattr__(self, name, value):
            setattr(self.real, name, value)

        def Parse(self, piece, is_last):  # noqa: N802 (expat's name)
            pieces.append(piece)
            return self.real.Parse(piece, is_last)

    monkeypatch.setattr(bounded_xml.expat, "ParserCreate", Parser)
    return pieces


PLAIN = [
    row(cell("C1"), cell("Anne"), cell("2")),
    row(cell("C1"), "<table:table-cell/>", cell("2"), attributes='table:style-name="ro1"'),
    row(cell("l&apos;&#201;t".replace("&#201;", "É") + " &amp; &lt;b&gt; &quot;c&quot; &amp;lt;")),
    row(cell("un</text:p><text:p>deux</text:p><text:p>")),
    row(cell("\u00a0é😀\u2028\x85\x7f")),
    row('<table:table-cell office:value-type="float" office:value="2"><text:p>2</text:p>'
        "</table:table-cell>"),
    row('<table:table-cell table:number-columns-repeated="2"/>', cell("3")),
    row(cell("a", 'table:number-columns-repeated="2"'), cell("3")),
    row('<table:table-cell office:value-type="boolean" office:boolean-value="true"/>'),
    row(cell("C1"), attributes='table:number-rows-repeated="3"'),
    "<table:table-row></table:table-row>",
    row(cell("#N/A", 'table:formula="of:=NA()" calcext:value-type="error"'), cell("x")),
    row('<table:table-cell table:formula="of:=[.A1]"/>', cell("x")),
    "</table:table><table:table>" + row(cell("C9")),
]  # fmt: skip
OTHER = [
    "<table:table-row/>",
    row(cell('a<text:s text:c="3"/>b'), cell("x")),
    row(cell("a\tb\n  c"), cell("x")),
    row(cell("<text:span>a</text:span>b")),
    row(cell("a > b")),
    row(cell("&#233;")),
    row("<table:covered-table-cell/>", cell("x")),
    row(cell("a", 'table:style-name="b &amp; c"')),
    row(cell("a", "table:style-name='b'")),
    row("<table:table-cell><office:annotation><text:p>n</text:p></office:annotation>"
        "<text:p>b</text:p></table:table-cell>"),
    "<table:table-row-group><!---->" + row(cell("x")) + "</table:table-row-group>",
    row(f"<table:table-cell><table:table>{row(cell('C9'))}</table:table></table:table-cell>"),
    row(cell("x", 'xmlns:text="urn:other"')),
    "<!--" + row(cell("C9")) + "-->",
    "<table:shapes>" + row(cell("C9")) + "</table:shapes>",
    f'<table:table-row-group xmlns:t="{TABLE.strip()}">'
    + row(cell("x", 't:number-columns-repeated="2"'), cell("y"))
    + "</table:table-row-group>",
    '<a xmlns:table="urn:other">' + row(cell("C9")) + "</a>",
]  # fmt: skip


@pytest.mark.parametrize("xml", PLAIN)
def test_a_usual_row_does_not_go_through_the_parser(xml, parsed):
    found = outcome(below(xml))
    assert xml not in b"".join(parsed).decode()
    assert found == by_the_parser_alone(below(xml))


@pytest.mark.parametrize("xml", OTHER[1:])
def test_any_other_row_goes_through_the_parser(xml, parsed):
    content = below(PLAIN[0], xml, PLAIN[1])
    found = outcome(content)
    assert xml[:30] in b"".join(parsed).decode()
    assert found == by_the_parser_alone(content)


MORE = [
    row(cell("a", 'table:number-columns-repeated="x"')),
    row(cell("b"), attributes='table:number-rows-repeated="-1"'),
    row(cell("bc" * 20, 'table:number-columns-repeated="9999"')),
    "<table:table-row-group>" + row(cell("x")) + "</table:table-row-group>",
]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PLAIN + OTHER + MORE), max_size=12), st.integers(0, 6))
@example([PLAIN[0], OTHER[-4], PLAIN[1]], 0)
def test_any_mixture_of_rows_reads_the_same(rows, repeated):
    both(below(*rows, *rows[:repeated] * 3))


CHARACTERS = st.characters(exclude_categories=["Cs"])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(CHARACTERS, st.sampled_from(["&amp;", "&lt;", "\t", "  ", "]]>"]))))
def test_any_characters_read_the_same(pieces):
    both(below(row(cell("".join(pieces)), cell("2"))))


@pytest.mark.parametrize("size", [1_000, 30_000, 65_000, 90_000])
def test_rows_torn_apart_between_pieces_read_the_same(size):
    long = row(cell("C1"), cell("é" * size), cell("2"))
    found = both(below(*[long, PLAIN[0], OTHER[1], PLAIN[2]] * 40))
    assert len(found) == 161


def test_a_text_may_not_be_longer_in_a_plain_row_either():
    limits = Limits(max_bytes=10**6, max_unpacked_bytes=10**6, max_rows=10, max_cell_characters=9)
    assert "démesurément long" in both(below(row(cell("a" * 10))), limits)
    assert len(both(below(row(cell("a" * 9))), limits)) == 2


@pytest.mark.parametrize("place", [0, 5_000])
def test_bytes_that_are_no_utf_8_are_refused(place):
    data = below(*[PLAIN[0]] * 10_000).encode()
    where = data.index(b"Anne", place * 100)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("content.xml", data[:where] + b"\xff" + data[where + 1 :])
    with pytest.raises(FileRefused, match="endommagé"):
        list(open_table(file, is_header, LIMITS).rows)


@pytest.mark.parametrize("encoding", ["iso-8859-1", "utf-16"])
def test_other_encodings_go_through_the_parser(encoding):
    content = below(row(cell("été"))).replace("UTF-8", encoding)
    file = package(content.encode(encoding))
    [found] = open_table(file, is_header, LIMITS).rows
    assert list(found.cells) == ["été"]


@pytest.mark.parametrize("place", [60, 1_000, 400_000])
def test_a_file_that_was_cut_is_refused(place):
    content = below(*[PLAIN[0]] * 10_000)[:-place]
    assert "endommagé" in both(content)


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.ods")), ids=lambda path: path.name)
def test_the_samples_read_the_same(path):
    with zipfile.ZipFile(path) as sample:
        content = sample.read("content.xml")
    if content.startswith(b"<?xml"):
        end = content.index(b"?>")
        text = DECLARATION + content[end + 2 :].decode()
        assert len(both(text)) > 2
