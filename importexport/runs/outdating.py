"""What a person is told when the site changed between a preview and its confirmation."""

from datetime import datetime
from itertools import islice
from typing import Any

from django.utils import timezone

from contacts.history import SiteChange, changes_since
from importexport.models import ImportedMember, ImportRun

# So many changes are named; that there are more is only said.
MOST_NAMED = 50


def previewed(run: ImportRun) -> dict[str, Any]:
    """Return what the preview said that is no longer true, as plain values."""
    return {
        "checked_at": run.checked_at.isoformat() if run.checked_at else "",
        "added": run.added_count,
        "removed": run.removed_count,
        "unchanged": run.unchanged_count,
    }


def told_since(run: ImportRun) -> dict[str, Any]:
    """Return the same with the changes made on the site since, the first of them named."""
    outdated = dict(run.outdated or {})
    if not outdated.get("checked_at"):
        return outdated
    moment = datetime.fromisoformat(outdated["checked_at"])
    changes = list(islice(changes_since(moment, _members(run)), MOST_NAMED + 1))
    outdated["changes"] = [_sentence(change) for change in changes[:MOST_NAMED]]
    outdated["has_more"] = len(changes) > MOST_NAMED
    return outdated


def _members(run: ImportRun) -> set[int] | None:
    """Return the keys of the members whose contacts the preview rests on; None for all."""
    if not run.only_members_in_file:
        return None
    return set(ImportedMember.objects.filter(run=run).values_list("member_id", flat=True))


def _sentence(change: SiteChange) -> str:
    at = timezone.localtime(change.at)
    return f"{change.title} : {change.kind.label} le {at:%d/%m/%Y à %H:%M}"
