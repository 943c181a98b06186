"""The table of a run's states: each transition that it has takes place, and no other one."""

import ast
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings

from importexport.models import ImportRun
from importexport.runs.leases import change_state, claim
from importexport.states import CLEARED, MOVING_STATES, TRANSITIONS, RunState, UnknownTransition
from tests.importexport.files_made import csv_file
from tests.importexport.importing import received

PAIRS = list(product(RunState, RunState))
ALLOWED = {
    ("received", "checking"),
    ("received", "abandoned"),
    ("checking", "checking"),
    ("checking", "ready"),
    ("checking", "refused"),
    ("checking", "received"),
    ("checking", "failed"),
    ("checking", "abandoned"),
    ("ready", "applying"),
    ("ready", "received"),
    ("ready", "abandoned"),
    ("applying", "applying"),
    ("applying", "done"),
    ("applying", "received"),
    ("applying", "failed"),
    ("done", "undoing"),
    ("undoing", "undoing"),
    ("undoing", "undone"),
    ("undoing", "done"),
    ("failed", "received"),
    ("failed", "abandoned"),
}


@pytest.fixture
def run(db):
    run = received(csv_file())
    ImportRun.objects.update(message="before", outdated={"added": 1}, attempts=2)
    return run


def as_in_database(run):
    return ImportRun.objects.filter(pk=run.pk)


@pytest.mark.parametrize(("state", "becomes"), PAIRS)
def test_a_run_becomes_what_the_table_allows_and_nothing_else(run, state, becomes):
    as_in_database(run).update(state=state)
    before = as_in_database(run).values().get()
    if (state, becomes) in ALLOWED:
        assert change_state(as_in_database(run), [state], becomes) == 1
        assert as_in_database(run).get().state == becomes
    else:
        with pytest.raises(UnknownTransition, match=f"{state} → {becomes}"):
            change_state(as_in_database(run), [state], becomes)
        assert as_in_database(run).values().get() == before


def test_every_state_can_be_reached_and_every_transition_is_tried():
    assert set(TRANSITIONS) == set(RunState)
    assert {(state, becomes) for state in TRANSITIONS for becomes in TRANSITIONS[state]} == ALLOWED
    reached = {becomes for _, becomes in ALLOWED} | {RunState.RECEIVED}
    assert reached == set(RunState)


@pytest.mark.parametrize(("state", "becomes"), sorted(ALLOWED))
def test_a_transition_clears_what_the_table_says_and_keeps_the_rest(run, state, becomes):
    as_in_database(run).update(state=state)
    before = as_in_database(run).values().get()
    change_state(as_in_database(run), [RunState(state)], RunState(becomes))
    after = as_in_database(run).values().get()
    changed = {"state": becomes, "claim": None, "attempts": 0} | CLEARED.get(RunState(becomes), {})
    assert (after.pop("claimed_until") is not None) is (becomes in MOVING_STATES)
    del before["claimed_until"]
    assert after == before | changed


def test_values_of_a_transition_come_before_what_it_clears(run):
    as_in_database(run).update(state="undoing")
    change_state(as_in_database(run), [RunState.UNDOING], RunState.DONE, message="refused")
    assert as_in_database(run).get().message == "refused"


def test_a_run_in_another_state_stays_as_it_is(run):
    before = as_in_database(run).values().get()
    assert change_state(as_in_database(run), [RunState.READY], RunState.APPLYING) == 0
    assert as_in_database(run).values().get() == before


def test_a_claim_counts_the_attempt(run):
    claimed = claim(run.pk, [RunState.RECEIVED], RunState.CHECKING)
    assert (claimed.state, claimed.attempts) == ("checking", 3)
    assert claimed.claim is not None
    assert claim(run.pk, [RunState.RECEIVED, RunState.CHECKING], RunState.CHECKING) is None


# --- Nothing else sets a state ------------------------------------------------------------------

ROOMS = ("importexport", "contacts_site", "api", "benchmarks", "scripts")
WRITES = {"update", "create", "get_or_create", "update_or_create", "ImportRun"}


def sets_a_state(node) -> bool:
    """Whether code gives a run a state: `….update(state=…)`, `ImportRun(state=…)`, `.state = …`."""
    if isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        keywords = {keyword.arg for keyword in node.keywords}
        strings = {each.value for each in ast.walk(node) if isinstance(each, ast.Constant)}
        return bool(
            (name in WRITES and "state" in keywords)
            or (name in ("setattr", "bulk_update") and "state" in strings)
        )
    targets = getattr(node, "targets", [getattr(node, "target", None)])
    is_assignment = isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign)
    return is_assignment and any(getattr(target, "attr", "") == "state" for target in targets)


def places_that_set_a_state() -> list[str]:
    base = Path(settings.BASE_DIR)
    return [
        str(path.relative_to(base))
        for room in ROOMS
        for path in sorted((base / room).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if sets_a_state(node)
    ]


def test_only_one_place_sets_the_state_of_a_run():
    assert places_that_set_a_state() == ["importexport/runs/leases.py"]


@pytest.mark.parametrize(
    "code",
    [
        "runs.update(state=x)",
        "ImportRun(state=x)",
        "models.ImportRun(pk=1, state=x)",
        "ImportRun.objects.create(state=x)",
        "run.state = x",
        "setattr(run, 'state', x)",
        "objects.bulk_update(runs, ['state'])",
    ],
)
def test_each_way_to_set_a_state_would_be_found(code):
    assert any(sets_a_state(node) for node in ast.walk(ast.parse(code)))
    assert not any(sets_a_state(node) for node in ast.walk(ast.parse("runs.filter(state=x)")))
