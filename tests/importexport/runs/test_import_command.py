import io
import os
from pathlib import Path

import pytest
from django.core.files import File
from django.core.management import CommandError, call_command

from importexport.models import ImportRun
from tests.factories import ContactFactory, MemberFactory
from tests.importexport.commands import POOR_TERMINAL, manage
from tests.importexport.files_made import csv_file, names, ods_file, plain, untouched, xlsx_file

CASES = Path(__file__).parents[2] / "cases"


@pytest.fixture
def member(db):
    """Member C1, with Anne."""
    return ContactFactory(member__reference="C1", name="Anne").member


@pytest.fixture
def path(tmp_path):
    """A place for a file, whose name says another format than the file's own."""
    return tmp_path / "contacts.txt"


def run(path, *rows, make=csv_file, titles=("Référence", "Dénomination", "Type"), **options):
    """Import rows and return the lines of standard output."""
    path.write_bytes(make(*rows, titles=titles).getvalue())
    return said(path, **options)


def said(path, max_removals=None, **options):
    output = io.StringIO()
    limit = [] if max_removals is None else [f"--max-removals={max_removals}"]
    call_command("import_contacts", path, *limit, stdout=output, **options)
    return plain(output.getvalue()).splitlines()


def summary(**numbers):
    labels = ("lignes", "membres", "ajoutés", "modifiés", "supprimés", "inchangés")
    counts = {**dict.fromkeys((*labels, "avertissements"), 0), **numbers}
    return ", ".join(f"{label} : {count}" for label, count in counts.items())


def refusal(path, *rows, **options):
    with pytest.raises(CommandError) as refused:
        run(path, *rows, **options) if rows else said(path, **options)
    return plain(refused.value).splitlines()


@pytest.mark.parametrize("make", [csv_file, ods_file, xlsx_file])
def test_contacts_are_added_and_summed_up(member, path, make):
    assert run(path, ["C1", "Bruno", 1], ["C1", "Anne", 4], make=make) == [
        summary(lignes=2, membres=1, ajoutés=2)
    ]
    assert names() == ["Anne", "Bruno", "Anne"]


def test_a_synchronisation_makes_the_site_exactly_the_file(member, path):
    ContactFactory(member=member, name="Zoé")
    assert run(path, ["C1", "Bruno", 1], ["C1", "Anne", 4], sync=True) == [
        summary(lignes=2, membres=1, ajoutés=1, supprimés=1, inchangés=1)
    ]
    assert names() == ["Bruno", "Anne"]


def test_an_update_modifies_the_contacts_that_are_there_and_adds_the_others(member, path):
    pk = member.contacts.get().pk
    assert run(path, ["C1", "Bruno", 1], ["C1", "ANNE", 2], update=True) == [
        summary(lignes=2, membres=1, ajoutés=1, modifiés=1)
    ]
    assert [(contact.name, contact.type) for contact in member.contacts.all()] == [
        ("ANNE", 2),
        ("Bruno", 1),
    ]
    assert member.contacts.first().pk == pk


def test_an_import_cannot_update_and_synchronise(member, path):
    with pytest.raises(CommandError, match="--update"):
        call_command("import_contacts", path, "--sync", "--update")


@pytest.mark.parametrize("options", [{}, {"sync": True}, {"update": True}])
def test_a_dry_run_says_the_same_and_writes_nothing(member, path, options):
    before = untouched()
    notice, foreseen = run(path, ["C1", "Bruno", 1], dry_run=True, **options)
    assert notice == "Essai seulement : rien n'a été écrit."
    assert untouched() == before
    assert run(path, ["C1", "Bruno", 1], **options) == [foreseen]


def test_warnings_are_told_line_by_line(member, path):
    titles = ("Référence", "Libellé membre", "Fax", "Type")
    first, second, summary = run(path, *[["C1", "Autre", "0", 1]] * 2, titles=titles)
    assert first.startswith("ligne 2, colonne Libellé membre : « Autre » diffère")
    assert second.startswith("ligne 3, colonne Libellé membre : ")
    assert summary.endswith("avertissements : 2")


