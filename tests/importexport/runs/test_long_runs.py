"""The pages of a run read and show their own lines only, however many a member has."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from base.database import analyze, insert_rows
from contacts.models import Contact
from importexport.models import ChangeKind, ImportChange, ImportedMember, ImportRun, RunSource
from importexport.states import RunState
from tests.factories import MemberFactory
from tests.pages import cells, page, text

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def long_run(count):
    """Return a run that waits for its confirmation.

    It keeps as many contacts of one member, removes as many, and adds as many, each below the one
    before.
    """
    member = MemberFactory()
    now = member.created_at.isoformat(" ")
    columns = (
        "member_id",
        "position",
        "name",
        "type",
        "refused_address",
        "created_at",
        "updated_at",
    )
    insert_rows(
        Contact,
        columns,
        (
            (member.pk, place, f"Contact {place}", 4, "", now, now)
            for place in range(1, 2 * count + 1)
        ),
    )
    run = ImportRun.objects.create(
        state=RunState.READY,
        source=RunSource.BROWSER,
        file_name="long.csv",
        file_size=1,
        sha256="x",
        mode="sync",
        checked_at=member.created_at,
        added_count=count,
        removed_count=count,
        unchanged_count=count,
    )
    ImportedMember.objects.create(
        run=run,
        number=1,
        member=member,
        is_in_file=True,
        added=count,
        modified=0,
        removed=count,
        moved=0,
        kept=count,
        last_position=2 * count,
    )
    contacts = list(member.contacts.order_by("position").values_list("pk", flat=True))
    both = (run.pk, member.pk)
    added = (
        (
            run.pk,
            member.pk,
            ChangeKind.ADDED.value,
            n + 1,
            None,
            2 * count + n,
            None,
            f"Ajout {n}",
            4,
        )
        for n in range(1, count + 1)
    )
    removed = (
        (*both, int(ChangeKind.REMOVED), None, contacts[n - 1], None, n, "", None)
        for n in range(2, 2 * count + 1, 2)
    )
    columns = (
        "run_id", "member_id", "kind", "line", "contact_id", "position", "previous_position",
        "name", "type",
    )  # fmt: skip
    for rows in (added, removed):
        insert_rows(ImportChange, columns, rows)
    analyze(Contact, ImportChange)
    return run, member


def test_all_lines_of_a_member_are_there_page_by_page(administrator):
    run, member = long_run(150)
    address = f"{run.get_absolute_url()}membres/{member.pk}/"
    seen = []
    for number in (1, 2, 3):
        response = administrator.get(f"{address}?page={number}")
        seen += zip(cells(response, "Effet"), cells(response, "Dénomination"), strict=True)
    kept_and_removed = [
        ("Inchangé" if place % 2 else "Suppression", f"Contact {place}") for place in range(1, 301)
    ]
    assert seen == kept_and_removed + [("Ajout", f"Ajout {n}") for n in range(1, 151)]


def test_once_it_is_done_a_member_has_its_changes_only(administrator):
    run, member = long_run(150)
    ImportRun.objects.update(state=RunState.DONE, applied_at=run.created_at)
    response = administrator.get(f"{run.get_absolute_url()}membres/{member.pk}/?page=2")
    assert "Page 2 sur 2" in text(response)
    assert cells(response, "Effet") == ["Ajout"] * 100


@pytest.mark.parametrize(
    ("choice", "first", "more"),
    [
        ("", ["Suppression"] * 50, 250),
        ("ajouts", ["Ajout"] * 50, 100),
        ("suppressions", ["Suppression"] * 50, 100),
        ("inchanges", ["Inchangé"] * 50, 100),
    ],
)
def test_the_first_lines_of_each_kind_and_the_number_of_the_others(
    administrator, choice, first, more
):
    run, _ = long_run(150)
    response = administrator.get(f"{run.get_absolute_url()}?voir={choice}")
    assert cells(response, "Effet") == first
    assert f"Et {more} autres lignes de ce membre" in text(response)


def test_a_page_costs_the_same_for_ten_lines_and_for_twenty_thousand(administrator):
    asked, sent = {}, {}
    for count in (10, 1_000, 20_000):
        run, member = long_run(count)
        addresses = {
            "run": run.get_absolute_url(),
            "first": f"{run.get_absolute_url()}membres/{member.pk}/",
            "last": f"{run.get_absolute_url()}membres/{member.pk}/?page=99999",
        }
        for name, address in addresses.items():
            with CaptureQueriesContext(connection) as queries:
                response = administrator.get(address)
            asked[count, name] = len(queries)
            sent[count, name] = len(response.content)
            assert page(response).xpath("//tbody/tr")
    assert all(number <= asked[10, name] for (_, name), number in asked.items()), asked
    assert max(sent.values()) < 300_000, sent
