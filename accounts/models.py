"""The accounts of the people who work with the site."""

from django.contrib.auth.models import AbstractUser
from django.utils.translation import gettext_lazy

from base.address_fields import AddressField
from base.characters import validate_storable
from base.text_fields import LineField


class User(AbstractUser):
    """An account; its texts are checked as all others of the site, also in the admin."""

    first_name = LineField(
        gettext_lazy("first name"), max_length=150, blank=True, validators=[validate_storable]
    )
    last_name = LineField(
        gettext_lazy("last name"), max_length=150, blank=True, validators=[validate_storable]
    )
    email = AddressField(gettext_lazy("email address"), blank=True)
