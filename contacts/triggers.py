"""The history of contacts: which changes of a contact the database records."""

from base.recorder import Recorded
from contacts.models import ASIDE, CONTACT_FIELDS, Contact

# Columns whose change is recorded in history; a change of `updated_at` alone, for example, is not.
STATE = ("member_id", "position", *CONTACT_FIELDS)
CONTACTS = Recorded(
    "contacts",
    "contact",
    STATE,
    texts=frozenset(
        name for name in CONTACT_FIELDS if Contact._meta.get_field(name).empty_strings_allowed
    ),
    passing=f"OLD.position >= {ASIDE}",
    kept=("created_at", "refused_address", "refused_at"),
)
