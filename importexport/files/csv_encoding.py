"""The encoding of a CSV file, found from its bytes.

A file that only a guess would decode is refused: a wrong guess spoils each of its accents.
"""

import codecs
import re
from collections.abc import Iterator
from typing import IO

from importexport.files.package import NOT_A_SPREADSHEET
from importexport.files.table import FileRefused

UNREADABLE = (
    "Le fichier contient des caractères illisibles. "
    "Enregistrez-le dans votre tableur en CSV, codage UTF-8, puis recommencez."
)
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_CHUNK = 64 * 1024
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
# A letter or sign in UTF-8, not of ASCII.
_LETTER = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}"
    rb"|[\xf0-\xf4][\x80-\xbf]{3}"
)
# French ones in UTF-8: in Windows-1252, the same bytes would be « Ã© », « Å“ », « â€™ », « Â° ».
_FRENCH_LETTER = re.compile(
    rb"\xc3[\x80-\xbf]|\xc5[\x92\x93\xb8]|\xe2\x80[\x93-\xa6]|\xc2[\xa0\xab\xb0\xbb]"
)
# A text of Windows-1252 has at most one such pair by chance among as many other letters.
_RARE = 20
# Signs of Windows-1252 inside or at the end of a word. Their bytes are é, è, ê … in DOS (CP 850),
# and œ in ISO 8859-15.
_MISREAD = re.compile("[a-z][‚ˆŠ]|[A-Za-z][‚„†‡ˆ‰‹Šƒ½¼¾][a-z]")
_WORD_END = re.compile(r"[\s;,\"]")
_LONGEST_WORD = 20


def find_encoding(file: IO[bytes]) -> str:
    """Return the encoding of a text file: that of its mark, else UTF-8, else Windows-1252.

    Raises FileRefused for a file that is no text, that is UTF-8 but for a few bytes, or whose
    words look misread in Windows-1252.
    """
    file.seek(0)
    start = file.read(4)
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if start.startswith(mark):
            if not _can_decode(file, encoding):
                raise _not_utf8(file) if mark == codecs.BOM_UTF8 else FileRefused(UNREADABLE)
            return encoding
    if _can_decode(file, "utf-8"):
        return "utf-8"
    if _is_nearly_utf8(file):
        raise _not_utf8(file)
    if not _can_decode(file, "cp1252"):
        raise FileRefused(UNREADABLE)
    _refuse_misread_words(file)
    return "cp1252"


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(_CHUNK):
        yield piece


def _can_decode(file: IO[bytes], encoding: str) -> bool:
    """Whether the whole file is in this encoding. Raises FileRefused where it has null bytes."""
    decoder = codecs.getincrementaldecoder(encoding)()
    has_wide_characters = encoding == "utf-16"
    try:
        for piece in _pieces(file):
            if not has_wide_characters and b"\0" in piece:
                raise FileRefused(NOT_A_SPREADSHEET)
            if "\0" in decoder.decode(piece):
                raise FileRefused(NOT_A_SPREADSHEET)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _is_nearly_utf8(file: IO[bytes]) -> bool:
    """Whether letters of UTF-8 are most of all, or French ones too many to be there by chance."""
    letters = french = others = 0
    for piece in _pieces(file):
        found = _LETTER.findall(piece)
        letters += len(found)
        others += len(_NOT_ASCII.findall(piece)) - sum(map(len, found))
        french += len(_FRENCH_LETTER.findall(piece))
    return letters > others or french * _RARE > others


def _not_utf8(file: IO[bytes]) -> FileRefused:
    """Return the refusal that names the row of the first byte that is not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    rows = _RowCounter()
    for piece in _pieces(file):
        held = len(decoder.getstate()[0])
        try:
            decoder.decode(piece)
        except UnicodeDecodeError as error:
            rows.add(piece[: max(0, error.start - held)])
            break
        rows.add(piece)
    return FileRefused(
        f"La ligne {rows.count} n'est pas en UTF-8 comme le reste du fichier. "
        "Enregistrez-le dans votre tableur en CSV, codage UTF-8, puis recommencez."
    )


def _refuse_misread_words(file: IO[bytes]) -> None:
    rows = _RowCounter()
    for piece in _pieces(file):
        text = piece.decode("cp1252")
        found = _MISREAD.search(text)
        if found:
            rows.add(piece[: found.start()])
            raise FileRefused(
                f"La ligne {rows.count} n'est pas lisible (« {_word_around(text, found)} ») : "
                "le fichier est d'un codage ancien. "
                "Enregistrez-le dans votre tableur en CSV, codage UTF-8, puis recommencez."
            )
        rows.add(piece)


def _word_around(text: str, found: re.Match[str]) -> str:
    before = text[max(0, found.start() - _LONGEST_WORD) : found.start()]
    after = text[found.end() : found.end() + _LONGEST_WORD]
    return _WORD_END.split(before)[-1] + found[0] + _WORD_END.split(after)[0]


class _RowCounter:
    """Counts rows as a spreadsheet does: line ends between quotation marks begin none."""

    def __init__(self) -> None:
        self.count = 1
        self._is_quoted = False
        self._ends_in_return = False

    def add(self, piece: bytes) -> None:
        if self._ends_in_return and piece.startswith(b"\n"):
            piece = piece[1:]
        if piece:
            self._ends_in_return = piece.endswith(b"\r")
        plain = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        for part in re.split(b'(")', plain):
            if part == b'"':
                self._is_quoted = not self._is_quoted
            elif not self._is_quoted:
                self.count += part.count(b"\n")
