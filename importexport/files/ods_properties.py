"""The user-defined metadata of an OpenDocument file.

Where it is damaged or too large, the file is read without it.
"""

from typing import IO
from xml.parsers import expat

from importexport.files.package import opened, read_small_entry
from importexport.files.table import FileRefused

_META = "urn:oasis:names:tc:opendocument:xmlns:meta:1.0 "
_USER_DEFINED = f"{_META}user-defined"
_IS_TEXT = (None, "string")
# A usual one has a kilobyte or two.
_MAX_BYTES = 256 * 1024


class _DocumentType(Exception):
    """The metadata has a document type; ours has none."""


def read_properties(file: IO[bytes]) -> dict[str, str]:
    """Return the user-defined texts by their names; an empty dict where they cannot be read."""
    try:
        return _parse(_meta_xml(file))
    except (FileRefused, _DocumentType, expat.ExpatError, LookupError, ValueError):
        # The latter two are raised for an unknown encoding.
        return {}


def _meta_xml(file: IO[bytes]) -> bytes:
    with opened(file) as package:
        return read_small_entry(package, "meta.xml", _MAX_BYTES)


def _parse(xml: bytes) -> dict[str, str]:
    collector = _Collector()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _refuse_document_type
    parser.StartElementHandler = collector.start
    parser.EndElementHandler = collector.end
    parser.CharacterDataHandler = collector.add
    parser.Parse(xml, True)  # noqa: FBT003 (it knows no names)
    return collector.properties


def _refuse_document_type(*_: object) -> None:
    raise _DocumentType


class _Collector:
    """The handlers of expat: keep the text of each `meta:user-defined`."""

    def __init__(self) -> None:
        self.properties: dict[str, str] = {}
        self._name: str | None = None
        self._pieces: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == _USER_DEFINED and attributes.get(f"{_META}value-type") in _IS_TEXT:
            self._name = attributes.get(f"{_META}name")
            self._pieces = []

    def end(self, name: str) -> None:
        if name == _USER_DEFINED and self._name is not None:
            self.properties[self._name] = "".join(self._pieces)
            self._name = None

    def add(self, text: str) -> None:
        if self._name is not None:
            self._pieces.append(text)
