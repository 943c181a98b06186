"""The changes that a run will make, as plain values, and their numbers by member."""

from dataclasses import dataclass, field
from typing import NamedTuple

from importexport.runs.merge import Comparison
from importexport.runs.pairs import Values


class Addition(NamedTuple):
    """A contact to be added at its position, from a line of the file."""

    member_id: int
    position: int
    values: Values
    line: int | None


class Modification(NamedTuple):
    """A contact that gets the values of a line of the file; `previous` are those it has now."""

    member_id: int
    id: int
    position: int
    previous_position: int
    values: Values
    previous: Values
    line: int | None


class Move(NamedTuple):
    """A contact that only changes its position."""

    member_id: int
    id: int
    position: int
    previous_position: int


class Removal(NamedTuple):
    """A contact to be removed from its position."""

    member_id: int
    id: int
    position: int


class MemberPlan(NamedTuple):
    """How many contacts of one member are added, modified, removed, only moved, and kept.

    `last_position` is the position of the member's last contact of now, 0 without any.
    """

    member_id: int
    is_in_file: bool
    last_position: int
    added: int = 0
    modified: int = 0
    removed: int = 0
    moved: int = 0
    kept: int = 0


@dataclass
class Plan:
    """The changes, by kind, and the members in the order of the file.

    It `is_merged` where members changed on the site after the file was exported; `comparisons` then
    have the contacts that the site changed, each after its member's key.
    `same_count` and `alike_count` are for an addition alone: the rows that are on the site already,
    with the same values or with others.
    """

    added: list[Addition] = field(default_factory=list)
    modified: list[Modification] = field(default_factory=list)
    moved: list[Move] = field(default_factory=list)
    removed: list[Removal] = field(default_factory=list)
    members: list[MemberPlan] = field(default_factory=list)
    comparisons: list[tuple[int, Comparison]] = field(default_factory=list)
    is_merged: bool = False
    kept_count: int = 0
    row_count: int = 0
    same_count: int = 0
    alike_count: int = 0

    @property
    def member_count(self) -> int:
        return len(self.members) - self.emptied_member_count

    @property
    def emptied_member_count(self) -> int:
        """The number of members who lose all contacts because they are not in the file."""
        return sum(not member.is_in_file for member in self.members)
