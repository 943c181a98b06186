"""A stale export merged into a site that changed since: the table of the rules, then any case."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.models import CONTACT_FIELDS
from importexport.models import Side
from importexport.rows.columns import ContactRow
from importexport.runs.merge import merge_member
from importexport.runs.pairs import FileColumns, StoredContact

ALL = FileColumns()


def values(name, note="", type=4):
    """Make the values of a contact; its mail tells who it is."""
    given = {"name": name, "note": note, "email": f"{name[0].lower()}@x.fr", "type": type}
    return tuple(given.get(field, "") for field in CONTACT_FIELDS)


def contacts(*of_each):
    """Make contacts, each with the key of its mail's letter."""
    return [StoredContact(ord(one[3][0]), place, one) for place, one in enumerate(of_each, start=1)]


def rows(*of_each):
    return [ContactRow(line, 1, one) for line, one in enumerate(of_each, start=2)]


def merge(base, site, file, side=Side.SITE, columns=ALL):
    return merge_member(
        rows(*file), contacts(*base), contacts(*site), columns, lambda _conflict: side
    )


def conflicts_of(merged):
    return [one for one in merged.comparisons if one.is_conflict]


def shown(merged):
    """Return name, note and type of each contact of the outcome."""
    return [(one.values[0], one.values[1], one.values[-1]) for one in merged.contacts]


A, B, C, D = map(values, ("Anne", "Bruno", "Chloé", "Denis"))


@pytest.mark.parametrize(
    ("site", "file", "expected"),
    [
        pytest.param([values("Anne", "site")], [A], [("Anne", "site", 4)], id="only the site"),
        pytest.param([A], [values("Anne", "file")], [("Anne", "file", 4)], id="only the file"),
        pytest.param(
            [values("Anne", "both")], [values("Anne", "both")], [("Anne", "both", 4)], id="the same"
        ),
        pytest.param(
            [values("Anne", "site")],
            [values("Anne", "", 2)],
            [("Anne", "site", 2)],
            id="different fields",
        ),
        pytest.param([], [A], [], id="row unchanged, contact deleted"),
        pytest.param([A], [], [], id="row missing, contact unchanged"),
        pytest.param([A], [A, B], [("Anne", "", 4), ("Bruno", "", 4)], id="new row"),
        pytest.param([A, B], [A], [("Anne", "", 4), ("Bruno", "", 4)], id="new contact"),
        pytest.param([A, B], [A, B], [("Anne", "", 4), ("Bruno", "", 4)], id="both added it"),
    ],
)
def test_what_one_side_changed_is_taken_from_that_side(site, file, expected):
    for side in Side:
        merged = merge([A], site, file, side)
        assert shown(merged) == expected
        assert conflicts_of(merged) == []


@pytest.mark.parametrize(
    ("base", "site", "file", "of_site", "of_file"),
    [
        pytest.param(
            [A],
            [values("Anne", "site")],
            [values("Anne", "file")],
            [("Anne", "site", 4)],
            [("Anne", "file", 4)],
            id="both changed a field",
        ),
        pytest.param(
            [A],
            [values("Anne", "site")],
            [values("Anne", "file", 2)],
            [("Anne", "site", 2)],
            [("Anne", "file", 2)],
            id="both changed a field, the file another one too",
        ),
        pytest.param(
            [A],
            [],
            [values("Anne", "file")],
            [],
            [("Anne", "file", 4)],
            id="row changed, contact deleted",
        ),
        pytest.param(
            [A],
            [values("Anne", "site")],
            [],
            [("Anne", "site", 4)],
            [],
            id="row missing, contact changed",
        ),
        pytest.param(
            [],
            [values("Anne", "site")],
            [values("Anne", "file")],
            [("Anne", "site", 4)],
            [("Anne", "file", 4)],
            id="both added it, with other values",
        ),
    ],
)
def test_what_both_changed_otherwise_is_a_conflict_and_becomes_what_a_person_chooses(
    base, site, file, of_site, of_file
):
    for side, expected in ((Side.SITE, of_site), (Side.FILE, of_file)):
        merged = merge(base, site, file, side)
        assert shown(merged) == expected
        (conflict,) = conflicts_of(merged)
        assert conflict.contact_id == ord("a")
        assert conflict.base == (base[0] if base else None)
        assert conflict.site == (site[0] if site else None)
        assert conflict.file == (file[0] if file else None)


