"""Which contact each row of a file is, without a database."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.addresses import address_key
from base.text import fold, phone_digits
from contacts.models import CONTACT_FIELDS
from importexport.rows.columns import ContactRow
from importexport.runs.pairs import FileColumns, StoredContact, pair_rows
from importexport.runs.plan import plan_addition, plan_synchronisation, plan_update

ALL = FileColumns()


def values(name="", email="", phones="", note="", job_title="", fax="", type=2):
    given = {"name": name, "note": note, "job_title": job_title, "email": email}
    given |= {"phones": phones, "fax": fax, "type": type}
    return tuple(given[field] for field in CONTACT_FIELDS)


def rows(*of_each):
    return [ContactRow(line, 1, row) for line, row in enumerate(of_each, start=2)]


def contacts(*of_each):
    return [StoredContact(10 + n, n, each) for n, each in enumerate(of_each, start=1)]


def paired(file, site, columns=ALL):
    """Return the number of each row's contact, counted from 1, or None."""
    found = pair_rows(rows(*file), contacts(*site), columns)
    return [contact and contact.position for contact in found]


ANNE = values("Anne", "anne@x.fr", "0611223344", note="matin")
BRUNO = values("Bruno", "bruno@x.fr", "0755667788")


def test_a_row_is_the_contact_with_the_same_values():
    assert paired([BRUNO, ANNE], [ANNE, BRUNO]) == [2, 1]


@pytest.mark.parametrize(
    "row",
    [
        values("Anna", "anne@x.fr", "0699999999", type=4),
        values("Anna", "ANNE@X.FR"),
        values("ANNÉ", "a.dupont@x.fr"),
        values("Anna", "", "+33 6 11 22 33 44"),
        values("Anna", "", "0100000000;06.11.22.33.44"),
    ],
)
def test_a_row_with_the_mail_the_name_or_a_phone_of_a_contact_is_that_contact(row):
    assert paired([BRUNO, row], [ANNE, BRUNO]) == [2, 1]


def test_the_mail_counts_more_than_the_name_and_the_name_more_than_a_phone():
    by_mail, by_name = values("Bruno", "anne@x.fr"), values("Anne", "", "0755667788")
    assert paired([by_mail], [ANNE, BRUNO]) == [1]
    assert paired([by_name], [ANNE, BRUNO]) == [1]


def test_a_row_that_shares_nothing_is_a_new_contact():
    assert paired([values("Carl", "carl@x.fr", "0102030405")], [ANNE, BRUNO]) == [None]


def test_rivals_are_no_pair_by_what_they_share_but_by_what_is_their_own():
    desk = [values("Anne", "bureau@x.fr"), values("Bruno", "bureau@x.fr")]
    changed = [values("Bruno", "bureau@x.fr", type=4), values("Anne", "bureau@x.fr", type=4)]
    assert paired(changed, desk) == [2, 1]
    assert paired([values("Carl", "bureau@x.fr")], desk) == [None]
    assert paired([values("C", "a@x.fr"), values("D", "a@x.fr")], [values("E", "a@x.fr")]) == [
        None,
        None,
    ]


def test_a_row_with_the_phones_of_two_contacts_is_neither():
    both = values("Carl", "", "0611223344;0755667788")
    assert paired([both], [ANNE, BRUNO]) == [None]


def test_contacts_that_changed_names_keep_their_mails():
    swapped = [values("Bruno", "anne@x.fr"), values("Anne", "bruno@x.fr")]
    assert paired(swapped, [ANNE, BRUNO]) == [1, 2]


def test_one_of_two_equal_contacts_is_kept_for_one_row():
    assert paired([ANNE], [ANNE, ANNE]) == [1]
    assert paired([ANNE, ANNE, ANNE], [ANNE, ANNE]) == [1, 2, None]


def test_a_column_that_the_file_lacks_is_not_compared():
    row = values("Anne", "anne@x.fr", "0611223344")
    without_note = FileColumns(set(CONTACT_FIELDS) - {"note"})
    assert paired([row], [BRUNO, ANNE], without_note) == [2]
    plan = plan_synchronisation(rows(row), {1: contacts(ANNE)}, without_note)
    assert (plan.modified, plan.removed, plan.added, plan.kept_count) == ([], [], [], 1)
    other = plan_synchronisation(
        rows(values("Anna", "anne@x.fr")), {1: contacts(ANNE)}, without_note
    )
    assert [change.values for change in other.modified] == [
        values("Anna", "anne@x.fr", note="matin")
    ]


NAMES = st.sampled_from(["", "Anne", "ANNE", "Bruno", "Éva"])
MAILS = st.sampled_from(["", "a@x.fr", "A@x.fr", "b@x.fr", "c@école.fr"])
PHONES = st.sampled_from(["", "0611", "06 11", "0611;0722", "0722", "+33611"])
VALUES = st.builds(values, NAMES, MAILS, PHONES, type=st.sampled_from([2, 4]))
FILES = st.lists(VALUES, max_size=6)


def shared(one, other):
    names, mails, phones = (CONTACT_FIELDS.index(name) for name in ("name", "email", "phones"))
    return (
        one == other
        or (one[mails] and address_key(one[mails]) == address_key(other[mails]))
        or (one[names] and fold(one[names]) == fold(other[names]))
        or {*phone_digits(one[phones]).split()} & {*phone_digits(other[phones]).split()}
    )


@given(FILES, FILES)
def test_each_contact_has_at_most_one_row_and_shares_something_with_it(file, site):
    found = paired(file, site)
    taken = [place for place in found if place]
    assert len(set(taken)) == len(taken)
    for row, place in zip(file, found, strict=True):
        if place:
            assert shared(row, site[place - 1])


@given(FILES, st.lists(VALUES, max_size=4))
def test_the_order_of_the_file_decides_no_pair(site, file):
    expected = sorted(
        (row, site[place - 1] if place else ())
        for row, place in zip(file, paired(file, site), strict=True)
    )
    for other in permutations(file):
        found = zip(other, paired(other, site), strict=True)
        assert sorted((row, site[place - 1] if place else ()) for row, place in found) == expected


@given(FILES, FILES)
def test_a_synchronisation_leaves_the_rows_of_the_file_in_their_order(file, site):
    plan = plan_synchronisation(rows(*file), {1: contacts(*site)} if site else {})
    assert applied(plan, site) == file
    assert len(file) == len(plan.added) + len(plan.modified) + plan.kept_count
    assert len(site) == len(plan.removed) + len(plan.modified) + plan.kept_count


@given(FILES, FILES)
def test_an_update_leaves_every_contact_and_adds_the_rows_that_are_none(file, site):
    plan = plan_update(rows(*file), {1: contacts(*site)} if site else {})
    assert (plan.removed, plan.moved) == ([], [])
    result = applied(plan, site)
    assert len(result) == len(site) + len(plan.added)
    for row in file:
        assert row in result
    addition = plan_addition(rows(*file), {1: contacts(*site)} if site else {})
    assert (addition.same_count, addition.alike_count) == (plan.kept_count, len(plan.modified))


def applied(plan, site):
    """Return the values of the member's contacts afterwards, by position."""
    gone = {removal.id for removal in plan.removed}
    places = {one.id: (one.position, one.values) for one in contacts(*site) if one.id not in gone}
    for move in plan.moved:
        places[move.id] = (move.position, places[move.id][1])
    for change in plan.modified:
        assert places[change.id] == (change.previous_position, change.previous)
        places[change.id] = (change.position, change.values)
    result = [*places.values(), *((made.position, made.values) for made in plan.added)]
    assert len({place for place, _ in result}) == len(result)
    return [each for _, each in sorted(result)]
