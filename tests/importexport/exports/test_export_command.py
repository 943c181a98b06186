import io
import os
import resource
from contextlib import contextmanager

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from contacts.models import Contact
from importexport.exports import contacts as exporting
from tests.factories import ContactFactory
from tests.importexport.commands import POOR_TERMINAL, manage
from tests.importexport.exports.test_export import rows
from tests.importexport.files_made import plain

both_formats = pytest.mark.parametrize("format", ["ods", "csv"])


def export(path):
    output = io.StringIO()
    call_command("export_contacts", path, stdout=output)
    return output.getvalue()


def refusal(path):
    with pytest.raises(CommandError) as refused:
        export(path)
    return plain(refused.value)


def inside(folder):
    return [path.name for path in folder.iterdir()]


@contextmanager
def umask(mask):
    before = os.umask(mask)
    yield
    os.umask(before)


@contextmanager
def disk_that_takes(size):
    """Limit the size of any file that this process writes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["contacts.ods", "contacts.csv", "été.ODS", "a b.Csv", ".x.csv"])
def test_all_contacts_go_into_the_file(tmp_path, name):
    ContactFactory(member__reference="C2", name="Zoé")
    ContactFactory(member__reference="C1", name="Anne")
    path = tmp_path / name
    assert export(path) == f"Les contacts sont exportés dans {path}.\n"
    content = path.read_bytes()
    assert content.startswith(b"PK" if name.lower().endswith("ods") else b"\xef\xbb\xbf")
    assert [row[2] for row in rows(content)] == ["Dénomination", "Anne", "Zoé"]
    assert inside(tmp_path) == [name]


@pytest.mark.django_db
def test_the_file_may_stand_in_the_folder_where_one_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    export("contacts.csv")
    assert inside(tmp_path) == ["contacts.csv"]


@pytest.mark.django_db
@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_new_file_has_the_rights_of_any_new_file(tmp_path, mask, mode):
    path = tmp_path / "contacts.csv"
    with umask(mask):
        export(path)
    assert path.stat().st_mode & 0o777 == mode


@pytest.mark.django_db
def test_a_file_that_is_replaced_passes_on_its_rights(tmp_path):
    path = tmp_path / "contacts.csv"
    path.write_bytes(b"old")
    path.chmod(0o600)
    export(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_bytes() != b"old"


@pytest.mark.parametrize("name", ["contacts", "contacts.xlsx", "contacts.ods.zip", ".ods", "ods"])
def test_another_extension_is_refused(tmp_path, name):
    path = tmp_path / name
    assert refusal(path) == f"{path} : le nom du fichier doit finir par .ods ou .csv."
    assert inside(tmp_path) == []


def test_a_folder_that_does_not_exist_is_refused(tmp_path):
    folder = tmp_path / "absent"
    assert refusal(folder / "contacts.ods") == f"Le dossier {folder} n'existe pas."
    assert inside(tmp_path) == []


@pytest.mark.django_db
def test_a_folder_under_the_asked_name_is_refused(tmp_path):
    path = tmp_path / "contacts.ods"
    path.mkdir()
    assert refusal(path) == f"Le fichier {path} ne peut pas être écrit : c'est un dossier."
    assert inside(tmp_path) == ["contacts.ods"]


def test_a_folder_without_write_permission_is_an_error(tmp_path):
    folder = "/proc/self"  # where not even root may write
    path = f"{folder}/contacts.ods"
    assert refusal(path).startswith(f"Le fichier {path} ne peut pas être écrit : ")


@pytest.fixture(params=[None, b"old"])
def asked(request, tmp_path):
    """The name of an export, free or taken; the test must leave it as it was."""
    folder = tmp_path / "dossier"
    folder.mkdir()
    for format in ("ods", "csv"):
        if request.param:
            (folder / f"contacts.{format}").write_bytes(request.param)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    yield folder
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.django_db
@both_formats
def test_a_full_disk_leaves_nothing_under_the_asked_name(asked, format):
    notes = [os.urandom(1_500).hex() for _ in range(100)]
    member = ContactFactory().member
    Contact.objects.bulk_create(
        ContactFactory.build(member=member, note=note, position=place)
        for place, note in enumerate(notes, 2)
    )
    path = asked / f"contacts.{format}"
    with disk_that_takes(60_000):
        said = refusal(path)
    assert said == f"Le fichier {path} ne peut pas être écrit : il serait trop gros."


@pytest.mark.django_db
@both_formats
def test_an_error_of_the_database_half_way_leaves_nothing_either(asked, format, monkeypatch):
    def break_off(rows):
        yield next(rows)
        raise DatabaseError

    ContactFactory.create_batch(3)
    real = exporting.contact_rows
    monkeypatch.setattr(exporting, "contact_rows", lambda found: break_off(real(found)))
    with pytest.raises(DatabaseError):
        export(asked / f"contacts.{format}")


@pytest.mark.django_db(transaction=True)
def test_on_a_poor_terminal_it_says_what_was_done(tmp_path):
    ContactFactory(name="Éric")
    path = tmp_path / "été.csv"
    result = manage("export_contacts", path, **POOR_TERMINAL)
    assert (result.returncode, result.stderr) == (0, b"")
    assert result.stdout.startswith(b"Les contacts sont exportes dans /")
    assert [row[2] for row in rows(path.read_bytes())] == ["Dénomination", "Éric"]


@pytest.mark.django_db(transaction=True)
def test_on_a_poor_terminal_a_refusal_is_one_line_on_standard_error(tmp_path):
    result = manage("export_contacts", tmp_path / "été.xls", **POOR_TERMINAL)
    assert (result.returncode, result.stdout) == (1, b"")
    (line,) = result.stderr.decode("ascii").splitlines()
    assert line.endswith(".xls : le nom du fichier doit finir par .ods ou .csv.")