@pytest.mark.parametrize("options", [{}, {"sync": True}, {"dry_run": True}])
def test_each_of_very_many_errors_has_its_line_and_nothing_is_written(member, path, options):
    before = untouched()
    lines = refusal(path, *[["C1", "x", "9\u20289"]] * 1_000, **options)
    assert lines == [
        f"ligne {n}, colonne Type : « 9 9 » n'est pas un type ; indiquez un nombre entier de 1 à 6."
        for n in range(2, 1_002)
    ]
    assert untouched() == before


def test_errors_beyond_those_that_are_kept_are_counted(member, path, monkeypatch):
    monkeypatch.setattr("importexport.rows.remarks.MOST_REMARKS", 2)
    assert refusal(path, *[["C1", "x", 9]] * 5)[2:] == ["et 3 autres erreurs"]


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_synchronisation_without_a_contact_is_refused(member, path, dry_run):
    path.write_bytes(csv_file().getvalue())
    (line,) = refusal(path, sync=True, dry_run=dry_run)
    assert "viderait tout le site" in line
    assert said(path)[-1].startswith("lignes : 0, membres : 0, ajoutés : 0")
    assert names() == ["Anne"]


def test_a_file_that_is_no_table_is_refused(member, path):
    path.write_bytes(b"%PDF-1.7")
    assert "n'est pas un tableau" in refusal(path)[0]


def test_a_file_that_cannot_be_read_is_named_with_the_reason(db, tmp_path):
    missing = tmp_path / "absent.ods"
    assert refusal(missing) == [f"Le fichier {missing} ne peut pas être lu : il n'existe pas."]
    assert refusal(tmp_path) == [f"Le fichier {tmp_path} ne peut pas être lu : c'est un dossier."]
    (tmp_path / "fichier").touch()
    inside = tmp_path / "fichier" / "x.ods"
    assert refusal(inside)[0].endswith("son dossier n'existe pas.")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("environment", "encoding", "expected"),
    [
        ({"PYTHONIOENCODING": "utf-8"}, "utf-8", "« 9… » n'est pas un type"),
        ({"PYTHONIOENCODING": "latin-1"}, "latin-1", "« 9... » n'est pas un type"),
        (POOR_TERMINAL, "ascii", '" 9... " n\'est pas un type'),
    ],
)
def test_on_a_terminal_of_any_encoding_each_error_is_on_a_line(
    path, environment, encoding, expected
):
    ContactFactory(member__reference="C1", name="Anne")
    nines = "9" * 60
    path.write_bytes(csv_file(["C1", "é", f"{nines}9"], ["C1", "", "9"]).getvalue())
    result = manage("import_contacts", path, "--sync", **environment)
    assert (result.returncode, result.stdout) == (1, b"")
    first, second = plain(result.stderr.decode(encoding)).splitlines()
    assert expected.replace("9", nines[:59], 1) in first
    assert first.startswith("ligne 2, colonne Type : ")
    assert second.startswith("ligne 3, colonne Type : ")
    assert names() == ["Anne"]


