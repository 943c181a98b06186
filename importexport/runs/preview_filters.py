"""The filters of a run's page: which members it shows, and which of their lines or addresses."""

from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.lookups import GreaterThan

from contacts.models import Topic
from importexport.models import ChangeKind, ImportChange, ImportRun
from importexport.runs.consequences import RECEPTION, Effect, bits
from importexport.runs.line_places import Wanted
from importexport.states import RunState

UNCHANGED = "Inchangé"


@dataclass(frozen=True)
class Filter:
    """Which members are shown, and which of their lines: without `kinds`, all.

    With an `effect`, the addresses that it concerns are shown instead of lines.
    """

    label: str
    members: Q
    kinds: tuple[str, ...] = ()
    only_stale: bool = False
    effect: Effect | None = None

    def wanted(self, run: ImportRun) -> Wanted:
        if self.only_stale or not self.kinds:
            return Wanted(run, only_stale=self.only_stale)
        kinds = [kind for kind in ChangeKind if kind.label in self.kinds]
        return Wanted(run, kinds, has_kept=UNCHANGED in self.kinds)


def _has_effect(effect: int) -> Q:
    return Q(GreaterThan(F("effects").bitand(effect), 0))


CHANGED = Q(added__gt=0) | Q(modified__gt=0) | Q(removed__gt=0) | Q(moved__gt=0)
_stale = ImportChange.objects.filter(
    run=OuterRef("run"), member=OuterRef("member"), site_changed_at__isnull=False
)
_ALL_CHANGES = tuple(kind.label for kind in ChangeKind)
_LINE_FILTERS = {
    "": Filter("Tout ce qui change", CHANGED, _ALL_CHANGES),
    "ajouts": Filter("Ajouts", Q(added__gt=0), (ChangeKind.ADDED.label,)),
    "modifications": Filter("Modifications", Q(modified__gt=0), (ChangeKind.MODIFIED.label,)),
    "suppressions": Filter("Suppressions", Q(removed__gt=0), (ChangeKind.REMOVED.label,)),
    "deplacements": Filter("Déplacements", Q(moved__gt=0), (ChangeKind.MOVED.label,)),
    "inchanges": Filter("Inchangés", Q(kept__gt=0), (UNCHANGED,)),
    "absents": Filter("Membres absents du fichier", Q(is_in_file=False)),
    "recents": Filter("Changés depuis l'export", Q(Exists(_stale)), only_stale=True),
}
_ALL_LINES = Filter("Tous les contacts", Q())
# The members who have nobody for a subject any more, by the filter's value in URLs.
UNHEARD = {
    "sans-factures": str(Topic.INVOICES),
    "sans-commandes": str(Topic.ORDERS),
    "sans-sav": str(Topic.AFTER_SALES),
    "sans-reception": RECEPTION,
}
UNHEARD_WORDS = {
    "sans-factures": "personne pour les factures",
    "sans-commandes": "personne pour les commandes",
    "sans-sav": "personne pour le service après-vente",
    "sans-reception": "personne pour signer les livraisons",
}
# Those that show consequences: only before the import, since the site goes on changing.
_CONSEQUENCES = {
    key: Filter(f"Plus {UNHEARD_WORDS[key]}", _has_effect(bits([subject])), _ALL_CHANGES)
    for key, subject in UNHEARD.items()
} | {
    key: Filter(label, _has_effect(effect), effect=effect)
    for key, label, effect in (
        ("commencent", "Adresses qui commencent à recevoir", Effect.BEGINS),
        ("cessent", "Adresses qui ne recevront plus", Effect.CEASES),
        ("refusees", "Adresses refusées qui reviennent", Effect.REFUSED),
    )
}


def chosen_filter(run: ImportRun, key: str | None) -> Filter:
    """Return the filter of this key, that of all changes where the run has no such one.

    Without a key, all lines are shown.
    """
    if key is None:
        return _ALL_LINES
    filters = _LINE_FILTERS
    if run.state == RunState.READY:
        filters = filters | _CONSEQUENCES
    return filters.get(key, filters[""])


def offered_filters(run: ImportRun, chosen: str) -> dict[str, str]:
    """Return the key and label of each filter of lines that may find something in this run.

    The chosen one is among them, whatever it shows.
    """
    found = {
        "ajouts": run.added_count,
        "modifications": run.modified_count,
        "suppressions": run.removed_count,
        "deplacements": run.moved_count,
        "inchanges": run.unchanged_count - run.moved_count if run.state == RunState.READY else 0,
        "absents": run.emptied_member_count,
        "recents": run.stale_count,
    }
    offered = {key: one.label for key, one in _LINE_FILTERS.items() if not key or found[key]}
    if run.state == RunState.READY and chosen in _CONSEQUENCES:
        offered[chosen] = _CONSEQUENCES[chosen].label
    return offered
