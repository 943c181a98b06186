"""Makers of small Excel workbooks: by openpyxl and XlsxWriter, or from XML."""

import io
import zipfile

import openpyxl

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
TITLES = ("Référence", "Nom", "Type")
HEADER_XML = '<row r="1">' + "".join(f'<c t="inlineStr"><is><t>{t}</t></is></c>' for t in TITLES)
HEADER_XML += "</row>"


def relations(*targets):
    """Return the relations of an entry, with ids of rId1 on."""
    found = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{RELATIONS}">{found}</Relationships>'


def entries(*sheets, strings=None, styles=None, workbook=""):
    """Return the entries of a workbook whose sheets have these rows, by their names.

    A sheet is XML, or (name, state, XML).
    """
    made = {"[Content_Types].xml": "<Types/>"}
    made["_rels/.rels"] = relations(("officeDocument", "xl/workbook.xml"))
    targets, named = [], ""
    for number, sheet in enumerate(sheets, start=1):
        name, state, xml = ("Feuille", "visible", sheet) if isinstance(sheet, str) else sheet
        entry = f"worksheets/sheet{number}.xml"
        targets.append(("worksheet", entry))
        named += f'<sheet name="{name}" sheetId="{number}" state="{state}" r:id="rId{number}"/>'
        made[f"xl/{entry}"] = xml if xml.startswith("<?xml") else worksheet(xml)
    if strings is not None:
        targets.append(("sharedStrings", "sharedStrings.xml"))
        made["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{strings}</sst>'
    if styles is not None:
        targets.append(("styles", "styles.xml"))
        made["xl/styles.xml"] = f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>'
    made["xl/_rels/workbook.xml.rels"] = relations(*targets)
    made["xl/workbook.xml"] = (
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{workbook}<sheets>{named}</sheets></workbook>'
    )
    return made


def worksheet(rows, after=""):
    return (
        f'<?xml version="1.0"?><worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}'
        "</worksheet>"
    )


def zipped(made):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in made.items():
            package.writestr(name, data)
    return file


def xlsx(*rows, **others):
    """Return a workbook of one sheet with these rows of XML below the titles."""
    return zipped(entries(HEADER_XML + "".join(rows), **others))


def by_openpyxl(*rows, prepare=lambda _workbook, _sheet: None, titles=TITLES):
    """Return a workbook with the titles and these rows; `prepare` may change it."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "Contacts"
    for values in (titles, *rows):
        sheet.append(values)
    prepare(workbook, sheet)
    file = io.BytesIO()
    workbook.save(file)
    return file
