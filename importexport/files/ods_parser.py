"""The parser of a spreadsheet's XML: plain rows go to the follower directly, the rest by expat."""

import codecs
import re
from xml.parsers import expat

from importexport.files.ods_follower import Follower, RowTaker
from importexport.files.ods_package import DAMAGED
from importexport.files.ods_plain_rows import ROW_END, ROW_START, PlainRows
from importexport.files.ods_values import OFFICE, TABLE, TEXT
from importexport.files.table import FileRefused

TOO_MUCH_MARKUP = (
    "Le fichier contient trop de cellules ou de mises en forme. "
    "Copiez ses lignes dans un nouveau tableau, ou partagez-le en plusieurs fichiers."
)
# With each piece, expat reads an unfinished tag from its start again: long tags would be slow.
_MAX_TAG_BYTES = 512 * 1024
# expat and pyexpat keep every name of an element, attribute or prefix in memory.
_MOST_NAMES = 20_000
# An incomplete row waits for the next piece, unless it is longer than this.
_MOST_HELD_CHARACTERS = 64 * 1024
# The usual declaration; without it, all rows are read by expat.
_DECLARATION = re.compile(
    rb"""<\?xml version=["']1\.0["'](?: encoding=["']utf-8["'])? ?\?>""", re.IGNORECASE
)
_USUAL_PREFIXES = {"office": OFFICE, "table": TABLE, "text": TEXT}


class BoundedParser:
    """Reads a spreadsheet within the time and memory that its limits allow."""

    def __init__(self, sheets: RowTaker) -> None:
        self._sheets = sheets
        self._follower = follower = Follower(sheets)
        self._plain_rows = PlainRows()
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._held = ""
        self._is_started = False
        self._may_have_plain_rows = True
        self._usual_prefixes: set[str] = set()
        self._names: dict[str, str] = {}
        self._markup_left = sheets.limits.max_markup
        self._fed = 0
        self._expat = parser = expat.ParserCreate(namespace_separator=" ", intern=self._names)
        # Otherwise expat calls back per line.
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_document_type
        # With this handler, prefixes are counted among the names, too.
        parser.StartNamespaceDeclHandler = self._learn_prefix
        parser.StartElementHandler = follower.start
        parser.EndElementHandler = follower.end
        parser.CharacterDataHandler = follower.pieces.append

    def feed(self, piece: bytes) -> None:
        """Parse a piece; complete rows go to the sheets."""
        self._markup_left -= piece.count(b"<") - piece.count(b"</") + piece.count(b"=")
        if self._markup_left < 0:
            raise FileRefused(TOO_MUCH_MARKUP)
        if not self._is_started:
            self._is_started = True
            declaration = _DECLARATION.match(piece)
            self._may_have_plain_rows = declaration is not None
            if declaration:
                self._parse(declaration[0])
                piece = piece[declaration.end() :]
        self._feed_on(piece)
        self._follower.check_size()

    def finish(self) -> None:
        """Parse the rest. Raises FileRefused where the XML is not complete."""
        self._parse(self._unread(), is_last=True)

    def _feed_on(self, piece: bytes) -> None:
        if self._may_have_plain_rows:
            try:
                text = self._held + self._decoder.decode(piece)
            except UnicodeDecodeError:
                self._may_have_plain_rows = False
            else:
                self._held = ""
                self._feed_text(text)
                return
        self._parse(self._unread() + piece)

    def _unread(self) -> bytes:
        """Return the bytes that were held back, and hold them no more."""
        held, _ = self._decoder.getstate()
        unread = self._held.encode() + held
        self._held = ""
        self._decoder.reset()
        return unread

    def _feed_text(self, text: str) -> None:
        # A comment or CDATA may have the text of a row in it.
        if "<!" in text or "<?" in text:
            self._may_have_plain_rows = False
            self._parse(text.encode())
            return
        place = self._read_plain_rows(text)
        end = _complete_end(text, place)
        self._held = text[end:]
        if end > place:
            self._parse(text[place:end].encode())

    def _read_plain_rows(self, text: str) -> int:
        """Read up to the end of the last plain row; return its index in the text."""
        place = search = 0
        read = self._plain_rows.read
        while (start := text.find(ROW_START, search)) >= 0:
            search = start + len(ROW_START)
            if start > place:
                # What is before the row tells whether it is in a sheet, and how wide that is.
                self._parse(text[place:start].encode())
                place = start
            if not (self._follower.is_between_rows and len(self._usual_prefixes) == 3):
                continue
            row = read(text, start, self._sheets.width)
            if row and row.end - start <= self._sheets.limits.max_cell_characters:
                self._follower.add_row(row.cells, row.repeat)
                place = search = row.end
        return place

    def _parse(self, piece: bytes, *, is_last: bool = False) -> None:
        self._fed += len(piece)
        try:
            self._expat.Parse(piece, is_last)
        except (expat.ExpatError, LookupError, ValueError):
            # The latter two are raised for an unknown encoding.
            raise FileRefused(DAMAGED) from None
        if self._fed - self._expat.CurrentByteIndex > _MAX_TAG_BYTES:
            raise FileRefused(DAMAGED)
        if len(self._names) > _MOST_NAMES:
            raise FileRefused(DAMAGED)

    def _learn_prefix(self, prefix: str | None, address: str | None) -> None:
        if prefix in _USUAL_PREFIXES:
            if f"{address} " == _USUAL_PREFIXES[prefix]:
                self._usual_prefixes.add(prefix)
            else:
                self._may_have_plain_rows = False
                self._usual_prefixes.clear()


def _complete_end(text: str, place: int) -> int:
    """Return the index up to which a text can be parsed without cutting a row or a tag."""
    start = text.rfind(ROW_START, place)
    if start < 0 or text.find(ROW_END, start) >= 0:
        start = text.rfind("<", place)
        if text.find(">", start) >= 0:
            return len(text)
    return start if start >= 0 and len(text) - start <= _MOST_HELD_CHARACTERS else len(text)


def _refuse_document_type(*_: object) -> None:
    # It could declare entities, which a spreadsheet never needs.
    raise FileRefused(
        "Le fichier contient des définitions (DTD) qu'un tableur n'écrit jamais. "
        "Ouvrez-le dans votre tableur, enregistrez-le à nouveau au format ODS, puis recommencez."
    )
