"""The awkward contacts, written by the usual libraries; started by make_samples.py."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/importexport/files"))

from awkward import COLUMNS, ROWS  # noqa: E402 (it stands beside the tests, without Django)


def by_pyexcel_ods3(path: Path) -> None:
    """Write them with pyexcel-ods3."""
    import pyexcel_ods3

    pyexcel_ods3.save_data(str(path), {"Contacts": [list(COLUMNS), *map(list, ROWS)]})


def by_ezodf(path: Path) -> None:
    """Write them with ezodf."""
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
    """Write them with odswriter."""
    import odswriter

    with path.open("wb") as file, odswriter.writer(file) as workbook:
        sheet = workbook.new_sheet("Contacts")
        for row in [COLUMNS, *ROWS]:
            sheet.writerow(row)


def by_pandas(path: Path) -> None:
    """Write them with pandas."""
    import pandas

    frame = pandas.DataFrame(ROWS, columns=list(COLUMNS))
    frame.to_excel(path, engine="odf", index=False)


if __name__ == "__main__":
    samples = Path(sys.argv[1])
    for write in (by_pyexcel_ods3, by_ezodf, by_odswriter, by_pandas):
        path = samples / f"{write.__name__.removeprefix('by_').replace('_', '-')}.ods"
        path.unlink(missing_ok=True)
        write(path)
