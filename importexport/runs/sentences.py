"""What a run does, in the words of its pages and of the command line."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.text import capfirst

from base.french import counted, grouped
from contacts.models import Topic
from importexport.models import ImportRun
from importexport.runs.preview_filters import UNHEARD, UNHEARD_WORDS


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


def earlier_import(run: ImportRun) -> str:
    """Return when the same file was imported before, "" where it was not."""
    earlier = run.earlier_import()
    if earlier is None or earlier.applied_at is None:
        return ""
    at = timezone.localtime(earlier.applied_at)
    return f"Ce fichier a déjà été importé le {at:%d/%m/%Y à %H:%M} (import {earlier.pk})."


class Consequence(NamedTuple):
    """A number with its noun, what happens to them, and the key of the filter that shows them."""

    number: str
    words: str
    key: str

    def __str__(self) -> str:
        return f"{self.number} {self.words}"


class Consequences(NamedTuple):
    """What will be missing or will fail, and who else begins or ceases to hear of what."""

    warnings: list[Consequence]
    others: list[Consequence]


_TOPIC_WORDS = {
    str(Topic.INVOICES): "les factures",
    str(Topic.ORDERS): "les notifications des commandes",
    str(Topic.AFTER_SALES): "les notifications du service après-vente",
}


def consequences(numbers: Mapping[str, Any]) -> Consequences:
    """Return sentences for the consequences of a run, from what it stores of them."""
    warnings = []
    unheard, refused = numbers.get("unheard", {}), numbers.get("refused", 0)
    for key, subject in UNHEARD.items():
        if count := unheard.get(subject):
            verb = "n'aura" if count == 1 else "n'auront"
            words = f"{verb} plus {UNHEARD_WORDS[key]}"
            warnings.append(Consequence(counted(count, "membre"), words, key))
    if refused:
        noun = counted(refused, "adresse refusée", "adresses refusées")
        verb = "revient" if refused == 1 else "reviennent"
        words = f"par {'son' if refused == 1 else 'leur'} serveur de mail {verb}"
        warnings.append(Consequence(noun, words, "refusees"))
    others = []
    for subject, words in _TOPIC_WORDS.items():
        if count := numbers.get("begins", {}).get(subject):
            verb = "commencera" if count == 1 else "commenceront"
            number = counted(count, "adresse")
            others.append(Consequence(number, f"{verb} à recevoir {words}", "commencent"))
        if count := numbers.get("ceases", {}).get(subject):
            verb = "ne recevra plus" if count == 1 else "ne recevront plus"
            others.append(Consequence(counted(count, "adresse"), f"{verb} {words}", "cessent"))
    return Consequences(warnings, others)
