"""`manage.py demo`: fill an empty database with invented members, contacts and accounts."""

from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from base.terminal import TerminalCommand
from contacts_site.demo.crowd import fill_with_crowd
from contacts_site.demo.loader import (
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
_NOT_EMPTY = (
    "La base contient déjà des membres ou des comptes. La démonstration ne "
    "remplit qu'une base vide ; rien n'a été modifié."
)
_REAL = (
    "Ce site est un vrai site (HTTPS)\u00a0: la démonstration y créerait un administrateur dont "
    "tout le monde connaît le mot de passe. Ajoutez --known-passwords si c'est voulu."
)


class Command(TerminalCommand):
    """Makes about 300 members, or as many as `--members` and `--contacts` say, and two accounts."""

    help = (
        "Remplit une base vide avec des membres et des contacts inventés, toujours les mêmes, "
        "et deux comptes pour se connecter."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--members", type=int, help="nombre de membres, par exemple 100000")
        parser.add_argument("--contacts", type=int, help="nombre de contacts, par exemple 500000")
        parser.add_argument(
            "--known-passwords",
            action="store_true",
            help="aussi sur un vrai site (HTTPS), où tout le monde connaîtrait ces deux comptes",
        )
        existing = parser.add_mutually_exclusive_group()
        existing.add_argument(
            "--if-empty",
            action="store_true",
            help="ne rien faire, au lieu de refuser, si la base a des membres ou des comptes",
        )
        existing.add_argument(
            "--add",
            action="store_true",
            help="avec --members : ajouter aux membres que la base a déjà",
        )

    def handle(self, *_arguments: Any, **options: Any) -> None:
        if settings.HTTPS and not options["known_passwords"]:
            self.fail([_REAL])
        try:
            counts = self._fill(options)
        except NotEmpty:
            if not options["if_empty"]:
                self.fail([_NOT_EMPTY])
            if demo_accounts_are_open():
                self.stdout.write(ACCOUNTS)
            return
        self.stdout.write(_summary(counts))
        if demo_accounts_are_open():
            self.stdout.write(ACCOUNTS)

    def _fill(self, options: dict[str, Any]) -> Counter[str]:
        members, contacts = options["members"], options["contacts"]
        if members is None:
            if contacts is not None or options["add"]:
                self.fail(["Indiquez aussi --members."])
            return fill()
        if members < 1 or (contacts or 0) < 0:
            self.fail(["Indiquez au moins un membre, et un nombre de contacts positif."])
        # About as many for each member as in the small demo.
        wanted = members * 3 if contacts is None else contacts
        return fill_with_crowd(members, wanted, adds=options["add"])


def _summary(counts: Counter[str]) -> str:
    members = sum(counts[kind] for kind in MemberKind.values)
    return (
        f"Données de démonstration : {members} membres "
        f"({counts[MemberKind.PROFESSIONAL]} clients professionnels, "
        f"{counts[MemberKind.SUPPLIER]} fournisseurs, "
        f"{counts[MemberKind.INDIVIDUAL]} particuliers) et {counts['contacts']} contacts."
    )
