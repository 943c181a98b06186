"""Sentences on terminals of any encoding."""

import codecs
import sys
import unicodedata
from collections.abc import Iterable
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError

_PLAIN = {"«": '"', "»": '"', "’": "'", "…": "...", "œ": "oe", "Œ": "OE", "–": "-"}


def _plain_letters(error: UnicodeError) -> tuple[str, int]:
    """Give what the encoding lacks as its plain letter: é as e, a non-breaking space as a space."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    found = error.object[error.start : error.end]
    text = "".join(_PLAIN.get(character, character) for character in found)
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return letters or "?", error.end


codecs.register_error("plain_letters", _plain_letters)


class TerminalCommand(BaseCommand):
    """A command whose messages come through whatever the terminal's locale is."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Prepare the terminal, then run the command."""
        for stream in (sys.stdout, sys.stderr):
            reconfigure = getattr(stream, "reconfigure", None)
            if reconfigure:
                reconfigure(errors="plain_letters")
        return super().execute(*args, **options)

    def fail(self, lines: Iterable[str]) -> NoReturn:
        """End with these lines on standard error, and exit status 1.

        Called from Python instead of a command line, raises CommandError with the same lines.
        """
        if not getattr(self, "_called_from_command_line", False):
            raise CommandError("\n".join(lines))
        for line in lines:
            self.stderr.write(line)
        sys.exit(1)
