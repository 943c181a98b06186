"""The members to whom the rows of a file belong."""

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from base.characters import without_invisible
from importexport.files.table import Cell
from importexport.rows.values import (
    CellRefused,
    Warn,
    quoted,
    read_reference,
    shown_text,
    text_of,
)


class KnownMember(NamedTuple):
    """A member, as the check of its rows needs it."""

    id: int
    name: str
    has_contacts: bool


class KnownMembers:
    """All members of the site, by their reference."""

    def __init__(self, members: Mapping[str, KnownMember]) -> None:
        self._members = members

    def find(self, cell: Cell, warn: Warn) -> KnownMember:
        """Return the member of this reference, who may have contacts. Raises CellRefused."""
        reference = read_reference(cell, warn)
        member = self._members.get(reference)
        if member is None:
            raise CellRefused(self._unknown(reference))
        if not member.has_contacts:
            raise CellRefused(
                f"{quoted(reference)} est un particulier ; seuls un client professionnel ou un "
                "fournisseur peuvent avoir des contacts."
            )
        return member

    def _unknown(self, reference: str) -> str:
        message = f"{quoted(reference)} n'est la référence d'aucun membre"
        alike = self._by_lower_case.get(reference.casefold())
        if alike is None:
            return f"{message}."
        return f"{message} ; {quoted(alike)} en est une : majuscules et minuscules comptent."

    @cached_property
    def _by_lower_case(self) -> dict[str, str]:
        return {reference.casefold(): reference for reference in self._members}


def compare_name(member: KnownMember, cell: Cell, warn: Warn) -> None:
    """Warn where a cell does not show the member's name. Raises CellRefused."""
    if cell == member.name or not shown_text(cell, warn):
        return
    name = text_of(cell)
    if name and _as_seen(name) != _as_seen(member.name):
        warn(f"{quoted(name)} diffère du nom du membre, {quoted(member.name)}.")


def _as_seen(name: str) -> str:
    return " ".join(without_invisible(name).split())
