"""A CSV file is read whatever its encoding, delimiter and line ends."""

import io

import pytest

from tests.importexport.files.making import TITLES, csv_rows, read, read_rows

TEXT = "Référence;Nom;Type\r\nC1;Ève à l'œuvre;2\r\nC2;;4\r\n"
ROWS = [(2, ["C1", "Ève à l'œuvre", "2"]), (3, ["C2", "", "4"])]


def test_records_are_rows_numbered_as_a_spreadsheet_numbers_them():
    assert read(io.BytesIO(TEXT.encode())) == [(1, list(TITLES)), *ROWS]


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        ("", "utf-8"),
        ("\ufeff", "utf-8"),
        ("\ufeff", "utf-16-le"),
        ("\ufeff", "utf-16-be"),
        ("", "cp1252"),
    ],
)
def test_the_content_tells_the_encoding(mark, encoding):
    assert csv_rows(mark + TEXT, encoding) == ROWS


def test_a_far_character_decides_that_a_file_is_windows_1252():
    lines = "Référence;Type\n".encode("ascii", "xmlcharrefreplace").replace(b"&#233;", b"\xe9")
    file = io.BytesIO(lines + b"C1;2\n" * 50_000 + "Noël;œ€\n".encode("cp1252"))

    assert read_rows(file)[-1] == (50_002, ["Noël", "œ€"])


def test_a_character_may_lie_across_two_pieces_of_the_file():
    for shift in range(4):
        text = "Référence;Type\n" + "x" * shift + ";é€😀" * 20_000 + "\n"
        assert csv_rows(text, "utf-8")[0][1][1] == "é€😀"


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_the_header_tells_the_delimiter(delimiter, quote):
    lines = (("Référence", "Nom", "Type"), ("C1", "a|b", "2"))
    text = "\n".join(delimiter.join(quote + c + quote for c in line) for line in lines)

    assert csv_rows(text) == [(2, ["C1", "a|b", "2"])]


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_quotation_marks_hold_delimiters_line_ends_and_themselves(delimiter):
    text = delimiter.join(('"Référence"', '"Nom; avec, des\tsignes"', '"Type"'))
    text += "\n" + delimiter.join(('"C;1,"', '"il dit ""oui""\nligne 2\r\n;,\t"', '""""'))

    assert csv_rows(text) == [(2, ["C;1,", 'il dit "oui"\nligne 2\r\n;,\t', '"'])]


def test_a_quotation_mark_inside_a_plain_text_is_kept():
    assert csv_rows('Référence;Nom;Type\nC1;5" de large;2\n') == [(2, ["C1", '5" de large', "2"])]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_lines_may_end_as_on_unix_windows_or_an_old_mac(end, last):
    text = TEXT.replace("\r\n", end)

    assert csv_rows(text if last else text.removesuffix(end)) == ROWS


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("blank", ["", ";;", " ".strip()])
def test_blank_lines_are_skipped_and_counted(end, blank):
    lines = (blank, "Référence;Nom;Type", blank, blank, "C1;a;2", blank, "C2;b;3", blank)

    assert csv_rows(end.join(lines)) == [(5, ["C1", "a", "2"]), (7, ["C2", "b", "3"])]


def test_a_record_of_many_lines_is_one_row_of_a_spreadsheet():
    text = 'Référence;Nom;Type\nC1;"une\n\ntrois";2\nC2;b;3\n'

    assert csv_rows(text) == [(2, ["C1", "une\n\ntrois", "2"]), (3, ["C2", "b", "3"])]


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "Nos contacts", "Nos contacts;;;", "\n"])
def test_lines_above_the_header_are_passed_over_and_counted(first):
    [header, row] = read(io.BytesIO(f"{first}\nRéférence;Nom;Type\nC1;a;2\n".encode()))

    lines = 2 + first.count("\n")
    assert (header.line, row) == (lines, (lines + 1, ["C1", "a", "2"]))


@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_a_line_may_name_the_delimiter(delimiter):
    text = f"sep={delimiter}\nRéférence{delimiter}Type\nC1;x{delimiter}2\n"

    assert csv_rows(text) == [(3, ["C1;x", "2"])]


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ("C1", ["C1"]),
        ("C1;", ["C1"]),
        (";;2", ["", "", "2"]),
        ("C1;a;2;;;", ["C1", "a", "2"]),
        ("C1;a;2;surplus", ["C1", "a", "2", "surplus"]),
        ("C1;a;2;;;surplus", ["C1", "a", "2", "", "", "surplus"]),
        (" C1 ; a", ["C1 ", "a"]),
        ("0042;+33;007", ["0042", "+33", "007"]),
    ],
)
def test_a_row_ends_at_its_last_value_short_or_long(line, cells):
    assert csv_rows(f"Référence;Nom;Type\n{line}\n") == [(2, cells)]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("'=1+1", "=1+1"),
        ("'+33 1", "+33 1"),
        ("'-5", "-5"),
        ("'@nom", "@nom"),
        ("'\ttab", "\ttab"),
        ('"\'\rretour"', "\rretour"),
        ("''=1+1", "'=1+1"),
        ("'''@nom", "''@nom"),
        ("'plain", "'plain"),
        ("l'=", "l'="),
        ("'", "'"),
        ("''", "''"),
        ("=1+1", "=1+1"),
        ("+33 1", "+33 1"),
    ],
)
def test_the_apostrophe_in_front_of_what_could_run_is_taken_off(written, read_as):
    assert csv_rows(f"Référence;Nom;Type\nC1;{written};2\n") == [(2, ["C1", read_as, "2"])]


def test_a_first_title_that_begins_like_a_package_is_still_text():
    assert csv_rows("PK;Référence;Type\nx;C1;2\n", "utf-8") == [(2, ["x", "C1", "2"])]
