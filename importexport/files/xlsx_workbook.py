"""The parts of an Excel workbook around its cells: its sheets, their texts, their formats.

Element names are those of ECMA-376, part 1; files that are « strict » have other namespaces.
"""

import posixpath
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from importexport.files.bounded_xml import MAX_DEPTH, BoundedXml, MarkupBudget
from importexport.files.package import (
    DAMAGED,
    OLD_EXCEL,
    TOO_LARGE_UNPACKED,
    open_entry,
    read_in_pieces,
)
from importexport.files.table import FileRefused, Limits
from importexport.files.xlsx_formats import NumberFormat, built_in_format

_MAX_SMALL_ENTRY_BYTES = 1024 * 1024
_MAX_STYLES_BYTES = 16 * 1024 * 1024
_MOST_SHEETS = 1_000
_MOST_STYLES = 100_000
# Where ten texts of a row are ten elements of an ODS, they are twenty here, with more attributes.
_MARKUP_FACTOR, _ELEMENT_COST = 2, 4
# Characters that XML cannot contain, as Excel writes them: a carriage return is _x000D_.
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
# The usual namespace, and that of files which are « strict ».
_NAMESPACES = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
Attributes = dict[str, str]


def names_of(elements: dict[str, int]) -> dict[str, int]:
    """Return the numbers of elements by their names with the namespace of cells, of either kind."""
    return {f"{space} {name}": number for space in _NAMESPACES for name, number in elements.items()}


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook; `entry` is that of its cells in the package."""

    name: str
    entry: str
    is_hidden: bool


class Relation(NamedTuple):
    """What one entry of a package says of another one."""

    id: str
    kind: str
    entry: str


class Workbook:
    """The sheets of a package, and on demand their texts and formats. Raises FileRefused.

    All that is read of a file, by whatever way, is counted in `markup` and within `max_bytes`.
    """

    def __init__(self, package: zipfile.ZipFile, limits: Limits) -> None:
        self._package = package
        self._entries = set(package.namelist())
        self._max_characters = limits.max_cell_characters
        # In memory; those of 100,000 contacts take 90 MB.
        self._max_strings_bytes = limits.max_unpacked_bytes // 2
        self._max_bytes = self._max_first_bytes = limits.max_unpacked_bytes
        self.markup = MarkupBudget(_MARKUP_FACTOR * limits.max_markup, _ELEMENT_COST)
        self.is_1904 = False
        main = self._main_entry()
        folder, name = posixpath.split(main)
        self._relations = self._read_relations(f"{folder}/_rels/{name}.rels", folder)
        self.sheets = self._read_sheets(main)

    def formats(self) -> list[NumberFormat]:
        """Return the number format of each style of cells, by the style's number."""
        entry = self._entry_of("styles")
        if entry is None:
            return [NumberFormat()]
        codes: dict[int, str] = {}
        numbers: list[int] = []
        parents: list[str] = []

        def start(name: str, attributes: Attributes) -> None:
            name = _local(name)
            if name == "numFmt":
                codes[whole_number(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
            elif name == "xf" and parents[-1:] == ["cellXfs"]:
                numbers.append(whole_number(attributes.get("numFmtId", "0")))
                if len(numbers) > _MOST_STYLES:
                    raise FileRefused(DAMAGED)
            elif name in ("cellXfs", "cellStyleXfs", "dxfs"):
                parents.append(name)

        def end(name: str) -> None:
            if _local(name) in parents[-1:]:
                parents.pop()

        self._parse(entry, start, end, max_bytes=_MAX_STYLES_BYTES)
        made = {
            number: NumberFormat(
                codes[number] if number in codes else built_in_format(number),
                is_1904=self.is_1904,
            )
            for number in set(numbers)
        }
        return [made[number] for number in numbers] or [NumberFormat()]

    def strings(self) -> list[str]:
        """Return the texts that cells share, by their numbers."""
        entry = self._entry_of("sharedStrings")
        if entry is None:
            return []
        reader = _Strings(self._max_characters, self._max_strings_bytes)
        xml = BoundedXml(reader.start, reader.end, reader.add_text)
        self._feed(xml, entry, self._max_bytes)
        return reader.found

    def pieces(self, entry: str, max_bytes: int) -> Iterator[bytes]:
        """Yield an entry in pieces; refuse it where all that was read becomes too large."""
        if entry not in self._entries:
            raise FileRefused(DAMAGED)
        with open_entry(self._package, entry) as content:
            for piece in read_in_pieces(content, min(max_bytes, self._max_bytes)):
                self._max_bytes -= len(piece)
                self.markup.spend(piece, others=piece.count(b"_x"))
                yield piece

    def first_pieces(self, entry: str) -> Iterator[bytes]:
        """Yield an entry in pieces before it is parsed; all of these must not be too large."""
        with open_entry(self._package, entry) as content:
            for piece in read_in_pieces(content, self._max_first_bytes):
                self._max_first_bytes -= len(piece)
                yield piece

    def _main_entry(self) -> str:
        for relation in self._read_relations("_rels/.rels", ""):
            if relation.kind == "officeDocument":
                if relation.entry.endswith(".bin"):
                    raise FileRefused(OLD_EXCEL)
                return relation.entry
        raise FileRefused(DAMAGED)

    def _read_relations(self, entry: str, folder: str) -> list[Relation]:
        found: list[Relation] = []

        def start(name: str, attributes: Attributes) -> None:
            if _local(name) == "Relationship" and attributes.get("TargetMode") != "External":
                kind = attributes.get("Type", "").rpartition("/")[2]
                target = posixpath.join("/", folder, attributes.get("Target", ""))
                target = posixpath.normpath(target).lstrip("/")
                found.append(Relation(attributes.get("Id", ""), kind, target))

        self._parse(entry.lstrip("/"), start)
        return found

    def _entry_of(self, kind: str) -> str | None:
        entries = (relation.entry for relation in self._relations if relation.kind == kind)
        return next((entry for entry in entries if entry in self._entries), None)

    def _read_sheets(self, main: str) -> list[Sheet]:
        sheets: list[Sheet] = []
        entries = {
            relation.id: relation.entry
            for relation in self._relations
            if relation.kind == "worksheet" and relation.entry in self._entries
        }

        def start(name: str, attributes: Attributes) -> None:
            name = _local(name)
            if name == "workbookPr":
                self.is_1904 = attributes.get("date1904") in ("1", "true", "on")
            elif name == "sheet":
                ids = (value for key, value in attributes.items() if _local(key) == "id")
                entry = entries.get(next(ids, ""))
                if entry:
                    is_hidden = attributes.get("state", "visible") != "visible"
                    sheets.append(Sheet(attributes.get("name", ""), entry, is_hidden))
                    if len(sheets) > _MOST_SHEETS:
                        raise FileRefused(TOO_LARGE_UNPACKED)

        self._parse(main, start)
        return sheets

    def _parse(
        self,
        entry: str,
        start: Callable[[str, Attributes], object],
        end: Callable[[str], object] = lambda _name: None,
        *,
        max_bytes: int = _MAX_SMALL_ENTRY_BYTES,
    ) -> None:
        depth = 0

        def enter(name: str, attributes: Attributes) -> None:
            nonlocal depth
            depth += 1
            if depth > MAX_DEPTH:
                raise FileRefused(DAMAGED)
            start(name, attributes)

        def leave(name: str) -> None:
            nonlocal depth
            depth -= 1
            end(name)

        self._feed(BoundedXml(enter, leave), entry, max_bytes)

    def _feed(self, xml: BoundedXml, entry: str, max_bytes: int) -> None:
        for piece in self.pieces(entry, max_bytes):
            xml.feed(piece)
        xml.feed(b"", is_last=True)


_TEXT, _STRING, _PHONETIC = range(1, 4)
# What a text takes besides, in a list that grows.
_LIST_BYTES = 50
_PARTS = names_of({"t": _TEXT, "si": _STRING, "rPh": _PHONETIC})


class _Strings:
    """The handlers of expat for shared texts: join the runs of each, without phonetic ones.

    A text that no cell may have is truncated: its cell will be refused by its line.
    """

    def __init__(self, max_characters: int, max_bytes: int) -> None:
        self.found: list[str] = []
        self._longest = max_characters + 1
        self._bytes_left = max_bytes
        self._runs: list[str] = []
        self._size = 0
        self._depth = 0
        self._is_in_text = False
        self._is_phonetic = False

    def start(self, name: str, _attributes: Attributes) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise FileRefused(DAMAGED)
        part = _PARTS.get(name)
        if part == _TEXT:
            self._is_in_text = not self._is_phonetic
        elif part == _STRING:
            self._runs = []
            self._size = 0
        elif part == _PHONETIC:
            self._is_phonetic = True

    def add_text(self, text: str) -> None:
        if self._is_in_text and self._size < self._longest:
            self._runs.append(text[: self._longest - self._size])
            self._size += len(text)

    def end(self, name: str) -> None:
        self._depth -= 1
        part = _PARTS.get(name)
        if part == _TEXT:
            self._is_in_text = False
        elif part == _PHONETIC:
            self._is_phonetic = False
        elif part == _STRING:
            text = unescaped("".join(self._runs))
            self._bytes_left -= sys.getsizeof(text) + _LIST_BYTES
            if self._bytes_left < 0:
                raise FileRefused(TOO_LARGE_UNPACKED)
            self.found.append(text)


def unescaped(text: str) -> str:
    """Return a text of Excel without escapes, and with plain line ends."""
    if "_x" in text and _ESCAPED.search(text):
        text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
        # Two halves of a character become one; a half alone is none.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _local(name: str) -> str:
    """Return the name of an element or attribute without its namespace."""
    return name.rpartition(" ")[2]


def whole_number(text: str | None) -> int:
    """Return a number that an attribute or a cell has. Raises FileRefused for another text."""
    if text and text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    raise FileRefused(DAMAGED)
