"""A site on PostgreSQL is backed up and restored as docs/operate.md says: with pg_dump and tar."""

import subprocess
from pathlib import Path

import psycopg
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from mailing.notifications.dispatch import notify
from mailing.notifications.request import AttachedFile
from tests.databases import own_database, tool
from tests.factories import ADMINISTRATOR, ContactFactory, MemberFactory, UserFactory
from tests.site_processes import database_url

pytestmark = [
    pytest.mark.only_on("postgresql"),
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


def rows(url: str) -> dict[str, list[str]]:
    """All that a database holds, table by table, and where its sequences are."""
    with psycopg.connect(url) as database:
        found = database.execute(
            "SELECT relname, CASE relkind WHEN 'S' THEN 'last_value, is_called' ELSE '*' END "
            "FROM pg_class WHERE relkind IN ('r', 'S') AND relnamespace = 'public'::regnamespace"
        ).fetchall()
        return {
            name: sorted(map(repr, database.execute(f'SELECT {columns} FROM "{name}"')))  # noqa: S608
            for name, columns in found
        }


def test_pg_dump_brings_back_every_row_and_tar_every_file(tmp_path):
    UserFactory(role=ADMINISTRATOR)
    members = [MemberFactory(name=f"Été « {n} »\n", email=f"m{n}@x.fr") for n in range(100)]
    for member in members:
        ContactFactory(member=member, note="ligne\tune\\\nligne deux")
    notify(members[0], "invoices", "Objet", "Texte", [AttachedFile("a.pdf", b"contenu")])
    default_storage.save("other/folder", ContentFile(b"\x00\xff"))
    url, dump, files = database_url(), tmp_path / "contacts.dump", tmp_path / "files.tar.gz"
    folder, new_folder = default_storage.location, tmp_path / "restored"
    tool("pg_dump", "--format=custom", f"--file={dump}", url)
    subprocess.run(["tar", "-czf", files, "-C", folder, "."], check=True)
    before = rows(url)
    assert len(before["members_member"]) == len(before["contacts_contact"]) == 100
    with own_database(tmp_path) as restored:
        tool("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={restored}", dump)
        assert rows(restored) == before
    new_folder.mkdir()
    subprocess.run(["tar", "-xzf", files, "-C", new_folder], check=True)
    assert len(contents(new_folder)) == 2
    assert contents(new_folder) == contents(Path(folder))


def contents(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
