"""The filters of the members' screen, and the members that they leave.

The screen, messages and whatever else works on « all that is found » ask `find_members`.
"""

from collections.abc import Callable, Mapping

from django.db.models import Q, QuerySet

from contacts.problems import PROBLEMS
from directory.search.ranking import matching_members
from members.models import Member

# The values of MemberFilterForm by the names of its fields; an empty one keeps all members.
Wanted = Mapping[str, str]
# The name of the field that is searched for; FILTERS has the others.
WORDS = "q"


def _has_problem(key: str) -> Q:
    return {problem.key: problem for problem in PROBLEMS}[key].condition()


FILTERS: dict[str, Callable[[str], Q]] = {
    "kind": lambda kind: Q(kind=kind),
    "check": _has_problem,
}


def filter_members(wanted: Wanted) -> QuerySet[Member]:
    """Return the members that every filter keeps, whatever their words."""
    members = Member.objects.all()
    for name, condition in FILTERS.items():
        if value := wanted.get(name):
            members = members.filter(condition(value))
    return members


def find_members(wanted: Wanted) -> QuerySet[Member]:
    """Return the members that every filter keeps and in which each word is found.

    A word is found in the member itself or in one of its contacts.
    """
    return matching_members(filter_members(wanted), wanted.get(WORDS, ""))
