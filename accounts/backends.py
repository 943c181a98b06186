"""How the site finds the account of a request."""

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.db.models import Exists, OuterRef
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import User


class AccountBackend(ModelBackend):
    """Finds an account together with whether it has a second factor: one query for both."""

    def get_user(self, user_id: int) -> User | None:
        """Return the account of that number, unless it is closed."""
        device = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        accounts = get_user_model()._default_manager.annotate(has_second_factor=Exists(device))
        user = accounts.filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
