"""An ODS file is a valid package, in which text stays text, and other programs read it the same."""

import io
import zipfile

import odfdo
import pytest
import python_calamine
from lxml import etree
from odf import opendocument, table, teletype, text

from importexport.files.ods_frame import MIME_TYPE, Guide, GuidePart, SheetColumn
from importexport.files.ods_writer import write_ods

COLUMNS = [
    SheetColumn("Référence", 3.0),
    SheetColumn("Libellé", 7.5, is_muted=True),
    SheetColumn("Note & <suite>", 5.0),
    SheetColumn("Type", 1.5, is_number=True, choices=(1, 2, 3)),
]
PARTS = (
    GuidePart(("Colonne", "Sens"), (("Type", "un\ndeux <3>"),)),
    GuidePart(("Et puis", ""), (("Fin", ""),)),
)
GUIDE = Guide("Mode d'emploi", "Comment faire", (4.0, 9.0), PARTS)
ROWS = [
    ("0042", "=1+1", "une\ndeux", 1),
    ("", "a  b", " c\td ", 2),
    ("C3", "", "<text:p> & \"'", 3),
]


def written(rows=ROWS):
    file = io.BytesIO()
    write_ods(file, "Contacts", COLUMNS, rows, GUIDE)
    file.seek(0)
    return file


def entry(name, rows=ROWS):
    return zipfile.ZipFile(written(rows)).read(name)


def content(rows=ROWS):
    return etree.fromstring(entry("content.xml", rows))


def found(element, path):
    """Return what an XPath finds, with the document's prefixes."""
    return element.xpath(path, namespaces={k: v for k, v in element.nsmap.items() if k})


# --- The package ----------------------------------------------------------------------------


def test_the_mimetype_comes_first_plain_and_where_programs_look_for_it():
    data = written().getvalue()
    first = zipfile.ZipFile(io.BytesIO(data)).infolist()[0]

    assert (first.filename, first.compress_type, first.extra) == (
        "mimetype",
        zipfile.ZIP_STORED,
        b"",
    )
    assert first.flag_bits & 0b1000 == 0
    assert data[30 : 38 + len(MIME_TYPE)] == f"mimetype{MIME_TYPE}".encode()


def test_the_package_is_whole_and_no_name_is_there_twice():
    package = zipfile.ZipFile(written())

    assert package.testzip() is None
    assert len(package.namelist()) == len(set(package.namelist()))
    assert all(item.extract_version <= 20 for item in package.infolist())


def test_the_manifest_lists_every_entry_and_no_other():
    package = zipfile.ZipFile(written())
    manifest = etree.fromstring(package.read("META-INF/manifest.xml"))
    listed = found(manifest, "//manifest:file-entry/@manifest:full-path")

    assert sorted(listed) == sorted(
        {"/", *package.namelist()} - {"mimetype", "META-INF/manifest.xml"}
    )
    assert found(
        manifest, "//manifest:file-entry[@manifest:full-path='/']/@manifest:media-type"
    ) == [MIME_TYPE]


@pytest.mark.parametrize("name", ["content.xml", "styles.xml", "settings.xml", "meta.xml"])
def test_every_part_is_well_formed_xml_without_a_document_type(name):
    data = entry(name)

    assert etree.fromstring(data).tag.endswith(f"document-{name.removesuffix('.xml')}")
    assert b"<!DOCTYPE" not in data


def test_the_package_may_go_to_a_pipe():
    class Pipe(io.RawIOBase):
        data = b""

        def writable(self):
            return True

        def write(self, piece):
            self.data += bytes(piece)
            return len(piece)

    pipe = Pipe()
    write_ods(pipe, "Contacts", COLUMNS, ROWS, GUIDE)

    assert zipfile.ZipFile(io.BytesIO(pipe.data)).testzip() is None


# --- The cells ------------------------------------------------------------------------------


def data_cells(rows):
    """Return the cells of the rows between the titles and the empty rows."""
    return [
        row.findall("{*}table-cell")
        for row in found(content(rows), "//table:table[1]//table:table-row")
    ][1:-1]


@pytest.mark.parametrize(
    "value", ["=1+1", "0042", "+336", "1", "1,5", "24/11/2026", "VRAI", "'x", "€"]
)
def test_text_is_text_whatever_it_looks_like(value):
    [[cell, *_]] = data_cells([(value, "", "", 1)])

    assert [v for k, v in cell.attrib.items() if k.endswith("value-type")] == ["string"]
    assert "".join(cell.itertext()) == value
    assert not found(content([(value, "", "", 1)]), "//@table:formula")


