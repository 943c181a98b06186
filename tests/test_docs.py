"""What README.md and the pages of docs/ name is there: links, paths, commands, settings."""

import importlib
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands, load_command_class

from importexport.rows.columns import COLUMNS
from importexport.rows.guide import ADDITION, MERGE, SYNCHRONISATION, UPDATE
from scripts import draw_merge, draw_rooms

ROOT = Path(settings.BASE_DIR)
PAGES = sorted(
    path
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "tests" / "README.md")
    if path.is_file()
)
IMPORTING = ROOT / "docs" / "importer.md"
ROOMS = draw_rooms.rooms()
# What a recipe makes, and what a site has beside the repository.
NOT_KEPT = {
    "contacts/migrations/0002_mobile.py",
    "importexport/migrations/0002_mobile.py",
    "deploy/certificates/",
    "deploy/contacts.env",
}
# Names of other software's.
FOREIGN = {"AddIndexConcurrently", "MAILERS", "SECURE_CSP", "log_format", "max_connections"}

_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^)\s]+)\)")
_PATH = re.compile(r"[\w.@*-]+(?:/[\w.@*-]+)*/?")
_MODULE = re.compile(rf"(?:{'|'.join(ROOMS)})(?:\.\w+)+")
_NAME = re.compile(r"[A-Za-z_]\w*")
_MAKE = re.compile(r"\bmake((?: [a-z][\w-]*)+)")
_MANAGE = re.compile(r"manage\.py ([a-z_]+)((?: [^\n`#|]+)?)")


def page_id(path):
    return path.relative_to(ROOT).as_posix()


each_page = pytest.mark.parametrize("page", PAGES, ids=page_id)


def text_of(page):
    return page.read_text(encoding="utf-8")


def prose(page):
    """The page without its blocks of code."""
    return _FENCE.sub("", text_of(page))


def blocks(page):
    """The blocks of commands of a page, long lines joined."""
    found = [code for _, language, code in _FENCE.findall(text_of(page)) if not language]
    return [code.replace("\\\n", " ") for code in found]


def commands(page):
    """Whatever of the page may be typed: inline code, and each line of its blocks."""
    yield from _CODE.findall(prose(page))
    for block in blocks(page):
        yield from block.splitlines()


@cache
def tracked():
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return [name for name in listed if (ROOT / name).exists()]


@cache
def words_of_the_code():
    """Every name in what is not a page."""
    found: set[str] = set()
    for name in tracked():
        if not name.endswith((".md", ".ods", ".csv", ".png", "test_docs.py")):
            path = ROOT / name
            found |= set(re.findall(r"\w+", path.read_text(encoding="utf-8", errors="ignore")))
    return found


def slug(title):
    """The anchor of a title, as forges make it."""
    return re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-")


# --- Links --------------------------------------------------------------------------------


@each_page
def test_links_lead_somewhere(page):
    for target in _LINK.findall(prose(page)):
        if target.startswith(("http://", "https://")):
            continue
        name, _, anchor = target.partition("#")
        aim = (page.parent / name).resolve() if name else page
        assert aim.exists(), target
        if anchor:
            titles = re.findall(r"^#+ (.+)$", prose(aim), re.MULTILINE)
            assert anchor in {slug(title) for title in titles}, target


def test_each_page_is_reached_from_the_readme():
    reached, ahead = set(), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        links = (link.partition("#")[0] for link in _LINK.findall(prose(page)))
        ahead += [(page.parent / link).resolve() for link in links if link and ":" not in link]
    assert {page_id(page) for page in PAGES} - {page_id(page) for page in reached} == set()


# --- Paths, modules, names ----------------------------------------------------------------


def is_there(path, page):
    """Whether a path stands in the repository, from its root or from the page's folder."""
    if path in NOT_KEPT or path.rstrip("/") in NOT_KEPT:
        return True
    places = (ROOT, page.parent)
    if "*" in path:
        return any(True for place in places for _ in place.glob(path))
    if any((place / path).exists() for place in places):
        return True
    # A file named alone, where the page has said in which folder.
    return "/" not in path and any(name.endswith(f"/{path}") for name in tracked())


def looks_like_a_path(code, page):
    if not _PATH.fullmatch(code):
        return False
    tops = {name.partition("/")[0] for name in tracked()}
    tops |= {path.name for path in page.parent.iterdir()}
    if "/" in code:
        return code.partition("/")[0] in tops
    return bool(re.fullmatch(r"[\w-]+\.(?:py|md|toml|txt|html|yaml|ods|csv)", code))


@each_page
def test_paths_exist(page):
    named = [code for code in _CODE.findall(prose(page)) if looks_like_a_path(code, page)]
    assert [code for code in named if not is_there(code, page)] == []


