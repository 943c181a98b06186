"""An ODS file is read as a person sees it in a spreadsheet."""

import pytest

from tests.importexport.files.making import (
    HEAD,
    HEADER,
    TAIL,
    TITLES,
    cell,
    document,
    ods,
    package,
    paragraph,
    read,
    read_cell,
    read_rows,
    row,
    sheet,
    text_cell,
)


def number(attributes, shown=""):
    shown = shown and paragraph(shown)
    return f"<table:table-cell {attributes}>{shown}</table:table-cell>"


def test_rows_are_read_with_the_line_that_a_spreadsheet_shows():
    file = ods(row(cell("C1"), cell("Ève"), cell("2")), row(cell("C2"), cell("Léo"), cell("4")))

    assert read(file) == [
        (1, list(TITLES)),
        (2, ["C1", "Ève", "2"]),
        (3, ["C2", "Léo", "4"]),
    ]


@pytest.mark.parametrize(
    ("paragraphs", "text"),
    [
        ("<text:p>une</text:p><text:p>deux</text:p>", "une\ndeux"),
        ("<text:p>une</text:p><text:p/><text:p>trois</text:p>", "une\n\ntrois"),
        ("<text:h>titre</text:h><text:p>texte</text:p>", "titre\ntexte"),
        ("<text:p>une<text:line-break/>deux</text:p>", "une\ndeux"),
        ("<text:p>a<text:s/>b</text:p>", "a b"),
        ('<text:p>a<text:s text:c="3"/>b</text:p>', "a   b"),
        ('<text:p>a <text:s text:c="2"/> b</text:p>', "a    b"),
        ("<text:p>une</text:p><text:p>  retrait  </text:p>", "une\n  retrait  "),
        ('<text:p><text:s text:c="2"/>a<text:s/></text:p>', "  a "),
        ("<text:p>a<text:tab/>b</text:p>", "a\tb"),
        ("<text:p>un <text:span>mot</text:span> gras</text:p>", "un mot gras"),
        ("<text:p><text:span>a<text:span>b</text:span>c</text:span>d</text:p>", "abcd"),
        ('<text:p>voir <text:a xlink:href="http://a.fr">ici</text:a>.</text:p>', "voir ici."),
        (
            '<text:p><text:a xlink:href="b"><text:span>le</text:span> lien</text:a></text:p>',
            "le lien",
        ),
        ("<text:p>le <text:date>24/11/2026</text:date></text:p>", "le 24/11/2026"),
        ("<text:p><text:sheet-name>Feuille</text:sheet-name></text:p>", "Feuille"),
        ("<text:p>a<text:bookmark/>b<text:soft-page-break/>c</text:p>", "abc"),
        (
            (
                "<text:p><text:ruby><text:ruby-base>base</text:ruby-base>"
                "<text:ruby-text>dessus</text:ruby-text></text:ruby></text:p>"
            ),
            "base",
        ),
    ],
)
def test_a_text_is_what_its_paragraphs_show(paragraphs, text):
    assert (
        read_cell(f'<table:table-cell office:value-type="string">{paragraphs}</table:table-cell>')
        == text
    )


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("\n      a\n      b\n   ", "a b"),
        ("\n  <text:span>\n  a\n  </text:span>\n", "a"),
        ("a\t\tb\r\nc", "a b c"),
        ("\n<text:s/>a<text:tab/>\n", " a\t"),
        ("a  b", "a  b"),
        ("  a ", "  a "),
        ("a <text:span> b</text:span>", "a  b"),
        ("a  b\n   c", "a  b c"),
        ("a \u00a0 b\u2003\u2003c", "a \u00a0 b\u2003\u2003c"),
    ],
)
def test_layout_of_the_xml_is_folded_and_spaces_are_kept_as_libreoffice_shows_them(markup, text):
    assert read_cell(cell(markup)) == text


@pytest.mark.parametrize(
    "unread",
    [
        (
            "<office:annotation><dc:creator>Ève</dc:creator><text:p>remarque</text:p>"
            "<text:p>suite</text:p></office:annotation>"
        ),
        "<draw:frame><draw:text-box><text:p>cadre</text:p></draw:text-box></draw:frame>",
        "<draw:ellipse><text:p>forme <text:span>ronde</text:span></text:p></draw:ellipse>",
        "<draw:a><draw:frame><text:p>image</text:p></draw:frame></draw:a>",
        "<table:detective/><table:cell-range-source/>",
        sheet(row(cell("dedans"))),
        "texte hors paragraphe",
    ],
)
@pytest.mark.parametrize("order", ["before", "after"])
def test_what_only_accompanies_a_cell_is_not_its_value(unread, order):
    content = f"{unread}<text:p>le nom</text:p>"
    if order == "after":
        content = f"<text:p>le nom</text:p>{unread}"

    assert read_cell(text_cell(content)) == "le nom"


