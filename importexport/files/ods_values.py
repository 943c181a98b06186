"""The value of a cell, from its attributes and its text."""

import re

from importexport.files.number_cells import number_value
from importexport.files.package import DAMAGED
from importexport.files.table import Cell, FileRefused, FormulaError

OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0 "
TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0 "
CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 "
_VALUE_TYPE = f"{OFFICE}value-type"
_CALC_TYPE = f"{CALC}value-type"
_FORMULA = f"{TABLE}formula"
_RAW_VALUES = {
    "date": f"{OFFICE}date-value",
    "time": f"{OFFICE}time-value",
    "string": f"{OFFICE}string-value",
    "percentage": f"{OFFICE}value",
}

# Placeholders for spaces, tabs and line breaks that must not be folded; XML cannot contain them.
SPACE, TAB, LINE_BREAK = "\x01\x02\x03"
_HARD = str.maketrans({SPACE: " ", TAB: "\t", LINE_BREAK: "\n"})
_WHITE_SPACE = re.compile("[ \t\r\n]+")

# What spreadsheets show for a formula that failed, in English and French (LibreOffice, Excel).
_FORMULA_ERROR = re.compile(
    r"#(?:N/A|N/D|REF!|VALUE!|VALEUR!|NAME\?|NOM\?|DIV/0!|NUM!|NOMBRE!|NULL!|NUL!|SPILL!|CALC!)"
    r"|Err:[0-9]{3}"
)


def repeat_count(attributes: dict[str, str], name: str) -> int:
    """Return a repeat count, 1 where there is none. Raises FileRefused where it is no number."""
    text = attributes.get(name)
    if text is None:
        return 1
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise FileRefused(DAMAGED)
    return max(1, int(text))


def cell_value(attributes: dict[str, str], shown: str) -> Cell:
    """Return the value of a cell with these attributes and this visible text."""
    kind = attributes.get(_VALUE_TYPE)
    if _FORMULA in attributes or _CALC_TYPE in attributes:
        error = _formula_error(attributes, shown)
        if error is not None:
            return error
    if kind == "string" and shown:
        return shown
    if kind in ("float", "currency"):
        return number_value(attributes.get(f"{OFFICE}value", ""), shown)
    if shown or kind is None:
        return shown
    return _raw_value(kind, attributes)


def _formula_error(attributes: dict[str, str], shown: str) -> FormulaError | None:
    """Return what a formula gives that failed, or that has no result in the file."""
    if attributes.get(_CALC_TYPE) == "error":
        return FormulaError(shown)
    if _FORMULA not in attributes:
        return None
    has_result = shown or any(name.startswith(OFFICE) for name in attributes)
    return FormulaError(shown) if not has_result or _FORMULA_ERROR.fullmatch(shown) else None


def _raw_value(kind: str, attributes: dict[str, str]) -> str:
    """Return the value of a cell without visible text, which some libraries write."""
    if kind == "boolean":
        return "VRAI" if attributes.get(f"{OFFICE}boolean-value") == "true" else "FAUX"
    return attributes.get(_RAW_VALUES.get(kind, ""), "")


def folded(text: str) -> str:
    """Return a paragraph's text without the line ends and indents of the XML.

    Plain spaces are kept, though OpenDocument 1.3, part 3, 6.1.2, folds them: LibreOffice and
    Gnumeric do not fold them, and LibreOffice 7.4 writes them unescaped in texts of several lines.
    """
    if "\n" in text or "\t" in text or "\r" in text:
        text = _WHITE_SPACE.sub(_fold, text)
    return text.translate(_HARD)


def _fold(run: re.Match[str]) -> str:
    if not run[0].strip(" "):
        return run[0]
    is_at_an_end = run.start() == 0 or run.end() == len(run.string)
    return "" if is_at_an_end else " "
