"""The app's declaration."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The accounts app."""

    name = "accounts"
    verbose_name = "Comptes"

    def ready(self) -> None:
        """Have sessions begin with the sign-in."""
        from accounts import session_end  # noqa: F401 (its signals)
