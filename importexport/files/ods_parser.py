"""The parser of a spreadsheet's XML: plain rows go to the follower directly, the rest by expat."""

import codecs
import re

from importexport.files.bounded_xml import BoundedXml, MarkupBudget
from importexport.files.ods_follower import Follower, RowTaker
from importexport.files.ods_plain_rows import ROW_END, ROW_START, PlainRows
from importexport.files.ods_values import CALC, OFFICE, TABLE, TEXT

# An incomplete row waits for the next piece, unless it is longer than this.
_MOST_HELD_CHARACTERS = 64 * 1024
# The usual declaration; without it, all rows are read by expat.
_DECLARATION = re.compile(
    rb"""<\?xml version=["']1\.0["'](?: encoding=["']utf-8["'])? ?\?>""", re.IGNORECASE
)
_USUAL_PREFIXES = {"calcext": CALC, "office": OFFICE, "table": TABLE, "text": TEXT}
_NEEDED_PREFIXES = {"office", "table", "text"}


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
        self._markup = MarkupBudget(sheets.limits.max_markup)
        self._xml = BoundedXml(
            follower.start, follower.end, follower.pieces.append, self._learn_prefix
        )

    def feed(self, piece: bytes) -> None:
        """Parse a piece; complete rows go to the sheets."""
        self._markup.spend(piece)
        if not self._is_started:
            self._is_started = True
            declaration = _DECLARATION.match(piece)
            self._may_have_plain_rows = declaration is not None
            if declaration:
                self._xml.feed(declaration[0])
                piece = piece[declaration.end() :]
        self._feed_on(piece)
        self._follower.check_size()

    def finish(self) -> None:
        """Parse the rest. Raises FileRefused where the XML is not complete."""
        self._xml.feed(self._unread(), is_last=True)

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
        self._xml.feed(self._unread() + piece)

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
            self._xml.feed(text.encode())
            return
        place = self._read_plain_rows(text)
        end = _complete_end(text, place)
        self._held = text[end:]
        if end > place:
            self._xml.feed(text[place:end].encode())

    def _read_plain_rows(self, text: str) -> int:
        """Read up to the end of the last plain row; return its index in the text."""
        place = search = 0
        read = self._plain_rows.read
        while (start := text.find(ROW_START, search)) >= 0:
            search = start + len(ROW_START)
            if start > place:
                # What is before the row tells whether it is in a sheet, and how wide that is.
                self._xml.feed(text[place:start].encode())
                place = start
            has_calc = "calcext" in self._usual_prefixes
            if not (self._follower.is_between_rows and self._usual_prefixes >= _NEEDED_PREFIXES):
                continue
            row = read(text, start, self._sheets.width)
            if row and not has_calc and "calcext:" in text[start : row.end]:
                # Without its namespace, the prefix is damage.
                row = None
            if row and row.end - start <= self._sheets.limits.max_cell_characters:
                self._follower.add_row(row.cells, row.repeat)
                place = search = row.end
        return place

    def _learn_prefix(self, prefix: str | None, address: str | None) -> None:
        """Leave all rows to expat where a namespace of cells has another prefix than usual."""
        namespace = f"{address} "
        if _USUAL_PREFIXES.get(prefix or "") == namespace:
            self._usual_prefixes.add(prefix or "")
        elif prefix in _USUAL_PREFIXES or namespace in _USUAL_PREFIXES.values():
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
