"""Which static files of libraries the site serves: those that its pages name.

Bootstrap, htmx and Django's admin bring some 250 files; collecting all of them takes longer than
the rest of a start. A page that needs another one of them names it here.
"""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Any

from django.contrib.staticfiles.finders import AppDirectoriesFinder
from django.core.files.storage import Storage

USED = (
    "css/bootstrap.min.css",
    # Its last line names this one, and what a file names must be there.
    "css/bootstrap.min.css.map",
    "django_htmx/htmx-2.min.js",
    "admin/*",
)
# The admin's fields that search while one types: no form here has one.
UNUSED = ("admin/*/vendor/select2/*",)


class UsedFilesFinder(AppDirectoriesFinder):
    """Finds the static files of installed apps, without those that no page names."""

    def find_in_app(self, app: str, path: str) -> Any:
        """Return where the app has the file, or nothing where no page names it."""
        return super().find_in_app(app, path) if _is_used(path) else None

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        """Yield each file's path with the storage that has it."""
        return (found for found in super().list(ignore_patterns) if _is_used(found[0]))


def _is_used(path: str) -> bool:
    return _matches(path, USED) and not _matches(path, UNUSED)


def _matches(path: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in patterns)
