"""What tests of the API may ask for."""

import pytest

from tests.api.software import Software
from tests.notified_member import member

__all__ = ["member", "software"]


@pytest.fixture
def software(member):
    return Software()
