"""The history of members: what the database records of it, and what it says."""

from datetime import datetime

from base.changes import Change, newest_changes
from base.database import forget_rows
from base.recorder import Recorded
from members.models import MEMBER_FIELDS, FormerMember, Member

MEMBERS = Recorded("members", "member", MEMBER_FIELDS, frozenset(MEMBER_FIELDS))


def changes_of_member(
    member_id: int, *, count: int, older_than: int | None = None
) -> list[Change[FormerMember]]:
    """Return the newest changes of a member, also of a deleted one, the newest first.

    With `older_than`, the number of a change, only those before it.
    """
    rows = FormerMember.lines.filter(member_id=member_id)
    return newest_changes(rows, Member, "member_id", count=count, older_than=older_than)


def forget_former_members(older_than: datetime) -> int:
    """Delete what was recorded of members before then; return how many lines."""
    return forget_rows(FormerMember.lines.filter(at__lt=older_than))
