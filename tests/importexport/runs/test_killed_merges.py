"""Workers are killed in each step of a merge, and two merges meet: all happens, or nothing."""

from datetime import timedelta
from random import Random

import pytest
from django.core.files import File

from contacts.models import Contact
from importexport.models import ImportRun, RunSource, Side
from importexport.runs.intake import Options, receive
from importexport.runs.steps import ask_for_work, ask_to_undo, choose_sides, confirm
from tests.importexport.files_made import untouched
from tests.importexport.importing import options
from tests.importexport.runs.test_killed_workers import (
    STEPS,
    _short_leases,  # noqa: F401 (a fixture)
    a_worker,
    asked_to_apply,
    before,  # noqa: F401 (a fixture)
    kill_worker,
    state_of,
)
from tests.importexport.stale import OldExport
from tests.site_processes import wait_until

FAX = "0478000009"
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def sent(export: OldExport) -> ImportRun:
    chosen: Options = options(sync=True)
    file = export.file()
    run = receive(File(file, "contacts.ods"), chosen, source=RunSource.BROWSER)
    ask_for_work(run.pk)
    return run


@pytest.fixture
def exports(before):  # noqa: F811
    """Two exports, before the site changed a third of its contacts.

    In the first one another third of the rows changed. Each fifteenth contact is a conflict; a row
    is missing for each seventh, of which the site changed some. In the other one, each fifth row
    got a fax.
    """
    other, export = OldExport(), OldExport()
    other.moment = export.moment - timedelta(seconds=1)
    for number, row in enumerate(other.rows):
        if number % 5 == 0:
            row["fax"] = FAX
    for number, row in enumerate(export.rows):
        if number % 3 == 0 or number % 15 == 1:
            row["note"] = "file"
    on_site = [one.pk for n, one in enumerate(contacts()) if n % 3 == 1]
    Contact.objects.filter(pk__in=on_site).update(note="site")
    export.rows = [row for number, row in enumerate(export.rows) if number % 7]
    return export, other


@pytest.fixture
def export(exports):
    return exports[0]


def contacts():
    return Contact.objects.order_by("member__reference", "position")


def outcome():
    """Return each contact's name and note, by member and position."""
    return list(contacts().values_list("member__reference", "name", "note"))


def expected(before_import):
    """Return what becomes of the contacts where the file is taken in conflicts."""
    return [
        (reference, name, "file" if n % 3 == 0 or n % 15 == 1 else note)
        for n, (reference, name, note) in enumerate(before_import)
        if n % 7
    ]


def test_a_merge_whose_workers_are_killed_happens_whole_and_is_undone_whole(export, tmp_path):
    random = Random(12)
    site, site_before = untouched(), outcome()
    wanted = expected(site_before)
    run = sent(export)
    for ask, state, becomes in STEPS:
        if state == "applying":
            assert run.conflict_count == run.undecided_count > 100
            assert choose_sides(run, run.preview_key, Side.FILE)
            with a_worker(tmp_path):
                wait_until(lambda: state_of(run) == "ready" and not run.undecided_count)
        ask(run)
        assert kill_worker(tmp_path, run, state, becomes, after=0)
        kill_worker(tmp_path, run, state, becomes, random.uniform(0, 0.5))
        assert outcome() in (site_before, wanted)
        with a_worker(tmp_path):
            wait_until(lambda becomes=becomes: state_of(run) == becomes)
        assert outcome() == (wanted if becomes == "done" else site_before)
    assert untouched() == site


def test_of_two_merges_at_once_the_second_one_is_previewed_anew(exports, tmp_path):
    site = untouched()
    runs = [sent(export) for export in exports]
    patient = {"IMPORT_LEASE_SECONDS": "60"}
    with a_worker(tmp_path, **patient) as one, a_worker(tmp_path, **patient) as two:
        for run in runs:
            wait_until(lambda run=run: state_of(run) == "ready")
        assert choose_sides(runs[0], runs[0].preview_key, Side.SITE)
        wait_until(lambda: state_of(runs[0]) == "ready" and not runs[0].undecided_count)
        one.wait_until_ready()
        two.wait_until_ready()
        for run in runs:
            assert confirm(run, run.preview_key)
        wait_until(lambda: "done" in map(state_of, runs))
        wait_until(lambda: {*map(state_of, runs)} <= {"done", "ready"})
        (waiting,) = [run for run in runs if run.state == "ready"]
        assert waiting.outdated is not None
        if waiting.undecided_count:
            assert choose_sides(waiting, waiting.preview_key, Side.FILE)
            wait_until(lambda: state_of(waiting) == "ready" and not waiting.undecided_count)
        asked_to_apply(waiting)
        wait_until(lambda: state_of(waiting) == "done")
    assert Contact.objects.filter(fax=FAX).count() > len(site) // 6
    assert Contact.objects.filter(note="file").count() > len(site) // 6
    for run in sorted(runs, key=lambda run: run.applied_at, reverse=True):
        with a_worker(tmp_path):
            ask_to_undo(run, None)
            wait_until(lambda run=run: state_of(run) == "undone")
    assert untouched() == site
