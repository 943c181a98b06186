"""A CSV file that cannot be read is refused, and the sentence says where."""

import io

import pytest

from importexport.files.csv_encoding import UNREADABLE
from importexport.files.package import NOT_A_SPREADSHEET
from importexport.files.table import HeaderNotFound, Limits, Row
from tests.importexport.files.making import csv_rows, read
from tests.importexport.files.test_ods_refusals import refusal

HEADER = "Référence;Nom;Type\n"


def csv(text):
    return io.BytesIO(text.encode())


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (HEADER + 'C1;"pas fermé;2\nC2;b;3\n', 2),
        (HEADER + 'C1;a;2\nC2;"b" c;3\n', 3),
        (HEADER + '\n\nC1;a;2\n\n"C2', 6),
        ('"Référence;Nom;Type\nC1;a;2\n', 1),
        (HEADER + 'C1;"' + "a" * 200_000 + '";2\n', 2),
        (HEADER + "C1;a;2\n" + "C1;" * 400_000 + "\n", 3),
    ],
)
def test_a_line_that_cannot_be_read_is_named(text, line):
    assert refusal(csv(text)).startswith(f"La ligne {line} est illisible")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"\xff\xfe" + "Référence;Type\n".encode("utf-16-le") + b"x", UNREADABLE),
        ("Référence;Type\n".encode("cp1252") + b"\x81\x8d", UNREADABLE),
        ("Référence;Type\nC1;\0".encode(), NOT_A_SPREADSHEET),
        ("Référence;Type\n".encode("utf-16-le"), NOT_A_SPREADSHEET),
        ("\ufeffRéférence;Type\n".encode("utf-32"), NOT_A_SPREADSHEET),
        (("Référence;Type\n" + "C1;2\n" * 50_000).encode() + b"\0", NOT_A_SPREADSHEET),
    ],
)
def test_what_is_no_text_is_refused(data, sentence):
    assert refusal(io.BytesIO(data)) == sentence


@pytest.mark.parametrize("text", ["texte libre", "a;b,c\td\n", "\n\n\n", "Référence\nType\n", '""'])
def test_a_file_without_the_header_is_refused(text):
    with pytest.raises(HeaderNotFound):
        read(csv(text))


def test_what_was_seen_of_the_titles_is_told():
    with pytest.raises(HeaderNotFound) as refused:
        read(csv("\nRéférence;Nom\n"))

    assert Row(2, ["Référence", "Nom"]) in refused.value.candidates


def test_what_was_seen_is_kept_short():
    with pytest.raises(HeaderNotFound) as refused:
        read(csv(f"{'é' * 500};" * 1_500))

    assert refused.value.candidates[0].cells == ["é" * 97 + "..."] * 1_024


@pytest.mark.parametrize(("rows_above", "is_found"), [(24, True), (25, False)])
def test_the_header_is_looked_for_in_the_first_rows(rows_above, is_found):
    text = "\n" + "note\n" * rows_above + HEADER

    if is_found:
        assert read(csv(text))[0].line == rows_above + 2
    else:
        assert refusal(csv(text))


def test_more_rows_than_allowed_are_refused_and_blank_ones_do_not_count():
    limits = Limits(max_bytes=10_000, max_unpacked_bytes=10_000, max_rows=10)

    assert len(read(csv(HEADER + "C1;a;2\n\n;;\n" * 10), limits)) == 11
    assert "plus de 10 lignes" in refusal(csv(HEADER + "C1;a;2\n" * 11), limits)


def test_a_file_of_too_many_bytes_is_refused():
    limits = Limits(max_bytes=10_000, max_unpacked_bytes=10_000, max_rows=10)

    assert "taille maximale" in refusal(csv(HEADER + "\n" * 10_000), limits)


def test_blank_lines_without_end_are_refused():
    assert "lignes vides" in refusal(csv(HEADER + "\n" * 1_100_000))


def test_a_quotation_mark_wrong_with_one_delimiter_may_be_right_with_another():
    text = '"Référence","Nom; prénom","Type"\n"C1","a;b",2\n'

    assert csv_rows(text) == [(2, ["C1", "a;b", "2"])]