@pytest.mark.parametrize(
    "unread",
    [
        (
            "<text:note><text:note-citation>1</text:note-citation>"
            "<text:note-body><text:p>en bas</text:p></text:note-body></text:note>"
        ),
        "<office:annotation><text:p>remarque</text:p></office:annotation>",
        "<draw:frame><draw:text-box><text:p>cadre</text:p></draw:text-box></draw:frame>",
        "<text:tracked-changes><text:deletion>ôté</text:deletion></text:tracked-changes>",
    ],
)
def test_what_only_accompanies_a_word_is_not_its_text(unread):
    assert read_cell(cell(f"le {unread}nom")) == "le nom"


def test_recorded_changes_are_not_rows():
    changes = (
        "<table:tracked-changes><table:deletion><table:cell-content-deletion>"
        f"{sheet(HEADER, row(cell('supprimé')))}</table:cell-content-deletion></table:deletion>"
        "</table:tracked-changes>"
    )
    file = package(document(changes, sheet(HEADER, row(cell("C1")))))

    assert read_rows(file) == [(2, ["C1"])]


@pytest.mark.parametrize(
    ("attributes", "shown", "value"),
    [
        ('office:value-type="float" office:value="42"', "42", 42),
        ('office:value-type="float" office:value="42.0"', "42", 42),
        ('office:value-type="float" office:value="4.2E1"', "42", 42),
        ('office:value-type="float" office:value="-7"', "-7", -7),
        ('office:value-type="float" office:value="33600000000"', "3,36E+10", 33600000000),
        ('office:value-type="float" office:value="3.36E+10"', "", 33600000000),
        ('office:value-type="float" office:value="612345678"', "06 12 34 56 78", "06 12 34 56 78"),
        ('office:value-type="float" office:value="1000"', "1 000,00", 1000),
        ('office:value-type="currency" office:currency="EUR" office:value="5"', "5,00 €", 5),
        ('office:value-type="float" office:value="2.5"', "2,5", "2,5"),
        ('office:value-type="float" office:value="2.5"', "3", "2.5"),
        ('office:value-type="float" office:value="2.5"', "", "2.5"),
        ('office:value-type="float" office:value="0.1"', "", "0.1"),
        ('office:value-type="percentage" office:value="0.5"', "50 %", "50 %"),
        ('office:value-type="percentage" office:value="0.5"', "", "0.5"),
        ('office:value-type="date" office:date-value="2026-11-24"', "24/11/2026", "24/11/2026"),
        ('office:value-type="date" office:date-value="2026-11-24"', "", "2026-11-24"),
        ('office:value-type="time" office:time-value="PT08H30M"', "08:30", "08:30"),
        ('office:value-type="time" office:time-value="PT08H30M"', "", "PT08H30M"),
        ('office:value-type="boolean" office:boolean-value="true"', "VRAI", "VRAI"),
        ('office:value-type="boolean" office:boolean-value="true"', "", "VRAI"),
        ('office:value-type="boolean" office:boolean-value="false"', "", "FAUX"),
        ('office:value-type="string" office:string-value="le nom"', "", "le nom"),
        ('office:value-type="string" office:string-value="le nom"', "le nom", "le nom"),
        ('office:value-type="string"', "=1+1", "=1+1"),
        ('office:value-type="string"', "0042", "0042"),
        ("", "sans type", "sans type"),
        ('office:value-type="inconnu"', "montré", "montré"),
        ('office:value-type="float" office:value="NaN"', "NaN", "NaN"),
        ('office:value-type="float" office:value="NaN"', "", "NaN"),
        ('office:value-type="float" office:value="INF"', "#DIV/0!", "#DIV/0!"),
        ('office:value-type="float" office:value="n\'importe quoi"', "montré", "montré"),
        ('office:value-type="float"', "montré", "montré"),
        ('office:value-type="float" office:value="1E+400"', "1E+400", "1E+400"),
    ],
)
def test_a_cell_is_its_whole_number_or_else_what_it_shows(attributes, shown, value):
    found = read_cell(number(attributes, shown))

    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("attributes", "shown", "value"),
    [
        ('office:value-type="float" office:value="42"', "42", 42),
        ('office:value-type="string" office:string-value="Ève"', "Ève", "Ève"),
        ('office:value-type="string" office:string-value="Ève"', "", "Ève"),
        ('office:value-type="string" office:string-value=""', "#N/D", "#N/D"),
    ],
)
def test_a_formula_is_its_cached_result(attributes, shown, value):
    assert read_cell(number(f'table:formula="of:=1+1" {attributes}', shown)) == value


