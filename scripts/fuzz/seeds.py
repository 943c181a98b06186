"""The files that the fuzzer begins with: the samples of the tests, and a small one."""

import zipfile
from pathlib import Path

KINDS = ["content", "package", "csv", "metadata"]
SAMPLES = Path("tests/importexport/files/samples")
_ENTRIES = {"content": "content.xml", "metadata": "meta.xml"}
# Larger samples consist mostly of style sheets, which the reader skips.
_MOST_BYTES = 60_000


def write_seeds(kind: str, folder: Path) -> None:
    """Write the files of this kind into the folder."""
    pattern = "*.csv" if kind == "csv" else "*.ods"
    for path in SAMPLES.glob(pattern):
        data = path.read_bytes()
        if kind in _ENTRIES:
            with zipfile.ZipFile(path) as package:
                if _ENTRIES[kind] not in package.namelist():
                    continue
                data = package.read(_ENTRIES[kind])
        if len(data) <= _MOST_BYTES:
            (folder / path.name).write_bytes(data)
    (folder / "small").write_bytes(_SMALL[kind])


_CELL = b'<table:table-cell office:value-type="string"><text:p>%s</text:p></table:table-cell>'
_SMALL = {
    "content": (
        b'<?xml version="1.0" encoding="UTF-8"?><office:document-content '
        b'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        b'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        b'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body>'
        b"<office:spreadsheet><table:table><table:table-row>"
        + _CELL % "Référence".encode()
        + _CELL % b"Type"
        + b'</table:table-row><table:table-row table:number-rows-repeated="2">'
        + _CELL % b"C1"
        + b'<table:table-cell table:number-columns-repeated="2" office:value-type="float" '
        b'office:value="9"><text:p>9<text:s text:c="3"/></text:p></table:table-cell>'
        b"</table:table-row></table:table></office:spreadsheet></office:body>"
        b"</office:document-content>"
    ),
    "package": b"PK\x05\x06" + bytes(18),
    "csv": 'Référence;Type;Tel\nC1;7;\'+33\n;;\n"a\nb";2;;x\n'.encode(),
    "metadata": b"<a/>",
}
