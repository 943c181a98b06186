"""No file exhausts the machine: each is read in a process of its own, and its memory measured."""

import pytest

from tests.importexport.files import hostile_xlsx  # noqa: F401 (registers its files)
from tests.importexport.files.hostile import COSTLY, DIVISOR, HOSTILE
from tests.importexport.files.reading_apart import read_apart

# One process makes and reads the files for all its tests.
pytestmark = [pytest.mark.xdist_group("exhausting"), pytest.mark.slow]
FILES = HOSTILE | COSTLY
# Of the whole, 600 MiB divided as the files are; of that, one row may need a part at once.
MOST_MEMORY = 600 / DIVISOR + 40


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    paths = [folder / name for name in FILES]
    for path in paths:
        path.write_bytes(FILES[path.name]())
    return dict(zip(FILES, read_apart(paths), strict=True))


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_ends_within_its_memory(name, outcomes):
    found = outcomes[name]

    assert found["outcome"] == "rows" or found["outcome"].endswith(".")
    assert found["growth"] < MOST_MEMORY


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_one_sentence_or_two(name, outcomes):
    sentence = outcomes[name]["outcome"]

    assert sentence.endswith(".")
    assert len(sentence) < 240
    assert "\n" not in sentence
