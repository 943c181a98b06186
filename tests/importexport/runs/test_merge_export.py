"""A stale export is merged with what changed on the site since: a person decides the conflicts."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from contacts.history import forget_former_contacts
from contacts.models import Contact
from contacts.order import reorder
from importexport.models import ComparedContact
from importexport.runs.steps import ask_to_undo, confirm
from importexport.runs.undo import undo_run
from tests.factories import ContactFactory, MemberFactory
from tests.importexport.files_made import names, plain, untouched
from tests.importexport.importing import (
    checked,
    confirmed,
    import_contacts,
    last_run,
    numbers,
    press,
    run_import,
    submit,
    work,
)
from tests.importexport.stale import OldExport
from tests.pages import page, text


@pytest.fixture(autouse=True)
def _removals_without_a_number(settings):
    settings.IMPORT_CONFIRM_REMOVALS_PERCENT = 100


@pytest.fixture
def farm(db):
    """Member C1 with Anne, Bruno and Chloé, C2 with Zoé."""
    farm = MemberFactory(reference="C1", name="Ferme")
    for name in ("Anne", "Bruno", "Chloé"):
        mail = f"{name[0].lower()}@x.fr"
        ContactFactory(member=farm, name=name, email=mail, phones="", note="", type=4)
    ContactFactory(member__reference="C2", name="Zoé", email="z@x.fr", note="", type=4)
    return farm


@pytest.fixture
def export(farm):
    return OldExport()


def on_site(name, **values):
    """Change a contact on the site, as a colleague did after the export."""
    assert Contact.objects.filter(name=name).update(**values, updated_at=timezone.now()) == 1


def synchronised(client, export):
    return checked(client, export.file(), mode="sync")


def compared(response, title):
    """Return the contacts of a part of the page, each with its cells by column."""
    (part,) = page(response).xpath(f"//section[h2[contains(., '{title}')]]")
    return {
        " ".join(article.xpath("string(h3)").split()): [
            [" ".join(cell.xpath("string()").split()) for cell in row.xpath("th|td")]
            for row in article.xpath(".//tbody/tr")
        ]
        for article in part.xpath(".//article")
    }


def notes():
    return dict(Contact.objects.order_by("pk").values_list("name", "note"))


# --- Without conflicts --------------------------------------------------------------------------


def test_what_only_the_site_changed_is_kept_and_what_only_the_file_changed_is_imported(
    administrator, farm, export
):
    keys = dict(Contact.objects.values_list("name", "pk"))
    export.change("Anne", phones="0478000001").change("Bruno", type=2)
    on_site("Bruno", note="site")
    ContactFactory(member=farm, name="Denis", email="d@x.fr")
    response = synchronised(administrator, export)
    assert "L'import fusionne les deux" in text(response)
    assert compared(response, "gardés") == {
        "Bruno, Ferme (C1)": [["Note", "vide", "site", "vide"], TYPE_OF_BRUNO],
        "Denis, Ferme (C1)": DENIS_ADDED,
    }
    response = confirmed(administrator, response)
    assert names() == ["Anne", "Bruno", "Chloé", "Denis", "Zoé"]
    assert {one.name: one.pk for one in Contact.objects.exclude(name="Denis")} == keys
    anne, bruno = Contact.objects.get(name="Anne"), Contact.objects.get(name="Bruno")
    assert (anne.phones, bruno.type, bruno.note) == ("0478000001", 2, "site")
    assert "2 changements du site gardés" in text(response)


TYPE_OF_BRUNO = [
    "Type",
    "4 (Toutes les notifications)",
    "4 (Toutes les notifications)",
    "2 (Notifications des commandes)",
]
DENIS_ADDED = [
    ["Dénomination", "pas encore là", "Denis", "pas de ligne"],
    ["Mail", "pas encore là", "d@x.fr", "pas de ligne"],
    ["Type", "pas encore là", "4 (Toutes les notifications)", "pas de ligne"],
]


def test_a_contact_deleted_on_the_site_stays_deleted(administrator, export):
    Contact.objects.get(name="Bruno").delete()
    response = synchronised(administrator, export.change("Anne", note="file"))
    assert numbers(response)["Contacts ajoutés"] == 0
    assert list(compared(response, "gardé")) == ["Bruno, Ferme (C1)"]
    confirmed(administrator, response)
    assert names() == ["Anne", "Chloé", "Zoé"]


def test_a_row_that_is_missing_deletes_a_contact_that_nobody_changed(administrator, export):
    on_site("Anne", note="site")
    response = synchronised(administrator, export.delete("Bruno"))
    assert numbers(response)["Contacts supprimés"] == 1
    confirmed(administrator, response)
    assert names() == ["Anne", "Chloé", "Zoé"]
    assert notes()["Anne"] == "site"


def test_an_export_that_nobody_edited_changes_nothing_on_a_site_that_changed(
    administrator, farm, export
):
    on_site("Anne", note="site")
    Contact.objects.get(name="Zoé").delete()
    ContactFactory(member__reference="C3", name="Yves")
    reorder(farm, list(farm.contacts.order_by("-position").values_list("pk", flat=True)))
    before = untouched()
    response = synchronised(administrator, export)
    assert "Rien à importer" in text(response)
    assert not page(response).xpath("//form[contains(@action, '/confirmer/')]")
    assert untouched() == before


def test_the_order_is_that_of_the_side_that_changed_it(administrator, farm, export):
    keys = dict(farm.contacts.values_list("name", "pk"))
    reorder(farm, [keys[name] for name in ("Chloé", "Anne", "Bruno")])
    response = synchronised(administrator, export.change("Anne", note="file"))
    confirmed(administrator, response)
    assert names() == ["Chloé", "Anne", "Bruno", "Zoé"]
    again = OldExport()
    reorder(farm, [keys[name] for name in ("Bruno", "Chloé", "Anne")])
    confirmed(administrator, synchronised(administrator, again.sort(lambda row: row["name"])))
    assert names() == ["Anne", "Bruno", "Chloé", "Zoé"]


def test_an_update_with_a_stale_export_keeps_what_the_site_changed(administrator, farm, export):
    on_site("Anne", note="site")
    Contact.objects.get(name="Bruno").delete()
    export.change("Anne", type=2).delete("Chloé").add("C1", "Denis")
    response = checked(administrator, export.file(), mode="update")
    confirmed(administrator, response)
    assert names() == ["Anne", "Chloé", "Denis", "Zoé"]
    anne = Contact.objects.get(name="Anne")
    assert (anne.note, anne.type) == ("site", 2)


def test_members_outside_the_file_are_not_merged_where_the_import_is_limited_to_the_file(
    administrator, export
):
    on_site("Zoé", note="site")
    on_site("Anne", note="site")
    export.rows = [row for row in export.rows if row["reference"] == "C1"]
    response = checked(administrator, export.file(), mode="sync", only_members_in_file="on")
    assert list(compared(response, "gardé")) == ["Anne, Ferme (C1)"]


# --- Conflicts ----------------------------------------------------------------------------------


def both_changed(export):
    on_site("Anne", note="site")
    return export.change("Anne", note="file", type=2)


def deleted_and_changed(export):
    Contact.objects.get(name="Anne").delete()
    return export.change("Anne", note="file")


def changed_and_without_row(export):
    on_site("Anne", note="site")
    return export.delete("Anne")


def both_added(export):
    ContactFactory(
        member=Contact.objects.get(name="Anne").member, name="Denis", email="d@x.fr", note="site"
    )
    return export.add("C1", "Denis", email="d@x.fr", note="file")


CONFLICTS = [
    (both_changed, "Modifié sur le site, modifié dans le fichier", "Anne", "site", "file"),
    (deleted_and_changed, "Supprimé sur le site, modifié dans le fichier", "Anne", None, "file"),
    (
        changed_and_without_row,
        "Modifié sur le site, sans ligne dans le fichier",
        "Anne",
        "site",
        None,
    ),
    (both_added, "Ajouté sur le site, ajouté dans le fichier", "Denis", "site", "file"),
]


@pytest.mark.parametrize(("act", "happened", "name", "of_site", "of_file"), CONFLICTS)
def test_a_conflict_waits_for_a_choice_and_becomes_what_is_chosen(
    administrator, export, act, happened, name, of_site, of_file
):
    file = act(export)
    before = untouched()
    for label, outcome in (
        ("Prendre le site pour tous", of_site),
        ("Prendre le fichier pour tous", of_file),
    ):
        response = synchronised(administrator, file)
        assert f"{name}, Ferme (C1)" in compared(response, "conflit")
        assert happened in text(response)
        assert "1 conflit attend votre choix" in text(response)
        assert not page(response).xpath("//form[contains(@action, '/confirmer/')]")
        assert not confirm(last_run(), last_run().preview_key)
        response = press_choice(administrator, response, label)
        assert "attend votre choix" not in text(response)
        if page(response).xpath("//form[contains(@action, '/confirmer/')]"):
            confirmed(administrator, response)
            assert notes().get(name) == outcome
            undo(last_run())
        else:
            assert notes().get(name) == outcome
        assert untouched() == before


def press_choice(client, response, label):
    (button,) = page(response).xpath(f"//button[normalize-space() = '{label}']")
    (form,) = button.xpath("ancestor::form")
    return submit(client, form, take=button.get("value"))


def undo(run):
    ask_to_undo(run, None)
    undo_run(run.pk)
    run.refresh_from_db()
    assert run.state == "undone"


def test_a_conflict_in_one_field_leaves_the_other_changes_of_both_sides(administrator, export):
    on_site("Anne", note="site", fax="0478000002")
    export.change("Anne", note="file", type=2)
    response = press_choice(
        administrator, synchronised(administrator, export), "Prendre le site pour tous"
    )
    confirmed(administrator, response)
    anne = Contact.objects.get(name="Anne")
    assert (anne.note, anne.fax, anne.type) == ("site", "0478000002", 2)


def two_conflicts(export):
    for name in ("Anne", "Bruno"):
        on_site(name, note="site")
        export.change(name, note="file")
    return export


def choose_each(client, response, *sides):
    """Choose a side for each conflict of the page, in their order."""
    (button,) = page(response).xpath("//button[normalize-space() = 'Retenir ces choix']")
    (form,) = button.xpath("ancestor::form")
    radios = dict.fromkeys(form.xpath(".//input[@type='radio']/@name"))
    return submit(client, form, **dict(zip(radios, sides, strict=False)))


def test_each_conflict_may_be_decided_otherwise(administrator, export):
    response = synchronised(administrator, two_conflicts(export))
    response = choose_each(administrator, response, "site")
    assert "1 conflit attend votre choix" in text(response)
    assert len(page(response).xpath("//input[@type='radio'][@checked]")) == 1
    response = choose_each(administrator, response, "site", "file")
    confirmed(administrator, response)
    assert notes()["Anne"] == "site"
    assert notes()["Bruno"] == "file"


def test_a_choice_for_all_may_be_changed_for_one(administrator, export):
    response = synchronised(administrator, two_conflicts(export))
    response = press_choice(administrator, response, "Prendre le fichier pour tous")
    confirmed(administrator, choose_each(administrator, response, "site", "file"))
    assert (notes()["Anne"], notes()["Bruno"]) == ("site", "file")


def test_a_choice_counts_no_more_where_the_site_changed_after_it(administrator, export):
    response = synchronised(administrator, two_conflicts(export))
    response = press_choice(administrator, response, "Prendre le fichier pour tous")
    on_site("Anne", note="newer")
    response = confirmed(administrator, response)
    assert "1 conflit attend votre choix" in text(response)
    assert notes()["Bruno"] == "site"
    response = choose_each(administrator, response, "site", "file")
    confirmed(administrator, response)
    assert (notes()["Anne"], notes()["Bruno"]) == ("newer", "file")


def test_nothing_is_chosen_by_a_form_without_a_choice_or_of_another_preview(administrator, export):
    synchronised(administrator, two_conflicts(export))
    run = last_run()
    address = f"{run.get_absolute_url()}conflits/"
    key = str(run.preview_key)
    for values in (
        {"preview": key},
        {"preview": key, "take": "both"},
        {"preview": key, "choix-x": "site", f"choix-{10**17}": "neither"},
        {"preview": "no key", "take": "site"},
        {"take": "site"},
    ):
        answer = administrator.post(address, values, follow=True)
        assert "Rien n'est choisi" in text(answer)
    other = "00000000-0000-4000-8000-000000000000"
    answer = administrator.post(address, {"preview": other, "take": "site"}, follow=True)
    assert "L'aperçu a été refait depuis" in text(answer)
    run.refresh_from_db()
    assert (run.state, run.undecided_count, str(run.preview_key)) == ("ready", 2, key)
    assert not ComparedContact.objects.exclude(choice="").exists()


def test_a_choice_does_not_reach_the_conflicts_of_another_import(administrator, export):
    synchronised(administrator, two_conflicts(export))
    theirs = ComparedContact.objects.filter(run=last_run()).first()
    synchronised(administrator, export)
    run = last_run()
    values = {"preview": str(run.preview_key), f"choix-{theirs.pk}": "file"}
    administrator.post(f"{run.get_absolute_url()}conflits/", values)
    work()
    theirs.refresh_from_db()
    assert theirs.choice == ""


# --- Without a merge ----------------------------------------------------------------------------


def test_the_file_may_replace_all(administrator, farm, export):
    on_site("Bruno", note="site")
    ContactFactory(member=farm, name="Denis")
    response = synchronised(administrator, export.change("Anne", note="file"))
    response = press(administrator, response, "Remplacer tout par le fichier")
    assert "L'import déferait 2 changements plus récents" in text(response)
    back = press(administrator, response, "Garder les changements du site")
    assert "2 changements du site gardés" in text(back)
    response = press(administrator, back, "Remplacer tout par le fichier")
    confirmed(administrator, response, accepts_undoing="on")
    assert names() == ["Anne", "Bruno", "Chloé", "Zoé"]
    assert (notes()["Anne"], notes()["Bruno"]) == ("file", "")


def test_an_export_from_before_the_history_begins_is_not_merged(administrator, export):
    on_site("Bruno", note="site")
    forget_former_contacts(timezone.now() - timedelta(minutes=30))
    on_site("Anne", note="site")
    response = synchronised(administrator, export)
    assert "rien ne peut être fusionné" in text(response)
    assert last_run().stale_count == 2
    assert not ComparedContact.objects.exists()


def test_an_older_purge_forgets_nothing_that_a_merge_needs(administrator, export):
    forget_former_contacts(timezone.now() - timedelta(hours=2))
    on_site("Bruno", note="site")
    assert "1 changement du site gardé" in text(synchronised(administrator, export))


# --- The same export again ----------------------------------------------------------------------


def test_who_goes_on_with_a_file_that_is_imported_already_has_no_conflict_with_it(
    administrator, export
):
    export.change("Anne", note="first").add("C1", "Denis", email="d@x.fr").delete("Bruno")
    confirmed(administrator, synchronised(administrator, export))
    assert names() == ["Anne", "Chloé", "Denis", "Zoé"]
    on_site("Chloé", note="site")
    export.change("Anne", note="second").change("Denis", type=2)
    confirmed(administrator, synchronised(administrator, export))
    assert notes() == {"Anne": "second", "Chloé": "site", "Denis": "", "Zoé": ""}
    export.change("Anne", note="").delete("Denis")
    confirmed(administrator, synchronised(administrator, export))
    assert notes() == {"Anne": "", "Chloé": "site", "Zoé": ""}


def test_an_export_that_was_added_by_mistake_is_put_right_by_a_synchronisation(
    administrator, export
):
    confirmed(administrator, checked(administrator, export.file()))
    assert names() == ["Anne", "Bruno", "Chloé", "Anne", "Bruno", "Chloé", "Zoé", "Zoé"]
    confirmed(administrator, synchronised(administrator, export))
    assert names() == ["Anne", "Bruno", "Chloé", "Zoé"]


def test_an_import_that_is_undone_is_the_sites_past(administrator, export):
    before = untouched()
    export.change("Anne", note="file").delete("Bruno")
    confirmed(administrator, synchronised(administrator, export))
    undo(last_run())
    assert untouched() == before
    response = synchronised(administrator, export)
    assert last_run().conflict_count == last_run().kept_change_count == 0
    confirmed(administrator, response)
    assert names() == ["Anne", "Chloé", "Zoé"]


# --- By command ---------------------------------------------------------------------------------


def command(tmp_path, export, *options):
    path = tmp_path / "contacts.ods"
    path.write_bytes(export.file().getvalue())
    output = io.StringIO()
    call_command("import_contacts", path, *options, stdout=output)
    return plain(output.getvalue()).splitlines()


@pytest.mark.parametrize("options", [[], ["--dry-run"], ["--on-conflict=refuse"]])
def test_the_command_names_the_conflicts_and_imports_nothing(tmp_path, export, options):
    on_site("Bruno", note="site")
    deleted_and_changed(export).change("Bruno", note="file").change("Zoé", note="file")
    before = untouched()
    with pytest.raises(CommandError) as refused:
        command(tmp_path, export, "--sync", *options)
    assert plain(refused.value).splitlines()[1:] == [
        "ligne 2, C1, Anne : supprimé sur le site, modifié dans le fichier",
        "ligne 3, C1, Bruno : Note vide, site « site », fichier « file »",
    ]
    assert untouched() == before


@pytest.mark.parametrize(("side", "note"), [("site", "site"), ("file", "file")])
def test_the_command_takes_a_side(tmp_path, export, side, note):
    both_changed(export)
    on_site("Chloé", note="site")
    summary = command(tmp_path, export, "--sync", f"--on-conflict={side}")[0]
    assert summary == (
        "lignes : 4, membres : 2, ajoutés : 0, modifiés : 1, supprimés : 0, inchangés : 3, "
        "avertissements : 0, gardés du site : 1, conflits : 1"
    )
    assert (notes()["Anne"], notes()["Chloé"]) == (note, "site")


def test_the_command_may_replace_all(tmp_path, export):
    both_changed(export)
    on_site("Chloé", note="site")
    command(tmp_path, export, "--sync", "--replace")
    assert (notes()["Anne"], notes()["Chloé"]) == ("file", "")


def test_a_program_that_does_not_choose_is_refused(export):
    with pytest.raises(Exception, match="Rien n'a été importé"):
        import_contacts(both_changed(export).file(), sync=True)
    assert last_run().state == "abandoned"


def test_two_merges_one_after_the_other_keep_what_the_first_one_imported(export):
    other = OldExport()
    run_import(export.change("Anne", note="one").file(), sync=True)
    run_import(other.change("Bruno", note="two").file(), sync=True)
    assert (notes()["Anne"], notes()["Bruno"]) == ("one", "two")


# --- Many ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [10, 1_000])
def test_the_queries_of_the_page_do_not_grow_with_the_conflicts(
    administrator, db, django_assert_max_num_queries, count
):
    for number in range(count):
        ContactFactory(member__reference=f"M{number}", name=f"Anne {number}", note="")
    export = OldExport()
    Contact.objects.update(note="site")
    for row in export.rows:
        row["note"] = "file" if row["name"].endswith(("0", "2", "4", "6", "8")) else ""
    response = synchronised(administrator, export)
    run = last_run()
    assert run.conflict_count == run.kept_change_count == count // 2
    with django_assert_max_num_queries(17):
        response = administrator.get(f"{run.get_absolute_url()}?conflits=1&gardes=1")
    assert len(page(response).xpath("//fieldset")) == min(count // 2, 20)
    press_choice(administrator, response, "Prendre le fichier pour tous")
    run.refresh_from_db()
    assert (run.undecided_count, run.modified_count) == (0, count // 2)


def test_a_page_of_conflicts_that_there_is_not_shows_the_last_one(administrator, export):
    synchronised(administrator, two_conflicts(export))
    for number in ("0", "9", "x", "-1", "9" * 30):
        response = administrator.get(f"{last_run().get_absolute_url()}?conflits={number}")
        assert len(page(response).xpath("//fieldset")) == 2
