"""Fuzz one kind of file: `python -m scripts.fuzz.child KIND FOLDER OPTION...`."""

import os
import sys

import atheris

with atheris.instrument_imports(include=["importexport", "base.characters", "contacts.phones"]):
    os.environ["DJANGO_SETTINGS_MODULE"] = "contacts_site.settings"
    os.environ.setdefault("SECRET_KEY", "only-for-fuzzing")
    os.environ.setdefault("HTTPS", "false")
    import django

    django.setup()
    from scripts.fuzz.targets import TARGETS


def main() -> None:
    """Run until the time is over, or until the first finding."""
    name, kind, *options = sys.argv
    atheris.Setup([name, *options], TARGETS[kind])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
