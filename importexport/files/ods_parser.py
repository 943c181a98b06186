"""The XML of a spreadsheet on its way to the follower: plain rows straight, all else by expat."""

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
# expat reads an unfinished tag from its start again with each piece: bounded, it stays quick.
_MAX_TAG_BYTES = 512 * 1024
# expat and pyexpat keep every name of an element, attribute or prefix that they ever met.
_MOST_NAMES = 20_000
# A row that is not complete waits for the next piece, unless it is this long.
_MOST_HELD_CHARACTERS = 64 * 1024
# Spreadsheets begin so; plain rows are looked for in no other encoding.
_DECLARATION = re.compile(
    rb"""<\?xml version=["']1\.0["'](?: encoding=["']utf-8["'])? ?\?>""", re.IGNORECASE
)
_USUAL_PREFIXES = {"office": OFFICE, "table": TABLE, "text": TEXT}


class BoundedParser:
    """Reads a spreadsheet, without more time or memory than one of the size allowed takes."""

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
        # Without, each line end of a text would be a call of its own.
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_document_type
        # So are prefixes counted among the names, too.
        parser.StartNamespaceDeclHandler = self._learn_prefix
        parser.StartElementHandler = follower.start
        parser.EndElementHandler = follower.end
        parser.CharacterDataHandler = follower.pieces.append

    def feed(self, piece: bytes) -> None:
        """Read on; the rows are complete in the sheets."""
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
        """Refuse XML that is not complete."""
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
        """Return what was held back, to be read now."""
        held, _ = self._decoder.getstate()
        unread = self._held.encode() + held
        self._held = ""
        self._decoder.reset()
        return unread

    def _feed_text(self, text: str) -> None:
        # A comment, for one, may have a row in it that is none.
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
        """Read up to the end of the last plain row, and return that place."""
        place = search = 0
        read = self._plain_rows.read
        while (start := text.find(ROW_START, search)) >= 0:
            search = start + len(ROW_START)
            if start > place:
                # Only so is it known whether the row stands in a sheet, and how wide that is.
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
            # The latter two stand for an encoding that Python does not know, or not so.
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
    """Return up to where a text may be read, so that no row or tag is torn apart."""
    start = text.rfind(ROW_START, place)
    if start < 0 or text.find(ROW_END, start) >= 0:
        start = text.rfind("<", place)
        if text.find(">", start) >= 0:
            return len(text)
    return start if start >= 0 and len(text) - start <= _MOST_HELD_CHARACTERS else len(text)


def _refuse_document_type(*_: object) -> None:
    # Entities are declared there, and a spreadsheet never needs one.
    raise FileRefused(
        "Le fichier contient des définitions (DTD) qu'un tableur n'écrit jamais. "
        "Ouvrez-le dans votre tableur, enregistrez-le à nouveau au format ODS, puis recommencez."
    )
