"""What each row of a file becomes, after the ways in which people edit an export.

Each import of an example is undone, and leaves exactly what was before. Each contact is named with
the fields that changed.
"""

import pytest

from contacts.models import CONTACT_FIELDS, Contact
from importexport.runs.steps import ask_to_undo
from importexport.runs.undo import undo_run
from tests.factories import ContactFactory, MemberFactory, UserFactory
from tests.importexport.files_made import csv_file, untouched
from tests.importexport.importing import run_import

TITLES = ("Référence", "Dénomination", "Mail", "Tel", "Type")
PHONES = {"Anne": "0601", "Bruno": "0602", "Chloé": "0603", "Zoé": "0609"}


@pytest.fixture
def site(db):
    """Member C1, with Anne, Bruno, whose address is refused, and Chloé; member C2, with Zoé."""
    someone = UserFactory()
    for reference, names in (("C1", ("Anne", "Bruno", "Chloé")), ("C2", ("Zoé",))):
        member = MemberFactory(reference=reference)
        for name in names:
            of_name = {"email": mail(name), "phones": PHONES[name], "note": f"Note de {name}"}
            ContactFactory(member=member, name=name, updated_by=someone, **of_name)
    Contact.objects.filter(name="Bruno").update(refused_address=mail("Bruno"))


def mail(name):
    return f"{name[0].lower()}@x.fr"


def row(name, email=None, phones=None, type=4, member="C1"):
    email = mail(name) if email is None else email
    return [member, name, email, PHONES.get(name, "") if phones is None else phones, type]


ANNE, BRUNO, CHLOE = row("Anne"), row("Bruno"), row("Chloé")
ZOE = row("Zoé", member="C2")
ALL = [ANNE, BRUNO, CHLOE, ZOE]


def by_key():
    return {contact["id"]: contact for contact in untouched()}


def became(before):
    """Return what became of the site: for each contact its name of now, and what changed in it.

    In the order of the site; removed ones are last.
    """
    after = by_key()
    order = Contact.objects.order_by("member__reference", "position").values_list("pk", flat=True)
    found = []
    for key in order:
        contact = after[key]
        if key not in before:
            found.append(f"{contact['name']}: new")
            continue
        changed = [field for field in CONTACT_FIELDS if contact[field] != before[key][field]]
        former = "" if "name" not in changed else f" (was {before[key]['name']})"
        found.append(f"{contact['name']}{former}: {', '.join(changed) or 'same'}")
    return found + [f"{before[key]['name']}: removed" for key in before if key not in after]


def becomes(*rows, **mode):
    """Import rows, undo the import exactly, and return what had become of the site."""
    at_first, before = untouched(), by_key()
    run, _ = run_import(csv_file(*rows, titles=TITLES), **mode)
    found = became(before)
    if at_first != untouched():
        ask_to_undo(run, None)
        undo_run(run.pk)
    assert untouched() == at_first
    return found


def synchronised(*rows):
    return becomes(*rows, sync=True)


def updated(*rows):
    return becomes(*rows, update=True)


def test_names_swapped_between_two_contacts_stay_with_the_mails(site):
    expected = ["Bruno (was Anne): name", "Anne (was Bruno): name", "Chloé: same", "Zoé: same"]
    rows = [["C1", "Bruno", "a@x.fr", "0601", 4], ["C1", "Anne", "b@x.fr", "0602", 4], CHLOE, ZOE]
    assert synchronised(*rows) == expected
    assert updated(*rows) == expected


def test_a_mail_moved_to_another_contact_takes_that_contacts_place(site):
    # Anne's mail stands in Bruno's row: the row with the mail is Anne. Her own row has her name,
    # which no contact that is left has, and her phone likewise: it is a new contact.
    rows = [row("Anne", email=""), row("Bruno", email="a@x.fr"), CHLOE, ZOE]
    assert synchronised(*rows) == [
        "Anne: new",
        "Bruno (was Anne): name, phones",
        "Chloé: same",
        "Zoé: same",
        "Bruno: removed",
    ]
    assert updated(*rows) == [
        "Bruno (was Anne): name, phones",
        "Bruno: same",
        "Chloé: same",
        "Anne: new",
        "Zoé: same",
    ]


def test_a_mail_given_to_a_second_contact_as_well_leaves_both_by_their_names(site):
    rows = [ANNE, row("Bruno", email="a@x.fr"), CHLOE, ZOE]
    expected = ["Anne: same", "Bruno: email", "Chloé: same", "Zoé: same"]
    assert synchronised(*rows) == updated(*rows) == expected


def test_mails_swapped_between_two_contacts_take_all_else_along(site):
    rows = [row("Anne", email="b@x.fr"), row("Bruno", email="a@x.fr"), CHLOE, ZOE]
    assert synchronised(*rows) == [
        "Anne (was Bruno): name, phones",
        "Bruno (was Anne): name, phones",
        "Chloé: same",
        "Zoé: same",
    ]


def test_a_member_pasted_twice_is_there_twice(site):
    doubled = [ANNE, BRUNO, CHLOE, ANNE, BRUNO, CHLOE, ZOE]
    expected = [
        *("Anne: same", "Bruno: same", "Chloé: same"),
        *("Anne: new", "Bruno: new", "Chloé: new"),
        "Zoé: same",
    ]
    assert synchronised(*doubled) == updated(*doubled) == expected


