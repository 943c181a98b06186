"""The forms for uploading a file and for confirming its import."""

import re
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString

from base.forms import FocusedFormMixin, fields_only
from base.french import grouped
from importexport.files import EMPTY, check_size
from importexport.files.table import FileRefused
from importexport.models import ImportMode, ImportRun, Side
from importexport.rows.guide import ADDITION, SYNCHRONISATION, UPDATE
from importexport.runs.intake import limits

_CHOICE = re.compile(r"choix-([0-9]{1,18})")
_MODES = {
    ImportMode.ADDITION: (
        ADDITION,
        "Même s'ils sont déjà présents. Rien n'est modifié ni supprimé.",
    ),
    ImportMode.UPDATE: (
        UPDATE,
        (
            "Un contact est reconnu à son mail, sinon à sa dénomination, sinon à un numéro. "
            "Les autres lignes sont ajoutées. Rien n'est supprimé."
        ),
    ),
    ImportMode.SYNCHRONISATION: (
        SYNCHRONISATION,
        (
            "Les contacts de tout le site deviennent exactement ceux du fichier : un membre "
            "absent du fichier perd tous ses contacts."
        ),
    ),
}


def _explained(mode: ImportMode) -> SafeString:
    return format_html('{}<span class="type-explanation">{}</span>', *_MODES[mode])


class ImportForm(FocusedFormMixin, forms.Form):
    """A file, and the options of its import. The labels are those of the manual."""

    file = forms.FileField(
        label="Fichier des contacts",
        help_text="Un fichier ODS (conseillé), XLSX ou CSV.",
        widget=forms.FileInput(attrs={"accept": ".ods,.xlsx,.csv"}),
        error_messages={
            "required": "Choisissez un fichier ODS (conseillé), XLSX ou CSV.",
            "invalid": "Choisissez un fichier ODS (conseillé), XLSX ou CSV.",
            "empty": EMPTY,
        },
    )
    mode = forms.ChoiceField(
        label="Que deviennent les contacts déjà présents ?",
        choices=[(mode.value, _explained(mode)) for mode in ImportMode],
        initial=ImportMode.ADDITION,
        required=False,
        widget=forms.RadioSelect,
    )

    only_members_in_file = forms.BooleanField(
        label="Limiter aux membres présents dans le fichier",
        required=False,
        help_text=(
            "Avec la synchronisation : les membres absents du fichier gardent tous leurs contacts."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = fields_only()

    def clean_mode(self) -> ImportMode:
        return ImportMode(self.cleaned_data["mode"] or ImportMode.ADDITION)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        synchronises = values.get("mode") == ImportMode.SYNCHRONISATION
        if values.get("only_members_in_file") and not synchronises:
            self.add_error(
                "only_members_in_file",
                "Cette option va avec la synchronisation : choisissez aussi celle-ci, ou décochez "
                "cette case.",
            )
        return values

    def clean_file(self) -> "UploadedFile[Any]":
        file: UploadedFile[Any] = self.cleaned_data["file"]
        try:
            check_size(file.size or 0, limits())
        except FileRefused as refusal:
            raise forms.ValidationError(str(refusal)) from None
        return file


class PreviewForm(forms.Form):
    """What a person saw: the key of the preview on which they press a button."""

    preview = forms.UUIDField()


class SidesForm(PreviewForm):
    """Whose values count in conflicts: one side in all, or one in each by its row's key."""

    take = forms.ChoiceField(choices=Side.choices, required=False)

    @property
    def for_all(self) -> Side | None:
        """The side taken in all conflicts."""
        taken = self.cleaned_data.get("take")
        return Side(taken) if taken else None

    @property
    def sides(self) -> dict[int, Side]:
        """The side taken in each conflict, by the key of its row; other entries are passed over."""
        return {
            int(match[1]): Side(value)
            for name, value in self.data.items()
            if (match := _CHOICE.fullmatch(name)) and value in Side.values
        }

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if not (values.get("take") or self.sides):
            raise forms.ValidationError("Prenez le site ou le fichier.")
        return values


class ConfirmForm(FocusedFormMixin, forms.Form):
    """The confirmation of a preview; it asks for more where the import removes or undoes much."""

    preview = forms.UUIDField(widget=forms.HiddenInput)
    removals = forms.CharField(
        label="Nombre de contacts à supprimer",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": "Tapez le nombre de contacts qui seront supprimés."},
    )
    accepts_undoing = forms.BooleanField(
        label="Importer quand même, et défaire ces changements du site",
        error_messages={
            "required": "Cochez cette case, ou abandonnez et partez d'un nouvel export."
        },
    )

    accepts_left_out = forms.BooleanField(
        label="Importer quand même, sans les contacts de ces autres feuilles",
        error_messages={
            "required": "Cochez cette case, ou abandonnez et gardez une seule feuille de contacts."
        },
    )

    def __init__(self, run: ImportRun, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"preview": run.preview_key})
        self._run = run
        if not run.removes_many:
            del self.fields["removals"]
        if not run.stale_count:
            del self.fields["accepts_undoing"]
        if not run.left_out_sheets:
            del self.fields["accepts_left_out"]
        self.helper = fields_only()

    def clean_removals(self) -> int:
        """Accept the right number only, with or without spaces between its digits."""
        typed = "".join(self.cleaned_data["removals"].split())
        if typed != str(self._run.removed_count):
            raise forms.ValidationError(
                f"L'import supprimera {grouped(self._run.removed_count)} contacts : "
                "tapez exactement ce nombre, ou abandonnez."
            )
        return self._run.removed_count
