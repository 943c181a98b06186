"""Keeping others from the contacts of an import, and seeing that its preview is still true."""

from django.db import connection

from contacts.models import Contact
from importexport.models import ImportedMember, ImportRun
from importexport.runs.site_state import contacts_digest
from members.models import KINDS_WITH_CONTACTS, Member


class PreviewOutdated(Exception):
    """The site changed since the preview was made: the import would do something else."""


def hold_contacts(run: ImportRun, *, is_whole_site: bool) -> set[int]:
    """Let nobody else change the contacts of the run's members, or of all, until the commit.

    Members first, then the table, as whoever changes contacts does: so no two wait for each other.
    On SQLite the transaction alone holds. Returns the members held.
    """
    members = Member.objects.filter(kind__in=KINDS_WITH_CONTACTS).order_by("pk")
    if not is_whole_site:
        named = ImportedMember.objects.filter(run=run)
        members = members.filter(pk__in=named.values("member_id"))
    held = set(members.select_for_update(no_key=True).values_list("pk", flat=True))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {Contact._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")
    return held


def check_preview(run: ImportRun) -> None:
    """Hold the contacts, and raise PreviewOutdated where the run would do something else now.

    An addition stays true whatever else happens to the contacts of its members.
    """
    is_whole_site = run.is_synchronisation and not run.only_members_in_file
    held = hold_contacts(run, is_whole_site=is_whole_site)
    named = ImportedMember.objects.filter(run=run, is_in_file=True)
    wanted = set(named.values_list("member_id", flat=True))
    if not wanted <= held:
        raise PreviewOutdated
    members = None if is_whole_site else wanted
    if run.is_synchronisation and contacts_digest(members) != run.site_digest:
        raise PreviewOutdated
