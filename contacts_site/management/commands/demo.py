"""Fill an empty database with the demo."""

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from contacts_site.demo.filling import (
    ADMINISTRATOR_ACCOUNT,
    BACK_OFFICE_ACCOUNT,
    PASSWORD,
    NotEmpty,
    demo_accounts_are_open,
    fill,
)
from members.models import MemberKind

ACCOUNTS = (
    f"Comptes : {BACK_OFFICE_ACCOUNT} (back-office) et {ADMINISTRATOR_ACCOUNT} (administrateur), "
    f"mot de passe {PASSWORD}."
)


class Command(BaseCommand):
    """`manage.py demo`: about 300 invented members, their contacts, and two accounts."""

    help = (
        "Remplit une base vide avec des membres et des contacts inventés, toujours les mêmes, "
        "et deux comptes pour se connecter."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer to do nothing, rather than refuse, where there is data."""
        parser.add_argument(
            "--if-empty",
            action="store_true",
            help="ne rien faire, au lieu de refuser, si la base a des membres ou des comptes",
        )

    def handle(self, *_arguments: Any, **options: Any) -> None:
        """Fill the database and say with what; refuse one that has members or accounts."""
        try:
            counts = fill()
        except NotEmpty:
            if not options["if_empty"]:
                raise CommandError(
                    "La base contient déjà des membres ou des comptes. La démonstration ne "
                    "remplit qu'une base vide ; rien n'a été modifié."
                ) from None
            if demo_accounts_are_open():
                self.stdout.write(ACCOUNTS)
            return
        self.stdout.write(_summary(counts))
        self.stdout.write(ACCOUNTS)


def _summary(counts: Counter[str]) -> str:
    members = sum(counts[kind] for kind in MemberKind.values)
    return (
        f"Données de démonstration : {members} membres "
        f"({counts[MemberKind.PROFESSIONAL]} clients professionnels, "
        f"{counts[MemberKind.SUPPLIER]} fournisseurs, "
        f"{counts[MemberKind.INDIVIDUAL]} particuliers) et {counts['contacts']} contacts."
    )
