"""The plan alone, without a database: contacts are named by one letter."""

from hypothesis import given
from hypothesis import strategies as st

from importexport.rows.columns import ContactRow
from importexport.runs.pairs import StoredContact
from importexport.runs.plan import plan_addition, plan_synchronisation
from importexport.runs.planned import Removal


def rows(*said):
    """Make rows of the file: `A1` is contact A of member 1."""
    return [ContactRow(line, int(row[1]), contact(row[0])) for line, row in enumerate(said, 2)]


def contact(name):
    return (name, "", "", "", "", "", 4)


def site(**members):
    """Make stored contacts: `m1="AB"` has A at position 1, B at 2; a space leaves one free."""
    stored = {}
    for name, letters in members.items():
        places = [(place, letter) for place, letter in enumerate(letters, 1) if letter != " "]
        stored[int(name[1:])] = [
            StoredContact(100 * int(name[1:]) + place, place, contact(letter))
            for place, letter in places
        ]
    return stored


def added(plan):
    return [(made.member_id, made.position, made.values[0]) for made in plan.added]


def numbers(plan):
    return len(plan.added), len(plan.moved), len(plan.removed), plan.kept_count


def applied(plan, stored):
    """Return what each member has afterwards, as places and values from top to bottom."""
    places = {move.id: move.position for move in plan.moved}
    gone = {removal.id for removal in plan.removed}
    assert not places.keys() & gone
    result = {member: [] for member in stored}
    for member, contacts in stored.items():
        for one in contacts:
            if one.id not in gone:
                place = places.get(one.id, one.position)
                result[member].append((place, one.values))
    for made in plan.added:
        result.setdefault(made.member_id, []).append((made.position, made.values))
    return {member: sorted(contacts) for member, contacts in result.items() if contacts}


def test_rows_are_added_below_in_the_order_of_the_file():
    plan = plan_addition(rows("B1", "C2", "A1", "B1"), site(m1="  X   Y"))
    assert added(plan) == [(1, 8, "B"), (2, 1, "C"), (1, 9, "A"), (1, 10, "B")]
    assert (plan.row_count, plan.member_count) == (4, 2)
    assert numbers(plan) == (4, 0, 0, 0)


def test_the_site_becomes_the_file():
    stored = site(m1="AB", m2="C", m3="DE")
    plan = plan_synchronisation(rows("B1", "X1", "C2"), stored)
    assert list(applied(plan, stored).items()) == [
        (1, [(2, contact("B")), (3, contact("X"))]),
        (2, [(1, contact("C"))]),
    ]
    assert (plan.row_count, plan.member_count, plan.emptied_member_count) == (3, 2, 1)
    assert numbers(plan) == (1, 0, 3, 2)


def test_nothing_is_planned_where_the_site_is_the_file_already():
    plan = plan_synchronisation(rows("A1", "A1", "C2", "B1"), site(m1="A A B", m2="  C"))
    assert numbers(plan) == (0, 0, 0, 4)


def test_another_order_only_moves():
    plan = plan_synchronisation(rows("B1", "A1", "C1"), site(m1="ABC"))
    assert numbers(plan) == (0, 2, 0, 3)


def test_the_same_row_twice_keeps_both_and_removes_the_third():
    plan = plan_synchronisation(rows("A1", "A1"), site(m1="AAA"))
    assert (numbers(plan), plan.removed) == ((0, 0, 1, 2), [Removal(1, 103, 3)])


def test_a_contact_is_not_kept_for_another_member():
    plan = plan_synchronisation(rows("A2"), site(m1="A"))
    assert numbers(plan) == (1, 0, 1, 0)


FILES = st.lists(st.builds("{}{}".format, st.sampled_from("ABC"), st.sampled_from("123")))
SITES = st.fixed_dictionaries({}, optional={f"m{n}": st.text("ABC ", max_size=8) for n in "1234"})


@given(FILES, SITES)
def test_whatever_there_was_the_site_becomes_exactly_the_file(said, members):
    stored = {member: contacts for member, contacts in site(**members).items() if contacts}
    plan = plan_synchronisation(rows(*said), stored)
    expected = {}
    for row in rows(*said):
        expected.setdefault(row.member_id, []).append(row.values)
    found = applied(plan, stored)
    assert {member: [v for _, v in contacts] for member, contacts in found.items()} == expected
    for contacts in found.values():
        places = [place for place, _ in contacts]
        assert places[0] >= 1
        assert len(set(places)) == len(places)
    count = sum(map(len, stored.values()))
    assert count == plan.kept_count + len(plan.removed)
    assert len(said) == plan.kept_count + len(plan.added)
    assert plan.emptied_member_count == len(stored.keys() - expected.keys())
    _check_members(plan, stored)


def _check_members(plan, stored):
    """Assert that the numbers of each member are those of its changes."""
    for member in plan.members:
        key = member.member_id
        assert member.added == sum(made.member_id == key for made in plan.added)
        assert member.removed == sum(removal.member_id == key for removal in plan.removed)
        assert member.moved == sum(move.member_id == key for move in plan.moved)
        before = stored.get(key, [])
        assert member.kept + member.moved + member.removed == len(before)
        assert member.last_position == (before[-1].position if before else 0)


@given(FILES, SITES)
def test_an_addition_leaves_all_there_was_and_adds_the_file_below(said, members):
    stored = {member: contacts for member, contacts in site(**members).items() if contacts}
    plan = plan_addition(rows(*said), stored)
    assert not plan.moved
    assert not plan.removed
    for member, contacts in applied(plan, stored).items():
        before = [(one.position, one.values) for one in stored.get(member, [])]
        mine = [row.values for row in rows(*said) if row.member_id == member]
        assert contacts[: len(before)] == before
        assert [values for _, values in contacts[len(before) :]] == mine
        assert len({place for place, _ in contacts}) == len(contacts)


@given(SITES)
def test_what_was_exported_changes_nothing(members):
    stored = {member: contacts for member, contacts in site(**members).items() if contacts}
    said = [f"{c.values[0]}{member}" for member, contacts in stored.items() for c in contacts]
    plan = plan_synchronisation(rows(*said), stored)
    assert numbers(plan) == (0, 0, 0, len(said))
