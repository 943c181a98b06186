"""The benchmark prints each part's figures once they are measured, whatever other parts do."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import main, run_parts
from benchmarks.cases import Bench, CaseFailed, run_case
from benchmarks.parts import PARTS, WORDS, longest_wait
from benchmarks.stores import SqliteStore

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def bench(tmp_path):
    return Bench(SqliteStore(tmp_path), tmp_path, (10,))


def test_the_parts_can_be_listed(capsys):
    assert main(["--list"]) == 0
    assert capsys.readouterr().out.split() == list(PARTS)


def test_one_part_is_measured_alone():
    command = [sys.executable, "-m", "benchmarks", "--only", "search", "--sizes", "10"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    found = re.findall(r"^« (\S+) » +\d+ +\d+\.\d +\d+ +× \d", done.stdout, re.MULTILINE)
    assert len(found) == sum(map(len, WORDS))
    assert "10 members, 50 contacts" in done.stdout
    assert "python-calamine" not in done.stdout


@pytest.mark.parametrize("sizes", ["12", "5", "0", "ten"])
def test_a_size_that_cannot_be_filled_is_refused(sizes, capsys):
    with pytest.raises(SystemExit) as refused:
        main(["--only", "files", "--sizes", sizes])
    assert refused.value.code == 2
    assert "--sizes" in capsys.readouterr().err


def saying(words):
    def part(_bench):
        sys.stdout.write(f"{words}\n")

    return part


def test_a_part_that_fails_says_so_at_its_place_and_the_rest_goes_on(bench, capsys):
    def broken(bench):
        saying("a figure")(bench)
        raise CaseFailed("12 of 13 mails\ncame")

    assert run_parts({"one": saying("first"), "two": broken, "three": saying("last")}, bench) == 1
    printed = capsys.readouterr()
    first, figure, failure, last, _seconds, failed = filter(None, printed.out.splitlines())
    assert (first, figure, last) == ("first", "a figure", "last")
    assert failure == "two: failed: CaseFailed: 12 of 13 mails came"
    assert failed == "failed: two"
    assert "Traceback" in printed.err


def test_the_status_is_0_where_no_part_fails(bench, capsys):
    assert run_parts({"one": saying("first")}, bench) == 0
    assert "failed" not in capsys.readouterr().out


def test_a_case_that_fails_says_why_in_one_line_and_keeps_its_traceback(tmp_path):
    with pytest.raises(CaseFailed, match="AttributeError") as caught:
        run_case("filling.nothing", f"sqlite:///{tmp_path}/none.sqlite3", tmp_path)
    assert re.fullmatch("filling.nothing: AttributeError: .+", str(caught.value))
    assert "Traceback" in caught.value.__notes__[0]


def test_what_a_failed_part_left_behind_does_not_hinder_the_next(tmp_path):
    store = SqliteStore(tmp_path)
    store.create("members")
    (tmp_path / "members.sqlite3").write_text("half filled")
    (tmp_path / "members.sqlite3-wal").write_text("half written")
    store.create("members")
    assert list(tmp_path.iterdir()) == []


def test_a_wait_over_the_whole_import_is_a_figure():
    acts = [("read", 0.0, 1.0, False), ("write", 1.0, 9.0, False), ("read", 10.0, 0.5, False)]
    assert longest_wait(acts, "write", 2.0, 8.0) == "9000"
    assert longest_wait(acts, "read", 2.0, 8.0) == "–"
    assert longest_wait(acts, "read", 0.5, 12.0) == "1000"


def test_a_wait_that_the_database_gave_up_is_a_figure():
    acts = [("write", 1.0, 20.0, True), ("write", 21.0, 2.0, False)]
    assert longest_wait(acts, "write", 2.0, 25.0) == "20000, given up"
