"""The files that the fuzzer begins with: the samples of the tests, and a small one."""

import zipfile
from pathlib import Path

KINDS = ["content", "package", "csv", "metadata", "workbook"]
SAMPLES = Path("tests/importexport/files/samples")
_ENTRIES = {"content": "content.xml", "metadata": "meta.xml"}
# Larger samples consist mostly of style sheets, which the reader skips.
_MOST_BYTES = 60_000


def write_seeds(kind: str, folder: Path) -> None:
    """Write the files of this kind into the folder."""
    if kind == "workbook":
        write_workbooks(folder)
        return
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


def write_workbooks(folder: Path) -> None:
    """Write the first sheet of each sample with its texts and its styles, and a small one."""
    for path in SAMPLES.glob("*.xlsx"):
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as package:
                names = ("worksheets/sheet1", "sharedStrings", "styles")
                data = b"\0\0".join(package.read(f"xl/{name}.xml") for name in names)
            if len(data) <= _MOST_BYTES:
                (folder / path.name).write_bytes(data)
    (folder / "small").write_bytes(b"\0\0".join(_SMALL_WORKBOOK))


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
_MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_SMALL_WORKBOOK = (
    b"<worksheet %s><sheetData><row>"
    % _MAIN
    + b'<c t="s"><v>0</v></c><c t="inlineStr"><is><t>Type</t></is></c><c t="str"><v>Tel</v></c>'
    b'</row><row r="3" hidden="1"><c r="A3" s="1"><v>42</v></c><c r="B3" t="b"><v>1</v></c>'
    b'<c r="C3" s="2"><f>A1</f><v>46350.5</v></c></row><row><c t="e"><v>#N/A</v></c>'
    b"<c><f>1+1</f></c></row></sheetData><mergeCells><mergeCell ref='A3:B3'/></mergeCells>"
    b"</worksheet>",
    b"<sst %s><si><r><t>R\xc3\xa9f</t></r><r><t>\xc3\xa9rence</t></r></si></sst>" % _MAIN,
    b"<styleSheet %s><numFmts><numFmt numFmtId='164' formatCode='00000'/></numFmts><cellXfs>"
    b"<xf numFmtId='0'/><xf numFmtId='164'/><xf numFmtId='14'/></cellXfs></styleSheet>" % _MAIN,
)