def test_two_rows_of_one_contact_that_both_changed_are_two_new_contacts(site):
    # Which of them is Anne, nothing tells: they share her mail, her name and her phone.
    rows = [row("Anne", type=1), row("Anne", type=2), BRUNO, CHLOE, ZOE]
    assert synchronised(*rows) == [
        *("Anne: new", "Anne: new", "Bruno: same", "Chloé: same", "Zoé: same"),
        "Anne: removed",
    ]
    assert updated(*rows) == [
        *("Anne: same", "Bruno: same", "Chloé: same", "Anne: new", "Anne: new", "Zoé: same"),
    ]


def test_of_two_rows_of_one_contact_the_unchanged_one_is_that_contact(site):
    rows = [row("Anne", type=1), ANNE, BRUNO, CHLOE, ZOE]
    assert synchronised(*rows) == [
        *("Anne: new", "Anne: same", "Bruno: same", "Chloé: same", "Zoé: same"),
    ]


def test_of_two_contacts_alike_one_row_keeps_the_first(site):
    anne = Contact.objects.get(name="Anne")
    anne.pk = None
    anne.position = 9
    anne.save(force_insert=True)
    assert synchronised(*ALL) == [
        *("Anne: same", "Bruno: same", "Chloé: same", "Zoé: same"),
        "Anne: removed",
    ]
    assert updated(*ALL) == [
        *("Anne: same", "Bruno: same", "Chloé: same", "Anne: same", "Zoé: same"),
    ]


def test_two_contacts_alike_whose_rows_both_changed_are_new_contacts(site):
    anne = Contact.objects.get(name="Anne")
    anne.pk = None
    anne.position = 9
    anne.save(force_insert=True)
    changed = row("Anne", type=1)
    assert synchronised(changed, BRUNO, CHLOE, changed, ZOE) == [
        *("Anne: new", "Bruno: same", "Chloé: same", "Anne: new", "Zoé: same"),
        *("Anne: removed", "Anne: removed"),
    ]


def test_a_file_sorted_otherwise_only_moves_contacts(site):
    rows = [ZOE, CHLOE, BRUNO, ANNE]
    in_order = ["Chloé: same", "Bruno: same", "Anne: same", "Zoé: same"]
    assert synchronised(*rows) == in_order
    assert updated(*rows) == ["Anne: same", "Bruno: same", "Chloé: same", "Zoé: same"]


def test_a_file_sorted_otherwise_and_changed_moves_and_modifies(site):
    rows = [ZOE, row("Chloé", phones="07"), BRUNO, row("Anne", type=1)]
    assert synchronised(*rows) == ["Chloé: phones", "Bruno: same", "Anne: type", "Zoé: same"]
    assert updated(*rows) == ["Anne: type", "Bruno: same", "Chloé: phones", "Zoé: same"]


def test_rows_moved_to_another_member_are_new_contacts_there(site):
    rows = [ANNE, row("Bruno", member="C2"), row("Chloé", member="C2"), ZOE]
    assert synchronised(*rows) == [
        *("Anne: same", "Bruno: new", "Chloé: new", "Zoé: same"),
        *("Bruno: removed", "Chloé: removed"),
    ]
    assert updated(*rows) == [
        *("Anne: same", "Bruno: same", "Chloé: same", "Zoé: same", "Bruno: new", "Chloé: new"),
    ]


def test_a_refused_address_stays_refused_with_the_new_contact_of_its_member(site):
    # Two rows of one address: neither is Bruno, and the address is refused all the same.
    rows = [ANNE, row("Bruno", type=1), row("Bruno", type=2), CHLOE, ZOE]
    run_import(csv_file(*rows, titles=TITLES), sync=True)
    marked = Contact.objects.exclude(refused_address="").values_list("name", "refused_address")
    assert list(marked) == [("Bruno", "b@x.fr")] * 2


def test_all_rows_with_another_type_are_all_the_same_contacts(site):
    rows = [[*each[:4], 1] for each in ALL]
    expected = ["Anne: type", "Bruno: type", "Chloé: type", "Zoé: type"]
    assert synchronised(*rows) == updated(*rows) == expected


def test_all_rows_with_other_addresses_are_the_same_contacts_by_their_names(site):
    rows = [row(each[1], email=f"{each[1][0]}@neuf.fr", member=each[0]) for each in ALL]
    expected = ["Anne: email", "Bruno: email", "Chloé: email", "Zoé: email"]
    assert synchronised(*rows) == updated(*rows) == expected


def test_all_rows_with_other_names_and_addresses_are_the_same_contacts_by_their_phones(site):
    rows = [[each[0], f"{each[1]} Martin", "", each[3], 4] for each in ALL]
    expected = [f"{n} Martin (was {n}): name, email" for n in ("Anne", "Bruno", "Chloé", "Zoé")]
    assert synchronised(*rows) == updated(*rows) == expected


def test_all_rows_changed_throughout_are_new_contacts(site):
    rows = [[each[0], f"{each[1]} B", f"n{n}@neuf.fr", f"0{n}", 1] for n, each in enumerate(ALL)]
    new = ["Anne B: new", "Bruno B: new", "Chloé B: new", "Zoé B: new"]
    gone = ["Anne: removed", "Bruno: removed", "Chloé: removed", "Zoé: removed"]
    assert synchronised(*rows) == new + gone
    assert updated(*rows) == [
        *("Anne: same", "Bruno: same", "Chloé: same", *new[:3], "Zoé: same", new[3]),
    ]


def test_contacts_whose_column_of_names_was_sorted_alone_are_found_by_their_mails(site):
    sorted_alone = zip(("Chloé", "Anne", "Bruno"), ALL[:3], strict=True)
    rows = [["C1", name, *each[2:]] for name, each in sorted_alone]
    assert synchronised(*rows, ZOE) == [
        "Chloé (was Anne): name",
        "Anne (was Bruno): name",
        "Bruno (was Chloé): name",
        "Zoé: same",
    ]
