"""The member that notifications are tried on, for the tests of the API and of notifications."""

import pytest

from contacts.models import ContactType
from tests.factories import ContactFactory, MemberFactory


@pytest.fixture
def member(db):
    """Member C1, whose accountant hears of invoices."""
    member = MemberFactory(reference="C1", email="a@x.fr")
    ContactFactory(member=member, email="b@x.fr", type=ContactType.ADMINISTRATIVE)
    ContactFactory(member=member, email="c@x.fr", type=ContactType.ORDERS)
    return member
