"""How a contact file is filled and imported: the help of the import page and of an ODS."""

from importexport.files.ods_frame import Guide, GuidePart
from importexport.rows.columns import COLUMNS

# The labels of the import's choices; the last one is the manual's.
ADDITION = "Ajouter tous les contacts du fichier"
UPDATE = "Mettre à jour les contacts déjà présents"
SYNCHRONISATION = (
    "Synchronisation des contacts (supprime les contacts du membre non présents dans le fichier)"
)

FILLING = GuidePart(
    titles=(
        "Intitulé de la colonne dans le tableau",
        "Obligatoire ?",
        "Comment remplir le champ ?",
    ),
    rows=tuple(
        (column.title, "Oui" if column.is_required else "Non", column.explanation)
        for column in COLUMNS
    ),
)

# The rule of runs/pairs.py.
PAIRS = (
    "Chez un membre, une ligne est le contact qui a les mêmes valeurs ; sinon celui qui est seul à "
    "avoir le même mail, sinon la même dénomination, sinon un même numéro de téléphone. Si "
    "d'autres valeurs diffèrent, ce contact est modifié : il garde son historique et ses mails."
)
CHOICES = GuidePart(
    titles=("Choix à l'import", "Supprime ?", "Que deviennent les contacts ?"),
    rows=(
        (ADDITION, "Non", "Chaque ligne est ajoutée, même si son contact est déjà présent."),
        (
            UPDATE,
            "Non",
            (
                "Une ligne modifie le contact qu'elle est, à sa place. Les autres lignes sont "
                "ajoutées en dessous."
            ),
        ),
        (
            SYNCHRONISATION,
            "Oui",
            (
                "Le site devient le fichier : une ligne modifie le contact qu'elle est, les autres "
                "lignes sont ajoutées, un contact sans ligne est supprimé. L'ordre est celui du "
                "fichier."
            ),
        ),
    ),
)
MERGE = (
    "Un export ancien est fusionné avec ce qui a changé sur le site : une mise à jour ou une "
    "synchronisation garde les changements du site, et y ajoute les vôtres. Là où les deux ont "
    "changé le même champ, vous choisissez : « le site » ou « le fichier ». « Remplacer tout par "
    "le fichier » reste possible."
)
MERGES = GuidePart(
    titles=("Depuis l'export, dans le fichier", "Sur le site", "Après l'import"),
    rows=(
        ("Champ inchangé", "Champ changé", "La valeur du site est gardée."),
        ("Champ changé", "Champ inchangé", "La valeur du fichier est importée."),
        ("Champ changé", "Champ changé autrement", "Vous choisissez : le site ou le fichier."),
        ("Ligne inchangée", "Contact supprimé", "Le contact reste supprimé."),
        ("Ligne changée", "Contact supprimé", "Vous choisissez : le site ou le fichier."),
        ("Ligne enlevée", "Contact inchangé", "La synchronisation supprime le contact."),
        ("Ligne enlevée", "Contact changé", "À la synchronisation, vous choisissez."),
        ("Aucune ligne", "Nouveau contact", "Il est gardé, en dessous des autres."),
    ),
)
_STEPS = GuidePart(
    titles=("Comment faire ?", "", ""),
    rows=(
        (
            "1. Modifiez",
            "Feuille « Contacts »",
            "Une ligne est un contact : changez, ajoutez, enlevez des lignes.",
        ),
        (
            "2. Enregistrez",
            "En ODS",
            "Seul l'ODS sait quand il a été exporté ; un CSV ou un XLSX ne le sait plus.",
        ),
        (
            "3. Importez",
            "Sur le site",
            "Un aperçu montre d'abord ce qui changerait. « Annuler cet import » remet tout.",
        ),
    ),
)
_WORDS = GuidePart(
    titles=("À savoir", "", ""),
    rows=(
        ("Quel contact est une ligne ?", "", PAIRS),
        ("Si le site a changé depuis l'export", "", MERGE),
    ),
)
_CARE = GuidePart(
    titles=("Que ne faut-il pas toucher ?", "", ""),
    rows=(
        (
            "Référence",
            "Ne pas changer",
            "Avec une autre, la ligne est un nouveau contact de cet autre membre.",
        ),
        (
            "Libellé membre, Libellé type",
            "Sans effet",
            "Ils sont là pour être lus. Pour un autre type, changez le nombre de la colonne Type.",
        ),
        (
            "Titres des colonnes",
            "Ne pas changer",
            "Le site reconnaît une colonne à son titre, quel que soit l'ordre.",
        ),
    ),
)


def guide() -> Guide:
    """Return the last sheet of an ODS."""
    return Guide(
        name="Mode d'emploi",
        title="Modifier les contacts dans ce fichier, puis l'importer",
        widths_in_cm=(8.0, 4.5, 15.0),
        parts=(_STEPS, FILLING, _CARE, CHOICES, _WORDS, MERGES),
    )
