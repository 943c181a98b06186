"""An export that LibreOffice changed, `libreoffice-stale.ods`: what it was made from, and when."""

from datetime import UTC, datetime

# The site's key then; the stamp counts for a site with this one only.
SECRET_KEY = "the key of a site that exported a sample"
MOMENT = datetime(2026, 11, 1, 8, tzinfo=UTC)
REFERENCE, MEMBER = "C1", "Ferme des Érables"
# Name, note, job title, mail, phones, fax, type: as the columns stand in a file.
CONTACTS = (
    ("Anne Petit", "matin", "Gérante", "anne@exemple.fr", "0478000001", "", 4),
    ("Bruno Leroy", "", "Comptable", "bruno@exemple.fr", "0478000002", "", 1),
    ("Chloé Blanc", "", "", "chloe@exemple.fr", "0478000003", "", 2),
    ("Denis Roux", "", "Livreur", "denis@exemple.fr", "0478000004", "", 6),
)
ROWS = tuple((REFERENCE, MEMBER, *contact, "") for contact in CONTACTS)