@pytest.mark.django_db(transaction=True)
def test_on_a_terminal_the_summary_goes_to_standard_output(path):
    MemberFactory(reference="C1")
    path.write_bytes(csv_file(["C1", "Éric", 1]).getvalue())
    result = manage("import_contacts", path, **POOR_TERMINAL)
    assert (result.returncode, result.stderr) == (0, b"")
    assert result.stdout.startswith(
        b"lignes : 1, membres : 1, ajoutes : 1, modifies : 0, supprimes : 0"
    )
    assert names() == ["Éric"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("arguments", [["help", "import_contacts"], ["import_contacts", "--help"]])
def test_the_help_comes_through_a_poor_terminal(arguments):
    result = manage(*arguments, **POOR_TERMINAL)
    assert (result.returncode, result.stderr) == (0, b"")
    assert b"n'ecrit rien" in result.stdout


@pytest.mark.django_db(transaction=True)
def test_a_pipe_in_the_place_of_a_file_is_refused():
    reading, writing = os.pipe()
    os.close(writing)
    result = manage("import_contacts", "/dev/stdin", PYTHONIOENCODING="utf-8")
    os.close(reading)
    assert result.returncode == 1
    assert len(result.stderr.decode().splitlines()) == 1


@pytest.mark.parametrize("options", [{}, {"dry_run": True}, {"sync": True}])
def test_a_file_too_large_is_refused_before_any_of_it_is_read(member, path, options, monkeypatch):
    with path.open("wb") as file:
        file.truncate(3 * 1024**3)
    monkeypatch.setattr(File, "chunks", lambda _file: pytest.fail("it was read"))

    [sentence] = refusal(path, **options)

    assert sentence.startswith("Le fichier dépasse la taille maximale de 64 Mio.")
    assert not ImportRun.objects.exists()


def test_an_empty_file_and_a_device_without_end_are_refused(member, path):
    path.touch()
    for empty in (path, Path("/dev/zero")):
        assert refusal(empty)[0].startswith("Le fichier est vide.")


def test_each_import_is_in_the_history(member, path):
    run(path, ["C1", "Bruno", 1], sync=True)
    refusal(path, ["C1", "Bruno", 9])
    done, refused = ImportRun.objects.order_by("pk")
    assert (done.state, done.source, done.created_by) == ("done", "command", None)
    assert (done.file_name, done.added_count, done.removed_count) == (path.name, 1, 1)
    assert (refused.state, refused.errors["count"]) == ("refused", 1)
    assert refused.marked_file


def test_members_who_are_not_in_the_file_can_be_left_alone(member, path):
    ContactFactory(member__reference="C2", name="Zoé")
    lines = run(path, ["C1", "Bruno", 1], sync=True, only_members_in_file=True)
    assert "ajoutés : 1, modifiés : 0, supprimés : 1, inchangés : 0" in lines[0]
    assert names() == ["Bruno", "Zoé"]


def test_limiting_goes_with_synchronising(member, path):
    assert refusal(path, ["C1", "Bruno", 1], only_members_in_file=True) == [
        "L'option --only-members-in-file va avec --sync."
    ]


@pytest.fixture
def ten(member):
    """Ten contacts of member C1."""
    for number in range(9):
        ContactFactory(member=member, name=f"{number}")
    return member


def test_a_synchronisation_of_a_file_with_further_sheets_wants_an_option(member, path):
    path.write_bytes((CASES / "14_sheet_named_contacts_2.ods").read_bytes())
    MemberFactory(reference="C00001")
    before = untouched()
    assert "« Contacts 2 »" in " ".join(refusal(path, sync=True))
    assert untouched() == before
    assert said(path, sync=True, leave_out_sheets=True)
    assert untouched() != before


@pytest.mark.parametrize("most", ["7", "79%", "0", "0%"])
def test_more_removals_than_allowed_import_nothing(ten, path, most):
    before = untouched()
    lines = refusal(path, ["C1", "0", 4], ["C1", "1", 4], sync=True, max_removals=most)
    assert " ".join(lines) == (
        "L'import supprimerait 8 contacts sur 10, plus que --max-removals ne permet. "
        "Rien n'a été importé."
    )
    assert untouched() == before
    assert ImportRun.objects.get().state == "abandoned"


@pytest.mark.parametrize("most", ["8", "80%", "100%"])
def test_as_many_removals_as_allowed_are_done(ten, path, most):
    run(path, ["C1", "0", 4], ["C1", "1", 4], sync=True, max_removals=most)
    assert names() == ["0", "1"]


@pytest.mark.parametrize("most", ["", "-1", "x", "1.5", "5 %", "²"])
def test_a_limit_that_is_none_is_refused(ten, path, most):
    with pytest.raises(CommandError, match="max-removals"):
        run(path, ["C1", "0", 4], sync=True, max_removals=most)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_on_a_terminal_a_bar_shows_how_far_the_reading_is(member, path, monkeypatch):
    monkeypatch.setattr("importexport.runs.intake._SECONDS_BETWEEN_HEARTBEATS", -1)
    terminal = Terminal()
    run(path, *[["C1", "x", 1]] * 1_000, stderr=terminal)
    drawn = terminal.getvalue().split("\r")
    assert drawn[-3].startswith(f"[{'#' * 30}] 100% 1000 lignes")
    assert drawn[-1] == ""


def test_off_a_terminal_nothing_is_drawn(member, path):
    errors = io.StringIO()
    run(path, ["C1", "x", 1], stderr=errors)
    assert errors.getvalue() == ""