def test_a_number_is_a_number():
    [[*_, cell]] = data_cells([("C1", "", "", 3)])

    assert found(cell, "@office:value-type | @office:value") == ["float", "3"]


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        ("une\ndeux", ["une", "deux"]),
        ("une\r\ndeux\rtrois", ["une", "deux", "trois"]),
        ("\n\nfin\n", ["", "", "fin", ""]),
    ],
)
def test_each_line_is_a_paragraph_of_its_own(value, lines):
    [[_, _, cell, _]] = data_cells([("C1", "", value, 1)])

    assert [paragraph.text or "" for paragraph in cell] == lines


@pytest.mark.parametrize(
    ("value", "markup"),
    [
        ("a b", "a b"),
        ("a  b", 'a <text:s text:c="1"/>b'),
        (" a", '<text:s text:c="1"/>a'),
        ("a   ", 'a<text:s text:c="3"/>'),
        ("a\tb", "a<text:tab/>b"),
    ],
)
def test_spaces_that_xml_would_fold_are_elements(value, markup):
    xml = entry("content.xml", [("C1", "", value, 1)]).decode()

    assert f"<text:p>{markup}</text:p>" in xml


@pytest.mark.parametrize("code", [0, 1, 8, 11, 12, 14, 31, 0xD800, 0xDFFF, 0xFFFE, 0xFFFF])
def test_characters_that_xml_forbids_are_never_written(code):
    [[cell, *_]] = data_cells([(f"a{chr(code)}b", "", "", 1)])

    assert "".join(cell.itertext()) == "ab"


def test_equal_rows_and_empty_cells_are_written_out():
    cells = data_cells([("C1", "", "", 1)] * 3)

    assert [len(row) for row in cells] == [4, 4, 4]


# --- What a person sees ---------------------------------------------------------------------


def style_of(document, name, part):
    [style] = found(document, f"//style:style[@style:name='{name}']")
    return dict(style.find(f"{{*}}{part}").attrib) if style.find(f"{{*}}{part}") is not None else {}


def attribute(attributes, name):
    return next(value for key, value in attributes.items() if key.endswith(name))


def test_titles_are_bold():
    document = content()
    names = found(document, "//table:table-header-rows//@table:style-name")
    of_parts = [
        found(document, f"//table:table-cell[text:p='{part.titles[0]}']/@table:style-name")
        for part in PARTS
    ]

    assert len(names) == len(COLUMNS) + 1
    assert of_parts == [names[:1]] * len(PARTS)
    for name in names:
        assert attribute(style_of(document, name, "text-properties"), "font-weight") == "bold"


def test_columns_have_the_widths_asked_for():
    document = content()
    names = found(document, "//table:table[1]/table:table-column/@table:style-name")

    widths = [
        attribute(style_of(document, name, "table-column-properties"), "column-width")
        for name in names
    ]
    assert widths == ["3.0cm", "7.5cm", "5.0cm", "1.5cm"]


def test_only_the_columns_for_comfort_are_grey():
    document = content()
    names = found(document, "//table:table[1]/table:table-column/@table:default-cell-style-name")

    colours = [style_of(document, name, "text-properties") for name in names]
    assert [bool(colour) for colour in colours] == [False, True, False, False]
    assert attribute(colours[1], "color") == "#6b6b6b"


def test_columns_of_text_keep_what_is_typed_as_text():
    document = content()
    names = found(document, "//table:table[1]/table:table-column/@table:default-cell-style-name")
    kinds = [
        found(document, f"//style:style[@style:name='{n}']/@style:data-style-name") for n in names
    ]

    assert kinds == [["as-text"], ["as-text"], ["as-text"], []]
    assert (
        len(found(document, "//number:text-style[@style:name='as-text']/number:text-content")) == 1
    )


def test_a_list_offers_the_choices_in_filled_rows_and_in_those_to_come():
    document = content()
    [validation] = found(document, "//table:content-validation")

    condition = attribute(validation.attrib, "condition")
    assert condition == 'of:cell-content-is-in-list("1";"2";"3")'
    assert document.nsmap["of"] == "urn:oasis:names:tc:opendocument:xmlns:of:1.2"
    [name] = found(document, "//table:content-validation/@table:name")
    cells = found(
        document, f"//table:table[1]//table:table-cell[@table:content-validation-name='{name}']"
    )
    assert len(cells) == len(ROWS) + 1
    assert [len(cell.getparent()) for cell in cells] == [4] * 4
    assert all(cell.getnext() is None for cell in cells)
    assert int(attribute(cells[-1].getparent().attrib, "number-rows-repeated")) == 1_000


