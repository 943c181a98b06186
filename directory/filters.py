"""The filters of the members' screen, and the members that match them.

All code that works on « all members found » calls `find_members`, so that no filter is forgotten.
"""

from collections.abc import Callable, Mapping

from django.db.models import Q, QuerySet

from contacts.problems import PROBLEMS
from directory.search.ranking import matching_members
from members.models import Member

# The values of MemberFilterForm by field name; without a value, a filter matches all members.
Wanted = Mapping[str, str]
# The name of the field with the words to search for; FILTERS has the other fields.
WORDS = "q"


def _has_problem(key: str) -> Q:
    return {problem.key: problem for problem in PROBLEMS}[key].condition()


FILTERS: dict[str, Callable[[str], Q]] = {
    "kind": lambda kind: Q(kind=kind),
    "check": _has_problem,
}


def filter_members(wanted: Wanted) -> QuerySet[Member]:
    """Return the members that match every filter, without the search for words."""
    members = Member.objects.all()
    for name, condition in FILTERS.items():
        if value := wanted.get(name):
            members = members.filter(condition(value))
    return members


def find_members(wanted: Wanted) -> QuerySet[Member]:
    """Return the members that match every filter and hold each word.

    A word may be in the member itself or in one of its contacts.
    """
    return matching_members(filter_members(wanted), wanted.get(WORDS, ""))
