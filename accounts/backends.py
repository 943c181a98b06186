"""How the site loads the account of a request."""

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.db.models import Exists, OuterRef
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import User


class AccountBackend(ModelBackend):
    """Loads an account and whether it has a second factor by one query."""

    def get_user(self, user_id: int) -> User | None:
        device = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        accounts = get_user_model()._default_manager.annotate(has_second_factor=Exists(device))
        user = accounts.filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
