"""The app's declaration."""

from django.apps import AppConfig


class MembersConfig(AppConfig):
    """The members app."""

    name = "members"
    verbose_name = "Membres"

    def ready(self) -> None:
        from members.former import MEMBERS

        MEMBERS.connect(self)