@pytest.mark.parametrize("visibility", ["collapse", "filter"])
def test_hidden_and_filtered_rows_are_read(visibility):
    hidden = row(cell("C1"), attributes=f'table:visibility="{visibility}"')

    assert read_rows(ods(hidden, row(cell("C2")))) == [(2, ["C1"]), (3, ["C2"])]


def test_covered_cells_keep_their_place_and_are_not_read():
    merged = row(
        cell("C1", 'table:number-columns-spanned="2"'),
        f"<table:covered-table-cell>{paragraph('caché')}</table:covered-table-cell>",
        cell("3"),
    )
    wide = row('<table:covered-table-cell table:number-columns-repeated="2"/>', cell("4"))

    assert read_rows(ods(merged, wide)) == [(2, ["C1", "", "3"]), (3, ["", "", "4"])]


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        ([cell("a", 'table:number-columns-repeated="3"')], ["a", "a", "a"]),
        (
            ['<table:table-cell table:number-columns-repeated="2"/>', cell("b")],
            ["", "", "b"],
        ),
        (
            [
                cell("a", 'table:number-columns-repeated="1"'),
                cell("b", 'table:number-columns-repeated="2"'),
            ],
            ["a", "b", "b"],
        ),
        ([cell("a"), '<table:table-cell table:number-columns-repeated="16383"/>'], ["a"]),
        ([cell("a", 'table:number-columns-repeated="16384"')], ["a", "a", "a"]),
        ([cell("a"), "<table:table-cell/>", "<table:table-cell/>"], ["a"]),
        ([cell("a", 'table:number-columns-repeated="0"')], ["a"]),
        (
            [
                number(
                    'office:value-type="float" office:value="7" table:number-columns-repeated="2"'
                )
            ],
            [7, 7],
        ),
    ],
)
def test_repeated_columns_are_what_they_repeat(cells, values):
    assert read_rows(ods(row(*cells))) == [(2, values)]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (
            [row(cell("a"), attributes='table:number-rows-repeated="3"')],
            [(2, "a"), (3, "a"), (4, "a")],
        ),
        (
            [
                row(attributes='table:number-rows-repeated="5"'),
                row(cell("b")),
                row("<table:table-cell/>", attributes='table:number-rows-repeated="2"'),
                row(cell("c")),
            ],
            [(7, "b"), (10, "c")],
        ),
        (
            [
                row(cell("a"), attributes='table:number-rows-repeated="2"'),
                row(cell("a"), attributes='table:number-rows-repeated="2"'),
                row(cell("b")),
            ],
            [(2, "a"), (3, "a"), (4, "a"), (5, "a"), (6, "b")],
        ),
    ],
)
def test_repeated_rows_are_what_they_repeat(rows, found):
    assert read_rows(ods(*rows)) == [(line, [value]) for line, value in found]


def test_a_repeated_header_is_a_row_like_another_below_the_first():
    header = row(*map(cell, TITLES), attributes='table:number-rows-repeated="2"')

    assert read(ods(row(cell("C1")), header=header)) == [
        (1, list(TITLES)),
        (2, list(TITLES)),
        (3, ["C1"]),
    ]


def test_a_sheet_blank_to_its_last_row_and_column_is_read():
    blank = row(
        '<table:table-cell table:number-columns-repeated="16384"/>',
        attributes='table:number-rows-repeated="1048574"',
    )

    assert read_rows(ods(blank, row(cell("fin")))) == [(1_048_576, ["fin"])]


@pytest.mark.parametrize(
    "group",
    [
        "table:table-row-group",
        "table:table-header-rows",
        "table:table-rows",
    ],
)
def test_rows_are_found_in_groups(group):
    nested = f"<{group}><table:table-row-group>{row(cell('C2'))}</table:table-row-group></{group}>"
    file = ods(row(cell("C1")), nested, row(cell("C3")))

    assert read_rows(file) == [(2, ["C1"]), (3, ["C2"]), (4, ["C3"])]


def test_the_header_may_stand_in_header_rows_below_columns_and_shapes():
    parts = (
        "<table:title>Contacts</table:title>",
        "<table:table-columns><table:table-column/></table:table-columns>",
        "<table:shapes><draw:frame><text:p>logo</text:p></draw:frame></table:shapes>",
    )
    header = f"{''.join(parts)}<table:table-header-rows>{HEADER}</table:table-header-rows>"

    assert read(ods(row(cell("C1")), header=header)) == [(1, list(TITLES)), (2, ["C1"])]


def test_titles_and_blank_rows_may_stand_above_the_header():
    above = row(cell("Nos contacts")) + row(attributes='table:number-rows-repeated="3"')

    assert read(ods(row(cell("C1")), header=above + HEADER)) == [(5, list(TITLES)), (6, ["C1"])]


