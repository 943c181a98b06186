#!/usr/bin/env python
"""Make tests/importexport/files/samples/ anew, each file with the program that it is named for.

`.venv/bin/python scripts/make_samples.py` needs LibreOffice with its Python bridge, Gnumeric
(apt-get install libreoffice-calc libreoffice-writer python3-uno gnumeric), and a network, as pip
installs the libraries into an environment of their own. The tests need none of these.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "tests/importexport/files/samples"
LIBRARIES = (
    *("pyexcel-ods3", "ezodf", "odswriter", "pandas", "odfpy", "odfdo", "lxml", "setuptools"),
    "msoffcrypto-tool",
)
# The Python that Debian's python3-uno belongs to.
LIBREOFFICE_PYTHON = "/usr/bin/python3"
TEXT = "Référence;Type\nUn document, pas un tableau.\n"

sys.path.insert(0, str(ROOT))


def main() -> None:
    SAMPLES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        write_our_own()
        run(LIBREOFFICE_PYTHON, ROOT / "scripts/samples_by_libreoffice.py", SAMPLES, folder)
        convert_other_kinds(Path(folder))
        run("ssconvert", SAMPLES / "ours.ods", SAMPLES / "gnumeric.ods")
        run("ssconvert", SAMPLES / "libreoffice-edited.ods", SAMPLES / "gnumeric-edited.ods")
        run("ssconvert", SAMPLES / "ours.ods", SAMPLES / "gnumeric.xlsx")
        run("ssconvert", SAMPLES / "libreoffice-edited.ods", SAMPLES / "gnumeric-edited.xlsx")
        run(sys.executable, "-m", "venv", f"{folder}/venv")
        run(f"{folder}/venv/bin/pip", "install", "--quiet", *LIBRARIES)
        run(f"{folder}/venv/bin/python", ROOT / "scripts/samples_by_libraries.py", SAMPLES)
        encrypt = (f"{folder}/venv/bin/msoffcrypto-tool", "-e", "-p", "secret")
        run(*encrypt, SAMPLES / "libreoffice-typed.xlsx", SAMPLES / "msoffcrypto-password.xlsx")


def write_our_own() -> None:
    """Write the awkward contacts as exports, and one marked as if no member were known."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contacts_site.settings")
    os.environ.setdefault("SECRET_KEY", "only-for-samples")
    import django
    from django.conf import settings

    django.setup()
    from importexport.exports.stamp import PROPERTY, ExportMoment, sign
    from importexport.files import open_table
    from importexport.rows.checking import check_table, is_header
    from importexport.rows.marking import mark_file
    from importexport.rows.sheet import write_rows
    from tests.importexport.files import stale
    from tests.importexport.files.awkward import PROPERTIES, ROWS
    from tests.importexport.files.making import LIMITS

    for format in ("ods", "csv"):
        with (SAMPLES / f"ours.{format}").open("wb") as file:
            write_rows(file, format, iter(ROWS), lambda _: PROPERTIES)
    settings.SECRET_KEY = stale.SECRET_KEY
    stamp = sign(ExportMoment(stale.MOMENT, len(stale.ROWS)))
    with (SAMPLES / "ours-stale.ods").open("wb") as file:
        write_rows(file, "ods", iter(stale.ROWS), lambda _: {PROPERTY: stamp})
    with (SAMPLES / "ours.ods").open("rb") as file, (SAMPLES / "marked.ods").open("wb") as marked:
        errors = check_table(open_table(file, is_header, LIMITS), {}).errors
        mark_file(file, marked, errors, LIMITS)


def convert_other_kinds(folder: Path) -> None:
    """Write files that must be refused: the same table, and a text, in other formats."""
    text = folder / "texte.txt"
    text.write_text(TEXT, encoding="utf-8")
    for source, extensions in (
        (SAMPLES / "libreoffice-typed.ods", ("xls", "fods", "pdf", "html")),
        (text, ("odt", "docx", "doc", "rtf")),
    ):
        for extension in extensions:
            profile = f"-env:UserInstallation=file://{folder}/profile"
            run("soffice", profile, "--headless", "--convert-to", extension,
                "--outdir", folder, source)  # fmt: skip
            made = folder / f"{source.stem}.{extension}"
            shutil.move(made, SAMPLES / f"libreoffice-refused.{extension}")


def run(*command: str | Path) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
