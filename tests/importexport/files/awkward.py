"""Contacts whose values spreadsheets and libraries are known to spoil; all samples have them.

Each is a row of a contact file. `scripts/make_samples.py` writes them: whoever changes them makes
the samples anew.
"""

COLUMNS = (
    "Référence",
    "Libellé membre",
    "Dénomination",
    "Note",
    "Fonction",
    "Mail",
    "Tel",
    "Fax",
    "Type",
    "Libellé type",
)
TYPES = (
    "Notifications administratives",
    "Notifications des commandes",
    "Aucune notification",
    "Toutes les notifications",
    "Notifications service après-vente",
    "Réceptionnaire",
)
TAB = "un\tdeux"
# What an export notes about itself is of this kind.
PROPERTIES = {"Export du site": "WyIyMDI2LTAxLTAyVDAwOjAwOjAwIiwzXQ:1xW24h:LIr-_Yr & <é>"}
_CONTACTS = (
    # reference, member, name, note, job, mail, phones, fax, type
    ("00042", "Crèche « L'Été »", "Ève Œuvrard", "", "", "eve@example.org", "0478010203", "", 1),
    ("00042", "Crèche « L'Été »", "Ève Œuvrard", "", "", "eve@example.org", "0478010203", "", 1),
    ("00042", "Crèche « L'Été »", "Ève Œuvrard", "", "", "eve@example.org", "0478010203", "", 2),
    ("007", "", "", "", "", "", "", "", 3),
    ("007", "", "", "", "", "", "", "", 3),
    ("1e5", "1e5", "1e5", "1e5", "1e5", "", "1e5", "1e5", 4),
    ("=1+1", "=A1", "=1+1", '=HYPERLINK("http://a.fr")', "=", "", "", "", 5),
    ("'=1+1", "'", "'=1+1", "'texte", "''@x", "", "'+33", "'0", 6),
    ("+336", "+A1", "-5", "@SUM(A1)", "+", "", "+33 6 12 34 56 78", "+33612345678", 1),
    ("C1", "Deux  espaces", "a  b   c", "x  y", "d     e", "", "01  02", "01   02", 2),
    ("C2", "Lignes", "", "une\ndeux\n\nquatre\n  retrait  \nfin", "a\nb", "", "", "", 3),
    ("C3", "Balises", "<b>gras</b>", "a & b &amp; c < d > e", "]]>", "", "", "", 4),
    ("C4", "Guillemets", 'dit "oui"', '"', "a;b,c", "", "01;02;03", "", 5),
    ("C5", "Tabulation", TAB, "", "", "", "", "", 6),
    ("C6", "Nombres", "1,5", "2.50", "50 %", "", "0612345678;0478000000", "1 000", 1),
    ("C7", "Dates", "24/11/2026", "2026-11-24", "8:30", "", "", "", 2),
    ("C8", "Booléens", "VRAI", "FAUX", "TRUE", "", "#N/A", "#REF!", 3),
    ("C9", "Espaces", "a\u00a0b", "1\u202f000", "c\u2003d", "", "01\u00a002", "", 4),
    ("C10", "Écritures", "😀 Ünïcödé", "中文 عربي עברית", "e\u0301", "", "", "", 5),
    ("C10", "", "même", "même", "même", "", "même", "même", 6),
    ("C10", "", "même", "même", "même", "", "même", "même", 6),
    ("C11", "Long", "n" * 200, "Une note assez longue. " * 40 + "Fin.", "", "", "", "", 1),
    ("C12", "", "", "", "", "", "", "x", 2),
    ("99999999999999999999", "", "1234567890123456789", "", "", "", "33612345678", "", 3),
    (
        "C13",
        "http://example.org",
        "https://example.org/?a=1&b=2",
        "a@b.fr",
        "",
        "a@b.fr",
        "",
        "",
        4,
    ),
    ("Z", "Dernier", "", "", "", "", "", "", 6),
)
# The contact that someone adds to an export, without the label of its type.
ADDED = ("C13", "", "Léa", "une\ndeux", "Chef", "lea@example.org", "0478010203", "", 2)
ROWS = [(*contact, TYPES[contact[-1] - 1]) for contact in _CONTACTS]


def without_empty_end(row):
    """Return a row without its empty last cells, as the reader gives it."""
    cells = list(row)
    while cells[-1] == "":
        cells.pop()
    return cells
