#!/usr/bin/env python3
"""Django's command line for this project."""

import os
import sys

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from base.authorship import Way, written_by
from contacts_site import __version__


def main() -> None:
    """Run the command named on the command line; say in a sentence what a setting lacks."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contacts_site.settings")
    # Django answers these itself, with its own version, before it looks for commands.
    if sys.argv[1:] in (["version"], ["--version"]):
        sys.stdout.write(f"Gestion des contacts {__version__} (Django {django.get_version()})\n")
        return
    try:
        with written_by(Way.COMMAND, program="".join(sys.argv[1:2])):
            execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
