"""Before an import is confirmed, its preview says who begins and who ceases to hear of what."""

from collections import Counter

import pytest
from django.core.files import File
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from base.addresses import address_key
from contacts.models import Contact, ContactType, Topic
from contacts.routing import active_topics, receivers, recipients
from importexport.models import ImportedMember, ImportMode, RunSource
from importexport.runs.apply import apply_run
from importexport.runs.check import check_run
from importexport.runs.consequences import RECEPTION, SUBJECTS, Effect, subjects_of
from importexport.runs.intake import Options, receive
from importexport.runs.routing_state import address_lines
from importexport.runs.steps import confirm
from members.models import Member
from tests.factories import ContactFactory, MemberFactory
from tests.importexport.files_made import csv_file

pytestmark = pytest.mark.django_db
TITLES = ("Référence", "Dénomination", "Mail", "Type")
MAILS = st.sampled_from(["", "a@x.fr", "A@x.fr", "b@x.fr", "c@école.fr", "c@xn--cole-9oa.fr"])
CONTACTS = st.tuples(
    st.sampled_from(["C1", "C2", "C3"]),
    st.sampled_from(["", "Anne", "Bruno"]),
    MAILS,
    st.sampled_from(ContactType.values),
)
MAIN = st.tuples(*[st.sampled_from(["", "", "b@x.fr", "c@école.fr"])] * 3)
OPTIONS = st.sampled_from(
    [
        Options(ImportMode.ADDITION),
        Options(ImportMode.UPDATE),
        Options(ImportMode.SYNCHRONISATION),
        Options(ImportMode.SYNCHRONISATION, only_members_in_file=True),
    ]
)


def fill_site(main, contacts, marks):
    Contact.objects.all().delete()
    Member.objects.all().delete()
    members = {
        f"C{number}": MemberFactory(reference=f"C{number}", email=email)
        for number, email in enumerate(main, start=1)
    }
    for (reference, name, email, kind), mark in zip(contacts, marks, strict=False):
        ContactFactory(
            member=members[reference], name=name, email=email, type=kind, refused_address=mark
        )


def checked_run(options, rows):
    file = csv_file(*rows, titles=TITLES)
    run = receive(File(file, "contacts.csv"), options, source=RunSource.COMMAND)
    check_run(run.pk)
    run.refresh_from_db()
    return run


def applied(run):
    confirm(run, run.preview_key)
    apply_run(run.pk)
    run.refresh_from_db()
    assert run.state == "done"


def hearing():
    """Return each member, address and topic as routing has it."""
    return {
        (member.pk, address_key(address), str(topic))
        for member in Member.objects.all()
        for topic in active_topics()
        for address in recipients(member, topic)
    }


def heard_subjects():
    """Return each member with each subject that it has somebody for."""
    signed_for = {(member.pk, RECEPTION) for member in Member.objects.all() if receivers(member)}
    return signed_for | {(member, topic) for member, _, topic in hearing()}


def numbered(pairs):
    counts = Counter(pairs)
    return {subject: counts[subject] for subject in SUBJECTS if counts[subject]}


def refused_addresses():
    """Return each member with each address that was refused there."""
    marks = [*Contact.objects.values_list("member", "refused_address")]
    marks += Member.objects.values_list("pk", "refused_address")
    return {(member, address_key(mark)) for member, mark in marks if mark}


def addresses_of_contacts():
    """Return the member and the address of each contact, by its key."""
    rows = Contact.objects.values_list("pk", "member", "email")
    return {pk: (member, address_key(email)) for pk, member, email in rows}


def lines(run, effect):
    """Return each member with each line that its page has for an effect."""
    members = [*Member.objects.values_list("pk", flat=True)]
    found = address_lines(run, members, effect)
    return [(member, line) for member, of_member in found.items() for line in of_member]


def announced(run, effect):
    """Return each member, address and topic of the page's lines for an effect."""
    labels = {topic.label: str(topic) for topic in Topic}
    return {
        (member, address_key(line.address), labels[label])
        for member, line in lines(run, effect)
        for label in line.topics
    }


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    main=MAIN,
    site=st.lists(CONTACTS, max_size=6),
    marks=st.lists(MAILS, min_size=6, max_size=6),
    file=st.lists(CONTACTS, min_size=1, max_size=6),
    options=OPTIONS,
    modules=st.tuples(st.booleans(), st.booleans()),
)
def test_what_is_announced_is_the_difference_of_routing_before_and_after(
    main, site, marks, file, options, modules
):
    after_sales, delivery = modules
    with override_settings(MODULE_AFTER_SALES=after_sales, MODULE_DELIVERY_TRACKING=delivery):
        fill_site(main, site, marks)
        run = checked_run(options, file)
        before, subjects, refused = hearing(), heard_subjects(), refused_addresses()
        addresses = addresses_of_contacts()
        begins, ceases = announced(run, Effect.BEGINS), announced(run, Effect.CEASES)
        again = {(member, address_key(line.address)) for member, line in lines(run, Effect.REFUSED)}
        applied(run)
        after = hearing()
        assert (begins, ceases) == (after - before, before - after)
        unheard = subjects - heard_subjects()
        brought = {
            where for pk, where in addresses_of_contacts().items() if where != addresses.get(pk)
        }
        assert again == refused & brought
        assert run.consequences == {
            "unheard": numbered(subject for _, subject in unheard),
            "begins": numbered(topic for *_, topic in begins),
            "ceases": numbered(topic for *_, topic in ceases),
            "refused": len(again),
        }
        flagged = {one.member_id: one.effects for one in ImportedMember.objects.filter(run=run)}
        assert {
            (member, subject)
            for member, effects in flagged.items()
            for subject in subjects_of(effects)
        } == unheard
        for effect, found in zip(
            (Effect.BEGINS, Effect.CEASES, Effect.REFUSED), (begins, ceases, again), strict=True
        ):
            assert {member for member, bits in flagged.items() if bits & effect} == {
                member for member, *_ in found
            }
