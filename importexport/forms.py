"""The form of an import."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from importexport.files import EMPTY, too_large
from importexport.runs import limits
from members.forms import FocusedFormMixin, fields_only


class ImportForm(FocusedFormMixin, forms.Form):
    """Which file, and whether the site becomes exactly what it says. Labels: the manual."""

    file = forms.FileField(
        label="Fichier des contacts",
        help_text="Un fichier ODS (conseillé) ou CSV.",
        widget=forms.FileInput(attrs={"accept": ".ods,.csv"}),
        error_messages={
            "required": "Choisissez un fichier ODS (conseillé) ou CSV.",
            "invalid": "Choisissez un fichier ODS (conseillé) ou CSV.",
            "empty": EMPTY,
        },
    )
    sync = forms.BooleanField(
        label=(
            "Synchronisation des contacts (supprime les contacts du membre non présents "
            "dans le fichier)"
        ),
        required=False,
        help_text=(
            "Les contacts de tout le site deviennent exactement ceux du fichier : un membre "
            "absent du fichier perd tous ses contacts. Les nombres vous sont montrés avant toute "
            "suppression. Sans cette option, les contacts du fichier sont ajoutés, même s'ils "
            "sont déjà présents, et rien n'est supprimé."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = fields_only()

    def clean_file(self) -> "UploadedFile[Any]":
        """Refuse a file over the limit before it is opened."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > settings.CONTACT_FILE_MAX_BYTES:
            raise forms.ValidationError(str(too_large(limits())))
        return file
