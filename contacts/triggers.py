"""The history of contacts: which changes of a contact the database records."""

from base.recorder import Recorded
from contacts.models import CONTACT_FIELDS

# Columns whose change is recorded in history; a change of `updated_at` alone, for example, is not.
STATE = ("member_id", "position", *CONTACT_FIELDS)
CONTACTS = Recorded(
    "contacts",
    "contact",
    STATE,
    texts=frozenset(CONTACT_FIELDS) - {"type"},
    kept=("created_at", "refused_address", "refused_at"),
)
