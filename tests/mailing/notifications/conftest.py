"""What tests of notifications may ask for."""

from tests.api.conftest import member, software

__all__ = ["member", "software"]
