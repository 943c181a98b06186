"""What a run does, in the words of its pages and of the command line."""

from django.utils.text import capfirst

from base.french import counted, grouped
from importexport.models import ImportRun


def action(run: ImportRun) -> str:
    """Return what the button that applies a run says, "" where the run changes nothing."""
    done = [
        (verb, number)
        for verb, number in (
            ("ajouter", run.added_count),
            ("modifier", run.modified_count),
            ("supprimer", run.removed_count),
        )
        if number
    ] or [("déplacer", run.moved_count)]
    number = done[-1][1]
    if not number:
        return ""
    *others, last = (f"{verb} {grouped(each)}" for verb, each in done)
    verbs = f"{', '.join(others)} et {last}" if others else last
    return capfirst(f"{verbs} {'contacts' if number > 1 else 'contact'}")


def presence(run: ImportRun) -> str:
    """Return how many rows of an addition are on the site already, "" where there are none."""
    parts = []
    if run.same_count:
        rows = counted(run.same_count, "ligne existe déjà", "lignes existent déjà")
        parts.append(f"{rows} à l'identique")
    if run.alike_count:
        rows = counted(
            run.alike_count,
            "ligne ressemble à un contact présent",
            "lignes ressemblent à des contacts présents",
        )
        parts.append(f"{rows}, avec d'autres valeurs")
    return " ; ".join(parts)


def merge_sentences(run: ImportRun) -> dict[str, str]:
    """Return the titles of a merge's parts, and how many conflicts wait for a choice."""
    return {
        "conflicts_title": counted(run.conflict_count, "conflit"),
        "kept_title": counted(
            run.kept_change_count, "changement du site gardé", "changements du site gardés"
        ),
        "undecided": counted(
            run.undecided_count, "conflit attend votre choix", "conflits attendent votre choix"
        ),
    }
