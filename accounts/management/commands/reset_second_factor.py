"""`manage.py reset_second_factor USERNAME`: for someone who lost their telephone."""

from argparse import ArgumentParser
from typing import Any

from accounts.models import User
from accounts.second_factor import devices as second_factor
from base.terminal import TerminalCommand


class Command(TerminalCommand):
    """Switches off the second factor of one account."""

    help = "Désactive la validation en deux étapes d'un compte (téléphone perdu)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="le nom d'utilisateur du compte")

    def handle(self, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            self.fail(["Aucun compte ne porte ce nom d'utilisateur."])
        if not second_factor.remove(user):
            self.fail(["La validation en deux étapes de ce compte n'est pas activée."])
        self.stdout.write("La validation en deux étapes de ce compte est désactivée.")
