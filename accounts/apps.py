"""The app's declaration."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The accounts app."""

    name = "accounts"
    verbose_name = "Comptes"

    def ready(self) -> None:
        from accounts import private_pages, session_end  # noqa: F401 (connect their signals)
