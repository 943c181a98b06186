"""People's files that once lost or spoilt data (tests/cases): what becomes of their rows."""

import io
from pathlib import Path

import pytest

from contacts.models import Contact
from importexport.runs.intake import ImportRefused
from members.models import MemberKind
from tests.factories import MemberFactory
from tests.importexport.files_made import plain
from tests.importexport.importing import import_contacts

CASES = Path(__file__).parents[2] / "cases"
REFERENCES = ("C00001", "C00002", "S001", "00042", "42", "É12", "A/7-b")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _members():
    for reference in REFERENCES:
        MemberFactory(reference=reference)
    MemberFactory(reference="P1", kind=MemberKind.INDIVIDUAL)


def imported(name):
    """Import a case; return its contacts as (reference, what is not empty), and its warnings."""
    outcome = import_contacts(io.BytesIO((CASES / name).read_bytes()))
    fields = ("member__reference", "name", "note", "job_title", "email", "phones", "fax", "type")
    rows = Contact.objects.order_by("pk").values_list(*fields)
    contacts = [tuple(value for value in row if value != "") for row in rows]
    return contacts, [plain(remark) for remark in outcome.warnings.kept]


def refused(name):
    """Return the errors of a case, of which nothing is imported."""
    with pytest.raises(ImportRefused) as refusal:
        imported(name)
    assert not Contact.objects.exists()
    return [plain(remark) for remark in refusal.value.checked.errors.kept]


def places(remarks):
    """Return where remarks are: `ligne 2, colonne Mail`."""
    return [remark.partition(" : ")[0] for remark in remarks]


NORA = ("C00001", "Nora", 2)
CLEAN = [
    ("05_mail_zero_width.csv", [
        ("S001", "Ferme", "ferme@exemple.test", 2),
        ("S001", "Ferme trait", "ferme@exemple.test", 2),
    ]),
    ("06b_titles_zero_width.csv", [NORA]),
    ("07_reference_and_type_zero_width.csv", [NORA, ("C00001", "Omar", 2)]),
    ("08_reference_decomposed.csv", [("É12", "Nora", 2)]),
    ("16_number_shown_with_plus.ods", [("C00001", "Nora", "+33 6 55 44 33 22", 2)]),
    ("20_equals_tel.csv", [("C00001", "Nora", "0612345678", 2)]),
    ("23_apostrophe_before_digits.csv", [("C00001", "Nora", "0612345678", 2)]),
    ("40_idn_mail.csv", [("C00002", "Idn", "chef@éçole.exemple", 2)]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "contacts"), CLEAN, ids=[name for name, _ in CLEAN])
def test_a_case_is_read_as_its_reader_meant_it(name, contacts):
    assert imported(name) == (contacts, [])


def test_lines_01_part_two_numbers_and_become_a_space_elsewhere_with_a_warning():
    contacts, warnings = imported("01_lines_in_tel_name_fonction.ods")
    phones = "06 11 22 33 44;07 55 66 77 88"
    fax = "01 40 00 00 01 01 40 00 00 02"
    assert contacts == [("C00001", "Nora Blin", "Chef de rang", phones, fax, 2)]
    columns = ("Dénomination", "Fonction", "Fax")
    assert places(warnings) == [f"ligne 2, colonne {column}" for column in columns]


def test_lines_01b_in_a_job_title_become_a_space_with_a_warning():
    contacts, (warning,) = imported("01b_lines_in_fonction.csv")
    assert contacts[0][2] == "Cheffe de rang"
    assert "colonne Fonction : ce texte de plusieurs lignes est lu sur une seule" in warning


def test_mails_04_that_no_server_takes_are_refused():
    errors = refused("04_mails_that_are_none.csv")
    # Line 4 ends with a mark of direction, which is no part of its address.
    assert places(errors) == [f"ligne {n}, colonne Mail" for n in (2, 3, 5, 6)]
    assert "« nora@exemple.test» » n'est pas une adresse mail" in errors[0]


def test_a_column_11_without_a_title_is_a_warning_with_its_letter():
    contacts, (warning,) = imported("11_untitled_column.csv")
    assert contacts == [("C00001", "Nora", "07 00 00 00 01", 2)]
    assert warning.startswith("ligne 2, colonne D : « 06 99 88 77 66 » se trouve dans une colonne")


def test_errors_12_of_formulas_are_errors_of_their_cells():
    columns = ("Dénomination", "Note", "Fonction", "Tel")
    errors = refused("12_formula_errors.ods")
    assert places(errors) == [f"ligne 2, colonne {column}" for column in columns]
    assert "« #N/A » est l'erreur d'une formule" in errors[0]


def test_another_sheet_14_with_the_titles_is_named_in_a_warning():
    contacts, (warning,) = imported("14_sheet_named_contacts_2.ods")
    assert contacts == [NORA]
    assert "la feuille « Contacts 2 » a aussi les titres attendus ; elle n'est pas lue" in warning


def test_formulas_15_without_a_result_are_warnings():
    contacts, warnings = imported("15_formula_without_result.ods")
    assert contacts == [("C00001", 2)]
    columns = ("Dénomination", "Mail", "Référence")
    assert places(warnings) == [f"ligne 2, colonne {column}" for column in columns]
    assert "la formule n'a pas de résultat enregistré" in warnings[0]
    assert "cette ligne n'a qu'une référence et un type" in warnings[2]


def test_numbers_19_that_a_spreadsheet_shortened_are_errors():
    errors = refused("19_scientific_tel.csv")
    assert places(errors) == ["ligne 2, colonne Tel", "ligne 3, colonne Fax"]
    assert "« 6,12346E+08 » n'est plus un numéro" in errors[0]