@pytest.mark.parametrize(
    ("site", "file", "expected"),
    [
        ([A, B, C], [C, A, B], "CAB"),
        ([C, A, B], [A, B, C], "CAB"),
        ([B, A, C], [C, A, B], "CAB"),
        ([A, B, C], [A, B, C], "ABC"),
        ([D, A, B, C], [C, A, B], "CABD"),
        ([D, A, B, C], [A, B, C], "DABC"),
    ],
)
def test_the_order_is_that_of_the_side_that_changed_it_and_of_the_file_where_both_did(
    site, file, expected
):
    assert "".join(name[0] for name, *_ in shown(merge([A, B, C], site, file))) == expected


def test_a_new_row_stays_below_the_row_above_it_in_the_order_of_the_site():
    new = values("Denis")
    assert [name for name, *_ in shown(merge([A, B, C], [C, A, B], [A, new, B, C]))] == [
        "Chloé",
        "Anne",
        "Denis",
        "Bruno",
    ]


def test_a_column_that_the_file_lacks_is_the_sites():
    without_note = FileColumns({*CONTACT_FIELDS} - {"note"})
    base, site = values("Anne", "then"), values("Anne", "now")
    merged = merge([base], [site], [values("Anne", "", 2)], columns=without_note)
    assert shown(merged) == [("Anne", "now", 2)]
    assert conflicts_of(merged) == []


NOTES = st.sampled_from(["", "x", "y"])
PEOPLE = st.dictionaries(
    st.sampled_from(["Anne", "Bruno", "Chloé", "Denis"]),
    st.tuples(NOTES, st.sampled_from([2, 4])),
    max_size=4,
)


def model(base, site, file, side):
    """Return who is there afterwards, and with which fields, by the rules of the table alone."""
    outcome, conflicts = {}, set()
    for name in {*base, *site, *file}:
        then, here, wanted = base.get(name), site.get(name), file.get(name)
        if then is None and here and wanted and here != wanted:
            conflicts.add(name)
            outcome[name] = wanted if side is Side.FILE else here
        elif then is None:
            outcome[name] = wanted or here
        elif here is None and wanted is None:
            continue
        elif here is None or wanted is None:
            if (here or wanted) == then:
                continue
            conflicts.add(name)
            if chosen := (wanted if side is Side.FILE else here):
                outcome[name] = chosen
        else:
            fields = []
            for before, mine, theirs in zip(then, here, wanted, strict=True):
                if mine != before and theirs not in (before, mine):
                    conflicts.add(name)
                    fields.append(theirs if side is Side.FILE else mine)
                else:
                    fields.append(theirs if mine == before else mine)
            outcome[name] = tuple(fields)
    return outcome, conflicts


@given(PEOPLE, PEOPLE, PEOPLE, st.sampled_from(Side))
def test_a_merge_gives_what_the_table_of_rules_says(base, site, file, side):
    states = [
        [values(name, *fields) for name, fields in people.items()] for people in (base, site, file)
    ]
    merged = merge(*states, side)
    outcome, conflicts = model(base, site, file, side)
    assert {name: tuple(fields) for name, *fields in shown(merged)} == outcome
    assert len(merged.contacts) == len(outcome)
    assert {chr(one.contact_id) for one in conflicts_of(merged)} == {
        name[0].lower() for name in conflicts
    }
    keys = [one.contact.id for one in merged.contacts if one.contact]
    assert len(set(keys)) == len(keys)


@given(PEOPLE, PEOPLE)
def test_an_export_that_nobody_edited_changes_nothing(base, site):
    states = [[values(name, *fields) for name, fields in people.items()] for people in (base, site)]
    merged = merge(states[0], states[1], states[0])
    assert [one.contact for one in merged.contacts] == contacts(*states[1])
    assert conflicts_of(merged) == []


@given(PEOPLE, PEOPLE)
def test_on_a_site_that_nobody_edited_the_file_is_the_outcome(base, file):
    states = [[values(name, *fields) for name, fields in people.items()] for people in (base, file)]
    merged = merge(states[0], states[0], states[1])
    assert [one.values for one in merged.contacts] == states[1]
    assert conflicts_of(merged) == []