@each_page
def test_modules_and_what_they_hold_exist(page):
    for code in _CODE.findall(prose(page)):
        if not _MODULE.fullmatch(code):
            continue
        parts = code.split(".")
        for length in range(len(parts), 0, -1):
            if (ROOT / Path(*parts[:length])).with_suffix(".py").exists():
                break
        else:
            length = 1
        found = importlib.import_module(".".join(parts[:length]))
        for name in parts[length:]:
            assert hasattr(found, name), code
            found = getattr(found, name)


@each_page
def test_names_of_the_code_are_in_the_code(page):
    known = words_of_the_code() | FOREIGN
    named = [code for code in _CODE.findall(prose(page)) if _NAME.fullmatch(code)]
    # Words of ordinary English may be anything.
    named = [name for name in named if "_" in name or not (name.islower() or name.istitle())]
    assert [name for name in named if name not in known] == []


# --- Commands -----------------------------------------------------------------------------


@each_page
def test_targets_of_make_exist(page):
    targets = set(re.findall(r"^([\w-]+):", text_of(ROOT / "Makefile"), re.MULTILINE))
    for command in commands(page):
        for named in _MAKE.findall(command):
            if command.startswith("make") or "PORT=" in command:
                assert set(named.split()) <= targets, command


@each_page
def test_commands_and_their_options_exist(page):
    for command in commands(page):
        for name, arguments in _MANAGE.findall(command):
            if name == "version":
                continue  # Answered before Django looks for commands.
            assert name in get_commands(), command
            parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
            known = {option for action in parser._actions for option in action.option_strings}
            named = set(re.findall(r"(?<![\w-])--[a-z-]+", arguments))
            assert named <= known, command


@each_page
def test_modules_that_are_run_exist(page):
    for command in commands(page):
        for name in re.findall(r"python -m ([\w.]+)", command):
            path = ROOT / Path(*name.split("."))
            is_module = path.with_suffix(".py").exists() or (path / "__main__.py").exists()
            assert is_module or name == "venv", command


# --- Settings, layers, drawing ------------------------------------------------------------


def variables_that_are_read():
    """The environment variables of the site, by the calls that read them."""
    called = re.findall(
        r'environment\.\w+\(\s*"([A-Z_]+)"', text_of(ROOT / "contacts_site" / "settings.py")
    )
    inside = re.findall(
        r'\b(?:text|_json_object)\("([A-Z_]+)"\)',
        text_of(ROOT / "contacts_site" / "environment.py"),
    )
    return {*called, *inside}


def test_each_setting_is_documented_once_and_no_other():
    rows = re.findall(r"^\| (`[A-Z].*?) \|", text_of(ROOT / "docs" / "settings.md"), re.MULTILINE)
    documented = [name for row in rows for name in _CODE.findall(row)]
    assert sorted(documented) == sorted(variables_that_are_read())


def test_the_variables_of_deploy_are_read_there():
    _, _, table = text_of(ROOT / "docs" / "deploy.md").partition("## Variables of these files")
    named = re.findall(r"^\| `([A-Z_]+)`", table, re.MULTILINE)
    files = ("entry-point", "compose.yaml", "nginx/contacts.conf.template")
    read = "".join(text_of(ROOT / "deploy" / name) for name in files)
    found = set(re.findall(r"\$\{([A-Z_]+)", read)) - {"DATA_DIR"}
    assert set(named) == found
    assert len(named) == len(set(named))


def test_the_layers_of_the_page_are_those_that_the_linter_holds():
    shown = re.search(r"^```layers\n(.*?)^```$", text_of(draw_rooms.PAGE), re.M | re.S)
    assert shown
    assert shown[1].splitlines() == draw_rooms.layers()


def test_the_drawing_is_that_of_the_imports():
    page = text_of(draw_rooms.PAGE)
    assert draw_rooms.drawn(page) == page


def test_the_picture_of_a_merge_is_that_of_its_script():
    assert draw_merge.PICTURE.read_text(encoding="utf-8") == draw_merge.drawing()
    assert f"({draw_merge.PICTURE.parent.name}/{draw_merge.PICTURE.name})" in text_of(IMPORTING)


def test_the_page_on_importing_has_the_choices_of_the_form_and_its_words_on_merging():
    words = " ".join(text_of(IMPORTING).split())
    # The page has the label of the synchronisation without its brackets.
    for label in (ADDITION, UPDATE, SYNCHRONISATION.partition(" (")[0]):
        assert f"| {label} |" in words
    assert " ".join(MERGE.split()) in words


def test_no_import_goes_up_or_sideways():
    layers = [layer.split(" | ") for layer in draw_rooms.layers()]
    height = {room: number for number, layer in enumerate(reversed(layers)) for room in layer}
    for room, below in draw_rooms.imports().items():
        assert [other for other in below if height[other] >= height[room]] == []


def test_the_columns_of_the_page_are_those_of_the_code():
    rows = re.findall(
        r"^\| ([^|`]+) \| (yes|no) \|", text_of(ROOT / "docs" / "contact-files.md"), re.MULTILINE
    )
    assert rows == [(column.title, "yes" if column.is_required else "no") for column in COLUMNS]
