"""All logs of a test run, as a real site would write them, and a search in them for people.

`PeopleSeen` notes the names, addresses and numbers that tests stored; `personal_data_in` says which
of them, and which other addresses of mail and telephone numbers, stand in a text.
"""

import logging
import re
from pathlib import Path

from django.db.models.signals import post_save

from accounts.models import User
from contacts.models import Contact
from contacts_site.logs import ContextFilter, LineFormatter, ObjectFormatter
from members.models import Member

ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.\w+")
PHONE = re.compile(r"(?<![\w.:-])(?:\+\d{2} ?|0)[1-9](?:[ .-]?\d\d){4}(?!\w)")
PERSONAL_FIELDS = ("username", "first_name", "last_name", "name", "email", "phones", "fax")
# Shorter ones are found in words that have nothing to do with them.
SHORTEST = 5


def personal_data_in(text, values):
    """Return what a text tells of people, in the order of the alphabet."""
    words = [value for value in values if len(value) >= SHORTEST]
    told = {value for value in words if re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text)}
    return sorted(told | set(ADDRESS.findall(text)) | set(PHONE.findall(text)))


class PeopleSeen:
    """What is stored of people while it listens."""

    def __init__(self):
        self.values = set()

    def _note(self, sender, instance, **signal):
        for field in PERSONAL_FIELDS:
            self.values.add(str(getattr(instance, field, "")))

    def __enter__(self):
        for model in (User, Member, Contact):
            post_save.connect(self._note, sender=model)
        return self

    def __exit__(self, *error):
        for model in (User, Member, Contact):
            post_save.disconnect(self._note, sender=model)


class WrittenLogs:
    """The files that a site's logs would be, of lines and of objects, while it is entered."""

    def __init__(self, folder: Path):
        self.path = folder / "site.log"
        self._handlers = []

    def __enter__(self):
        for formatter in (LineFormatter(), ObjectFormatter()):
            handler = logging.FileHandler(self.path, encoding="utf-8")
            handler.setFormatter(formatter)
            handler.addFilter(ContextFilter())
            logging.getLogger().addHandler(handler)
            self._handlers.append(handler)
        return self

    def __exit__(self, *error):
        for handler in self._handlers:
            logging.getLogger().removeHandler(handler)
            handler.close()

    def text(self):
        return self.path.read_text(encoding="utf-8")
