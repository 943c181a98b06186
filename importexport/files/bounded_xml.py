"""XML read by expat, within the time and memory that a file may take."""

from collections.abc import Callable
from xml.parsers import expat

from importexport.files.package import DAMAGED, TOO_MUCH_MARKUP
from importexport.files.table import FileRefused

# With each piece, expat reads an unfinished tag from its start again: long tags would be slow.
_MAX_TAG_BYTES = 512 * 1024
# expat keeps each element that is not closed.
MAX_DEPTH = 200
# expat and pyexpat keep every name of an element, attribute or prefix in memory.
_MOST_NAMES = 20_000


class BoundedXml:
    """An expat parser that refuses document types, long tags and very many names.

    The names of elements and attributes begin with their namespace and a space.
    """

    def __init__(
        self,
        start: Callable[[str, dict[str, str]], object],
        end: Callable[[str], object] = lambda _name: None,
        text: Callable[[str], object] = lambda _text: None,
        prefix: Callable[[str | None, str | None], object] = lambda _prefix, _address: None,
    ) -> None:
        self._names: dict[str, str] = {}
        self._fed = 0
        self._expat = parser = expat.ParserCreate(namespace_separator=" ", intern=self._names)
        # Otherwise expat calls back per line.
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_document_type
        # With this handler, prefixes are counted among the names, too.
        parser.StartNamespaceDeclHandler = prefix
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = text

    def feed(self, piece: bytes, *, is_last: bool = False) -> None:
        """Parse a piece; with the last one, the document must be complete. Raises FileRefused."""
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


class MarkupBudget:
    """What is left of the elements and attributes that a file may have.

    An element costs as much as `element_cost` attributes.
    """

    def __init__(self, most: int, element_cost: int = 1) -> None:
        self._left = most
        self._element_cost = element_cost

    def spend(self, piece: bytes, others: int = 0) -> None:
        """Count those of a piece, and others as elements. Raises FileRefused beyond the most."""
        elements = piece.count(b"<") - piece.count(b"</") + others
        self._left -= elements * self._element_cost + piece.count(b"=")
        if self._left < 0:
            raise FileRefused(TOO_MUCH_MARKUP)


def _refuse_document_type(*_: object) -> None:
    # It could declare entities, which a spreadsheet never needs.
    raise FileRefused(
        "Le fichier contient des définitions (DTD) qu'un tableur n'écrit jamais. "
        "Ouvrez-le dans votre tableur, enregistrez-le à nouveau au format ODS, puis recommencez."
    )
