"""What all commands of the project have in common."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands, load_command_class

from base.terminal import TerminalCommand
from tests.factories import UserFactory
from tests.importexport.commands import POOR_TERMINAL, manage

OURS = sorted(
    name
    for name, app in get_commands().items()
    if (Path(settings.BASE_DIR) / app.replace(".", "/") / "management").is_dir()
    # It is django-tasks-db's, looking after more; it speaks to the log.
    and name != "worker"
)


@pytest.mark.parametrize("name", OURS)
def test_its_sentences_come_through_at_any_terminal(name):
    assert isinstance(load_command_class(get_commands()[name], name), TerminalCommand)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (["demo"], "La base contient deja des membres ou des comptes."),
        (["demo", "--contacts", "3"], "Indiquez aussi --members."),
        (["reset_second_factor", "anne"], "La validation en deux etapes de ce compte"),
    ],
)
def test_a_refusal_is_its_sentence_alone(command, sentence):
    UserFactory(username="anne")
    result = manage(*command, **POOR_TERMINAL)
    assert (result.returncode, result.stdout) == (1, b"")
    assert result.stderr.decode("ascii").startswith(sentence)
    assert len(result.stderr.splitlines()) == 1