def test_the_first_sheet_with_the_header_is_read_and_no_other():
    file = package(
        document(
            sheet(row(cell("Couverture")), row(cell("Référence"))),
            sheet(),
            sheet(HEADER, row(cell("C1"))),
            sheet(HEADER, row(cell("ailleurs"))),
            sheet(row(cell("Mode d'emploi")), row(cell("texte"))),
        )
    )

    assert read(file) == [(1, list(TITLES)), (2, ["C1"])]


def test_sheets_beside_a_long_one_are_not_read_either():
    rows = [row(cell(f"C{n}"), cell("a" * 100)) for n in range(2_000)]
    file = package(document(sheet(HEADER, *rows), sheet(HEADER, row(cell("ailleurs")))))

    assert read_rows(file) == [(n + 2, [f"C{n}", "a" * 100]) for n in range(2_000)]


def test_values_right_of_the_last_title_are_no_part_of_a_row():
    assert read_rows(ods(row(cell("C1"), cell(""), cell("2"), cell("à côté")))) == [
        (2, ["C1", "", "2"])
    ]


def test_a_title_may_be_missing_above_a_column():
    header = row(cell("Référence"), "<table:table-cell/>", cell("Type"))

    assert read(ods(row(cell("C1"), cell("x"), cell("2")), header=header)) == [
        (1, ["Référence", "", "Type"]),
        (2, ["C1", "x", "2"]),
    ]


# --- The XML around the values --------------------------------------------------------------

ROWS = (row(cell("C1 é"), cell("a &lt;b&gt; &amp; c"), cell("2")), row(cell("C2")))
READ = [(2, ["C1 é", "a <b> & c", "2"]), (3, ["C2"])]


def test_other_prefixes_name_the_same_elements():
    xml = document(sheet(HEADER, *ROWS))
    for prefix, other in (("office", "o"), ("table", "text2"), ("text", "ns0")):
        xml = xml.replace(f"xmlns:{prefix}=", f"xmlns:{other}=")
        xml = xml.replace(f"<{prefix}:", f"<{other}:").replace(f"</{prefix}:", f"</{other}:")
        xml = xml.replace(f" {prefix}:", f" {other}:")

    assert "table:table-row" not in xml
    assert read_rows(package(xml)) == READ


def test_elements_of_other_vocabularies_are_not_taken_for_rows():
    xml = document(sheet(HEADER, '<x:table-row xmlns:x="urn:x">faux</x:table-row>', *ROWS))

    assert read_rows(package(xml)) == READ


@pytest.mark.parametrize(
    ("encoding", "declared"), [("utf-16", "UTF-16"), ("iso-8859-1", "ISO-8859-1")]
)
def test_the_xml_may_be_in_another_encoding(encoding, declared):
    xml = document(sheet(HEADER, *ROWS)).replace("UTF-8", declared)

    assert read_rows(package(xml.encode(encoding))) == READ


def test_indented_xml_reads_the_same():
    xml = document(sheet(HEADER, *ROWS))
    xml = xml.replace("><table:", ">\n    <table:").replace("><text:", ">\r\n\t\t<text:")

    assert read_rows(package(xml)) == READ


def test_comments_instructions_and_cdata_of_the_xml_change_nothing():
    xml = document(
        sheet(
            "<!-- <table:table-row/> -->",
            HEADER,
            row(cell("C<!-- x -->1<?a b?> é"), cell("a <![CDATA[<b> & c]]>"), cell("&#50;")),
            row(cell("C2")),
        )
    )

    assert read_rows(package(xml)) == READ


def test_a_value_is_whole_wherever_the_pieces_of_the_file_part():
    texts = [f"{'é€😀'[n % 3] * (n % 50)} &amp;\u00a0{n}" for n in range(5_000)]
    file = ods(*(row(cell("C"), cell(text)) for text in texts))

    assert [cells[1] for _, cells in read_rows(file)] == [
        text.replace("&amp;", "&") for text in texts
    ]


@pytest.mark.parametrize(
    "mimetype",
    [
        None,
        "application/vnd.oasis.opendocument.spreadsheet-template",
        "application/vnd.oasis.opendocument.spreadsheet\n",
    ],
)
def test_a_template_or_a_missing_mimetype_is_read_too(mimetype):
    assert read_rows(package(document(sheet(HEADER, *ROWS)), mimetype=mimetype)) == READ


def test_the_order_of_the_package_and_pictures_in_it_do_not_matter():
    file = package(
        HEAD + sheet(HEADER, *ROWS) + TAIL,
        **{"META-INF/manifest.xml": "<manifest/>", "Pictures/1.png": "\x89PNG" * 1_000},
    )

    assert read_rows(file) == READ
