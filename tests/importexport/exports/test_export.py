import re
from datetime import UTC, datetime

import pytest
from django.utils import timezone

from importexport.files import open_table
from importexport.rows.columns import COLUMNS
from importexport.runs.intake import limits
from members.models import Member
from tests.factories import ContactFactory, MemberFactory
from tests.importexport.files_made import TITLES, named, untouched

ADDRESSES = {"ods": "/contacts/exporter/ods/", "csv": "/contacts/exporter/csv/"}
CONTENT_TYPES = {
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "csv": "text/csv; charset=utf-8",
}
both_formats = pytest.mark.parametrize("format", ["ods", "csv"])


def export(client, format):
    response = client.post(ADDRESSES[format])
    return response, b"".join(response.streaming_content)


def rows(content):
    """Return the rows of a file, titles first, each filled up to its last column."""
    table = open_table(named("x", content), lambda _: True, limits())
    found = [list(map(str, row.cells)) for row in (table.header, *table.rows)]
    return [row + [""] * (len(COLUMNS) - len(row)) for row in found]


@both_formats
def test_all_contacts_are_exported_by_reference_then_place(administrator, format):
    second = MemberFactory(reference="C2", name="Cantine")
    first = MemberFactory(reference="C1", name="Ferme")
    ContactFactory(member=second, name="Zoé", type=1)
    ContactFactory(member=first, name="Bruno", position=9, note="un\ndeux")
    values = {"job_title": "Cheffe", "email": "a@x.fr", "phones": "01;+33 6", "fax": "02"}
    ContactFactory(member=first, name="Anne", position=3, type=6, **values)
    _, content = export(administrator, format)
    all_notes = "Toutes les notifications"
    titles, *found = rows(content)
    assert titles == list(TITLES)
    filled = [
        {title: cell for title, cell in zip(TITLES, row, strict=True) if cell} for row in found
    ]
    assert filled == [
        {
            "Référence": "C1",
            "Libellé membre": "Ferme",
            "Dénomination": "Anne",
            "Fonction": "Cheffe",
            "Mail": "a@x.fr",
            "Tel": "01;+33 6",
            "Fax": "02",
            "Type": "6",
            "Libellé type": "Réceptionnaire",
        },
        {
            "Référence": "C1",
            "Libellé membre": "Ferme",
            "Dénomination": "Bruno",
            "Note": "un\ndeux",
            "Type": "4",
            "Libellé type": all_notes,
        },
        {
            "Référence": "C2",
            "Libellé membre": "Cantine",
            "Dénomination": "Zoé",
            "Type": "1",
            "Libellé type": "Notifications administratives",
        },
    ]


@both_formats
def test_without_a_contact_the_file_has_its_titles(administrator, format):
    MemberFactory()
    assert rows(export(administrator, format)[1]) == [list(TITLES)]


@both_formats
def test_a_browser_keeps_it_as_a_file_of_the_day(administrator, format):
    response, _ = export(administrator, format)
    name = f"contacts-{timezone.localdate().isoformat()}.{format}"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response["Content-Type"] == CONTENT_TYPES[format]
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 6, 30, 21, 59, tzinfo=UTC), "2026-06-30"),
        (datetime(2026, 6, 30, 22, 1, tzinfo=UTC), "2026-07-01"),
        (datetime(2026, 12, 31, 23, 1, tzinfo=UTC), "2027-01-01"),
    ],
)
@pytest.mark.django_db
def test_the_day_is_the_one_on_the_calendar_in_france(request, monkeypatch, moment, day):
    monkeypatch.setattr(timezone, "now", lambda: moment)
    response, _ = export(request.getfixturevalue("administrator"), "csv")
    assert f"contacts-{day}.csv" in response["Content-Disposition"]


@both_formats
def test_looking_changes_nothing(administrator, format):
    ContactFactory()
    before = untouched()
    export(administrator, format)
    response = administrator.head(ADDRESSES[format])
    assert response.status_code == 200
    assert b"".join(response) == b""
    assert untouched() == before


@both_formats
@pytest.mark.parametrize("count", [10, 1_000])
def test_the_number_of_queries_does_not_grow_with_the_file(
    administrator, django_assert_num_queries, format, count
):
    members = Member.objects.bulk_create(MemberFactory.build() for _ in range(count // 5))
    for place in range(1, 6):
        ContactFactory._meta.model.objects.bulk_create(
            ContactFactory.build(member=member, position=place) for member in members
        )
    with django_assert_num_queries(6):
        _, content = export(administrator, format)
    assert len(rows(content)) == count + 1


def test_a_csv_opens_well_in_a_spreadsheet(administrator):
    ContactFactory(name="=1+1", note="-x", phones="+33 6 12", member__name="@ferme")
    _, content = export(administrator, "csv")
    assert content.startswith(b"\xef\xbb\xbfR\xc3\xa9f\xc3\xa9rence;")
    line = content.decode("utf-8-sig").split("\r\n")[1]
    found = dict(zip(TITLES, line.split(";"), strict=True))
    assert re.fullmatch("C[0-9]+", found.pop("Référence"))
    assert {title: cell for title, cell in found.items() if cell} == {
        "Libellé membre": "'@ferme",
        "Dénomination": "'=1+1",
        "Note": "'-x",
        "Tel": "+33 6 12",
        "Type": "4",
        "Libellé type": "Toutes les notifications",
    }