def test_the_titles_of_both_sheets_stay_in_sight():
    settings = etree.fromstring(entry("settings.xml"))
    for name in ("Contacts", GUIDE.name):
        items = found(settings, f'//config:config-item-map-entry[@config:name="{name}"]/*')
        values = {attribute(item.attrib, "name"): item.text for item in items}

        assert values["VerticalSplitMode"] == "2"
        assert values["VerticalSplitPosition"] == values["PositionBottom"] == "1"
    assert found(settings, "//config:config-item[@config:name='ActiveTable']/text()") == [
        "Contacts"
    ]


def test_on_paper_the_titles_are_on_each_page():
    titles = found(content(), "//table:table/table:table-header-rows/table:table-row")

    assert [len(row) for row in titles] == [len(COLUMNS), 1]


def test_on_paper_it_is_landscape_and_one_page_wide():
    styles = etree.fromstring(entry("styles.xml"))
    [layout] = found(styles, "//style:page-layout[@style:name='wide-layout']/*")
    names = found(content(), "//table:table/@table:style-name")

    assert attribute(layout.attrib, "print-orientation") == "landscape"
    assert attribute(layout.attrib, "scale-to-X") == "1"
    assert attribute(layout.attrib, "scale-to-Y") == "0"
    assert names == ["sheet", "sheet"]
    assert found(content(), "//style:style[@style:name='sheet']/@style:master-page-name") == found(
        styles, "//style:master-page[@style:page-layout-name='wide-layout']/@style:name"
    )


@pytest.mark.parametrize(("count", "last_line"), [(0, 2), (1, 2), (2, 3), (700, 701)])
def test_each_column_has_a_filter_over_all_rows(count, last_line):
    [database] = found(content([("C1", "", "", 1)] * count), "//table:database-range")

    assert attribute(database.attrib, "display-filter-buttons") == "true"
    assert (
        attribute(database.attrib, "target-range-address")
        == f"'Contacts'.A1:'Contacts'.D{last_line}"
    )


def test_each_of_several_sheets_has_its_filter():
    file = io.BytesIO()
    write_ods(file, "L'été", COLUMNS, [("C1", "", "", 1)] * 7, GUIDE, rows_of_a_sheet=3)
    document = etree.fromstring(zipfile.ZipFile(file).read("content.xml"))

    assert found(document, "//table:database-range/@table:target-range-address") == [
        "'L''été'.A1:'L''été'.D4",
        "'L''été 2'.A1:'L''été 2'.D4",
        "'L''été 3'.A1:'L''été 3'.D2",
    ]


def test_odfdo_finds_the_titles_and_the_filter():
    body = odfdo.Document(written()).body

    assert body.get_table(0).get_row_values(0) == [column.title for column in COLUMNS]
    assert [element.get_attribute("table:display-filter-buttons") for element in
            body.get_elements("//table:database-range")] == [True]  # fmt: skip


def test_the_second_sheet_explains_the_first():
    document = content()

    assert found(document, "//table:table/@table:name") == ["Contacts", "Mode d'emploi"]
    assert found(document, "//table:table[2]//text:p/text()") == [
        "Comment faire",
        *("Colonne", "Sens", "Type", "un", "deux <3>"),
        *("Et puis", "Fin"),
    ]
    # A cell without a text is empty, so that a long title is shown across it.
    rows = found(document, "//table:table[2]//table:table-row")
    assert [len(row) for row in rows] == [1, 1, 2, 2, 1, 2, 2]
    assert found(rows[-1], "table:table-cell[2]/@office:value-type") == []


# --- Read by others -------------------------------------------------------------------------


def test_odfpy_reads_every_text():
    document = opendocument.load(written())
    sheet = document.spreadsheet.getElementsByType(table.Table)[0]

    rows = [
        [
            "\n".join(map(teletype.extractText, cell.getElementsByType(text.P)))
            for cell in row.getElementsByType(table.TableCell)
        ]
        for row in sheet.getElementsByType(table.TableRow)[:4]
    ]
    assert rows == [[column.title for column in COLUMNS], *([*map(str, row)] for row in ROWS)]


def test_calamine_reads_every_text():
    # Of spaces and tabs it knows less than odfpy: the test above has them.
    rows = [("0042", "=1+1", "une\ndeux", 1), ("C3", "", "<text:p> & \"'", 3)]
    workbook = python_calamine.load_workbook(written(rows))

    assert workbook.sheet_names == ["Contacts", "Mode d'emploi"]
    assert workbook.get_sheet_by_name("Contacts").to_python() == [
        [column.title for column in COLUMNS],
        *map(list, rows),
    ]
