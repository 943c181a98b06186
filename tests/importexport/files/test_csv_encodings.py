"""The encoding of a CSV file is certain, or the file is refused: no accent is spoilt."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importexport.files.csv_encoding import find_encoding
from importexport.files.table import FileRefused
from tests.importexport.files.making import csv_rows

HEADER = "Référence;Nom;Type\n"
FRENCH = "C1;Zoé d’Été-Noël à l'Œuvre — « Ça va où ? » 5 €;2\n"
LETTERS = "aéèêëàâçîïôùûüœÉÈÀÇŒ' -.’«»…–€½"


def refusal(data):
    with pytest.raises(FileRefused) as refused:
        find_encoding(io.BytesIO(data))
    return str(refused.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_french_is_read_in_the_encodings_of_spreadsheets(encoding):
    assert csv_rows(HEADER + FRENCH, encoding) == [(2, [*FRENCH.strip().split(";")[:2], "2"])]


@pytest.mark.parametrize(
    "text",
    [
        "CAFÉ»",
        "DÉJÀ\u00a0: été",
        "Šimek LUKÁŠ",
        "1½kg",
        "5‰",
        "avant–projet",
        "où… là",
        "l´eau de l’été",
        "Œuvre, cœur",
    ],
)
def test_a_text_of_windows_is_not_taken_for_another(text):
    data = (HEADER + f"C1;{text} é è é;2\n").encode("cp1252")

    assert find_encoding(io.BytesIO(data)) == "cp1252"


@given(st.text(LETTERS.replace("½", ""), max_size=40))
def test_any_french_text_is_read_as_it_was_written_or_refused(text):
    for encoding in ("utf-8", "cp1252"):
        data = (HEADER + f"C1;Zoé {text};2\n").encode(encoding)
        try:
            found = find_encoding(io.BytesIO(data))
        except FileRefused:
            assert encoding == "cp1252"
        else:
            assert data.decode(found) == data.decode(encoding)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("line", [1, 2, 3_000, 9_000])
def test_one_byte_of_windows_in_a_file_of_utf_8_is_refused_with_its_line(line, mark):
    rows = [HEADER, *[FRENCH] * 9_000]
    data = [row.encode() for row in rows]
    data[line - 1] = rows[line - 1].encode().replace("é".encode(), b"\xe9", 1)

    assert refusal(mark + b"".join(data)).startswith(f"La ligne {line} n'est pas en UTF-8")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_are_counted_as_a_spreadsheet_does(end):
    text = HEADER + 'C1;"une\nnote\nde lignes é";2\nC2;é;2\n'
    data = text.replace("\n", end).encode() + b"C3;\xe9t\xe9;2"

    assert refusal(data).startswith("La ligne 4 n'est pas en UTF-8")


@pytest.mark.parametrize("word", ["Hélène", "Zoé", "forêt", "français", "Brûlé"])
@pytest.mark.parametrize("line", [2, 3_000])
def test_words_of_dos_are_refused_with_their_line(word, line):
    rows = ["Reference;Nom;Type\n", *["C1;Nora;2\n"] * 5_000]
    rows[line - 1] = f"C1;{word};2\n"

    assert refusal("".join(rows).encode("cp850")).startswith(f"La ligne {line} n'est pas lisible")


def test_a_mixed_file_of_another_language_is_refused_too():
    data = ("Reference;Type\n" + "C1;łódź\n" * 9).encode() + b"C2;\xe9\n"

    assert refusal(data).startswith("La ligne 11 n'est pas en UTF-8")
