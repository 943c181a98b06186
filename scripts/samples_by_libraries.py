"""Write the awkward contacts with common libraries; make_samples.py starts this."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/importexport/files"))

from awkward import ADDED, COLUMNS, ROWS  # noqa: E402 (a module of the tests that needs no Django)


def by_pyexcel_ods3(path: Path) -> None:
    import pyexcel_ods3

    pyexcel_ods3.save_data(str(path), {"Contacts": [list(COLUMNS), *map(list, ROWS)]})


def by_ezodf(path: Path) -> None:
    import ezodf

    document = ezodf.newdoc(doctype="ods", filename=str(path))
    sheet = ezodf.Sheet("Contacts", size=(len(ROWS) + 1, len(COLUMNS)))
    document.sheets += sheet
    for line, row in enumerate([COLUMNS, *ROWS]):
        for column, value in enumerate(row):
            if value != "":
                sheet[line, column].set_value(value)
    document.save()


def by_odswriter(path: Path) -> None:
    import odswriter

    with path.open("wb") as file, odswriter.writer(file) as workbook:
        sheet = workbook.new_sheet("Contacts")
        for row in [COLUMNS, *ROWS]:
            sheet.writerow(row)


def by_pandas(path: Path) -> None:
    import pandas

    frame = pandas.DataFrame(ROWS, columns=list(COLUMNS))
    frame.to_excel(path, engine="odf", index=False)


def by_odfdo(path: Path) -> None:
    import odfdo

    document = odfdo.Document("spreadsheet")
    document.body.clear()
    sheet = odfdo.Table("Contacts")
    sheet.set_values([list(COLUMNS), *map(list, ROWS)])
    document.body.append(sheet)
    document.save(path)


def by_odfdo_edited(path: Path) -> None:
    """Write a few on the second sheet, below a title, with colours, notes, links and formulas."""
    import odfdo

    document = odfdo.Document("spreadsheet")
    document.body.clear()
    cover = odfdo.Table("Couverture")
    cover.set_value("B3", "Contacts de la légumerie")
    document.body.append(cover)
    sheet = odfdo.Table("Contacts")
    sheet.set_values([["Nos contacts"], [], list(COLUMNS), *map(list, ROWS[:6])])
    document.body.append(sheet)

    colour = odfdo.create_table_cell_style(background_color="#ffeeaa")
    name = document.insert_style(colour, automatic=True)
    coloured = sheet.get_cell("A4")
    coloured.style = name
    sheet.set_cell("A4", coloured)

    noted = sheet.get_cell("C5")
    noted.insert(odfdo.Annotation("Une remarque\nsur deux lignes", creator="x"), position=0)
    sheet.set_cell("C5", noted)

    linked = odfdo.Cell(cell_type="string")
    paragraph = odfdo.Paragraph("voir ")
    paragraph.append(odfdo.Link("https://example.org/", text="le site"))
    linked.append(paragraph)
    sheet.set_cell("D6", linked)

    sheet.set_cell("I7", odfdo.Cell(value=2, formula="of:=1+1"))
    sheet.set_span("D8:E8")
    hidden = sheet.get_row(8)
    hidden.set_attribute("table:visibility", "collapse")
    sheet.set_row(8, hidden)
    document.save(path)


def by_odfpy_edited(path: Path) -> None:
    """Open an export, change, delete and insert rows in it, and save it."""
    from odf.office import Annotation
    from odf.opendocument import load
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    def text_cell(value: str) -> TableCell:
        cell = TableCell(valuetype="string")
        for line in value.split("\n"):
            cell.addElement(P(text=line))
        return cell

    document = load(path.parent / "ours.ods")
    sheet = document.spreadsheet.getElementsByType(Table)[0]
    rows = sheet.getElementsByType(TableRow)
    _, first, second, _, nameless, *_ = rows
    last = rows[len(ROWS)]

    name = first.getElementsByType(TableCell)[2]
    old = name.getElementsByType(P)[0]
    name.insertBefore(P(text="Ève Martin"), old)
    name.removeChild(old)
    remark = Annotation()
    remark.addElement(P(text="Une remarque"))
    second.getElementsByType(TableCell)[2].addElement(remark)
    sheet.removeChild(nameless)
    added = TableRow()
    for value in (*ADDED[:8], "", ""):
        added.addElement(text_cell(value) if value else TableCell())
    kind = added.getElementsByType(TableCell)[8]
    kind.setAttribute("valuetype", "float")
    kind.setAttribute("value", ADDED[8])
    kind.addElement(P(text=ADDED[8]))
    sheet.insertBefore(added, last)
    document.save(path)


def by_pandas_edited(path: Path) -> None:
    """Read an export, change, delete and append rows, and write it."""
    import pandas

    read = pandas.read_excel(path.parent / "ours.ods", engine="odf", dtype={"Type": int})
    frame = read.drop(index=3)
    frame.loc[0, "Dénomination"] = "Ève Martin"
    frame.loc[len(read)] = [*ADDED, None]
    frame.to_excel(path, engine="odf", index=False)


def by_pyexcel_ods3_edited(path: Path) -> None:
    """Read an export, change, delete and insert rows, and write it."""
    import pyexcel_ods3

    sheets = pyexcel_ods3.get_data(str(path.parent / "ours.ods"))
    rows = sheets["Contacts"]
    rows[1][2] = "Ève Martin"
    rows.insert(len(ROWS), list(ADDED))
    del rows[4]
    pyexcel_ods3.save_data(str(path), sheets)


if __name__ == "__main__":
    samples = Path(sys.argv[1])
    for write in (
        *(by_pyexcel_ods3, by_ezodf, by_odswriter, by_pandas, by_odfdo, by_odfdo_edited),
        *(by_odfpy_edited, by_pandas_edited, by_pyexcel_ods3_edited),
    ):
        path = samples / f"{write.__name__.removeprefix('by_').replace('_', '-')}.ods"
        path.unlink(missing_ok=True)
        write(path)
