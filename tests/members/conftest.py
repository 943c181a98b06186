"""What the tests of members share."""

import pytest

from tests.factories import MemberFactory


@pytest.fixture
def farm(db):
    return MemberFactory(name="Ferme", reference="F1", email="ferme@x.fr")


@pytest.fixture
def mill(db):
    return MemberFactory(name="Moulin", reference="F2", email="moulin@x.fr")
