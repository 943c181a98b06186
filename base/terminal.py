"""French on terminals of any encoding, and the system's errors in French."""

import codecs
import errno
import sys
import unicodedata
from collections.abc import Iterable
from typing import NoReturn

from django.core.management.base import BaseCommand, CommandError

_PLAIN = {"«": '"', "»": '"', "’": "'", "…": "...", "œ": "oe", "Œ": "OE", "–": "-"}


def _plain_letters(error: UnicodeError) -> tuple[str, int]:
    """Replace what the encoding lacks by plain letters: é by e, a non-breaking space by a space."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    missing = error.object[error.start : error.end]
    text = "".join(_PLAIN.get(character, character) for character in missing)
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return letters or "?", error.end


codecs.register_error("plain_letters", _plain_letters)


def _prepare_terminal() -> None:
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="plain_letters")


_REASONS = {
    errno.EACCES: "l'accès est refusé",
    errno.EFBIG: "il serait trop gros",
    errno.EISDIR: "c'est un dossier",
    errno.ENAMETOOLONG: "son nom est trop long",
    errno.ENOENT: "il n'existe pas",
    errno.ENOSPC: "le disque est plein",
    errno.ENOTDIR: "son dossier n'existe pas",
    errno.EPERM: "l'accès est refusé",
    errno.EROFS: "le disque n'accepte pas d'écriture",
    errno.ESPIPE: "ce n'est pas un fichier ordinaire",
}


def reason(error: OSError) -> str:
    known = _REASONS.get(error.errno or 0)
    return known or f"le système répond « {error.strerror or error} »"


class TerminalCommand(BaseCommand):
    """A command that can print its messages on a terminal of any encoding."""

    _is_on_terminal = False

    def run_from_argv(self, argv: list[str]) -> None:
        self._is_on_terminal = True
        _prepare_terminal()
        super().run_from_argv(argv)

    def print_help(self, prog_name: str, subcommand: str) -> None:
        _prepare_terminal()
        super().print_help(prog_name, subcommand)

    def fail(self, lines: Iterable[str]) -> NoReturn:
        """Print these lines on standard error and exit with status 1.

        Raise CommandError instead if Python code called the command (`call_command`).
        """
        if not self._is_on_terminal:
            raise CommandError("\n".join(lines))
        for line in lines:
            self.stderr.write(line)
        sys.exit(1)
