"""Import and export in the browser."""

import tempfile
from typing import IO, Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from importexport.checking import Remarks
from importexport.exporting import (
    CONTENT_TYPES,
    GUIDE_TITLES,
    Format,
    export_contacts,
    guide_rows,
    write_rows,
)
from importexport.files.table import FileRefused
from importexport.forms import ImportForm
from importexport.runs import (
    ImportRefused,
    NotAsConfirmed,
    Outcome,
    import_contacts,
    preview_import,
)
from importexport.uploads import drop_upload, keep_upload, update_outcome, waiting_upload
from members.requests import HttpRequest

# So many errors or warnings are shown; the page says how many more there are.
SHOWN_REMARKS = 200
_RESULT_KEY = "import_result"
_NUMBER_LABELS = {
    "rows": "Lignes du fichier",
    "members": "Membres du fichier",
    "added": "Contacts ajoutés",
    "removed": "Contacts supprimés",
    "unchanged": "Contacts inchangés",
}
_may_import = permission_required("importexport.import_contacts", raise_exception=True)
_may_export = permission_required("importexport.export_contacts", raise_exception=True)


@require_http_methods(["GET", "HEAD", "POST"])
@_may_import
def import_file(request: HttpRequest) -> HttpResponse:
    """Take a contact file: import it, or say what a synchronisation would do."""
    is_sent = request.method == "POST"
    form = ImportForm(request.POST, request.FILES) if is_sent else ImportForm()
    refused = None
    if is_sent and form.is_valid():
        try:
            return _take_file(request, form.cleaned_data["file"], sync=form.cleaned_data["sync"])
        except FileRefused as refusal:
            form.add_error("file", str(refusal))
        except ImportRefused as refusal:
            refused = refusal.checked.errors
    form.focus()
    context = {
        "form": form,
        "errors": _shown(refused) if refused else None,
        "guide_titles": GUIDE_TITLES,
        "guide": guide_rows(),
    }
    return render(request, "importexport/import.html", context)


def _take_file(request: HttpRequest, file: "UploadedFile[Any]", *, sync: bool) -> HttpResponse:
    content = cast("IO[bytes]", file.file)
    if sync:
        outcome = preview_import(content, sync=True)
        keep_upload(request.session, file, _as_data(outcome))
        return redirect("importexport:confirm")
    outcome = import_contacts(content, sync=False)
    return _done(request, outcome)


@require_http_methods(["GET", "HEAD", "POST"])
@_may_import
def import_confirm(request: HttpRequest) -> HttpResponse:
    """Show what a synchronisation would do, in numbers; do it when it is confirmed."""
    waiting = waiting_upload(request.session)
    if waiting is None:
        return _nothing_waits(request)
    if request.method != "POST":
        numbers = _labelled(waiting["outcome"])
        return render(request, "importexport/confirm.html", {**waiting, "numbers": numbers})
    if request.POST.get("shown") != waiting["shown"]:
        messages.warning(request, "Un autre fichier a été envoyé depuis : voici ses nombres.")
        return redirect("importexport:confirm")
    return _confirmed(request, waiting)


def _nothing_waits(request: HttpRequest) -> HttpResponse:
    messages.error(request, "Aucun import n'est en attente. Choisissez un fichier.")
    return redirect("importexport:import")


def _confirmed(request: HttpRequest, waiting: dict[str, Any]) -> HttpResponse:
    try:
        return _synchronise(request, waiting)
    except NotAsConfirmed as changed:
        update_outcome(request.session, _as_data(changed.outcome))
        messages.warning(
            request,
            "Les contacts du site ont changé entre-temps : rien n'a été importé. "
            "Voici les nombres à jour ; confirmez à nouveau.",
        )
        return redirect("importexport:confirm")
    except (FileRefused, ImportRefused):
        drop_upload(request.session)
        messages.error(
            request,
            "Les membres du site ont changé entre-temps, et le fichier ne leur correspond "
            "plus : rien n'a été importé. Envoyez le fichier à nouveau.",
        )
        return redirect("importexport:import")
    except FileNotFoundError:
        # The same button pressed twice: the other request was quicker.
        return _nothing_waits(request)


def _synchronise(request: HttpRequest, waiting: dict[str, Any]) -> HttpResponse:
    def is_confirmed(outcome: Outcome) -> bool:
        return _numbers(outcome) == {key: waiting["outcome"][key] for key in _numbers(outcome)}

    with default_storage.open(waiting["name"]) as stored:
        file = cast("IO[bytes]", stored.file)
        outcome = import_contacts(file, sync=True, is_confirmed=is_confirmed)
    drop_upload(request.session)
    return _done(request, outcome)


@require_POST
@_may_import
def import_abandon(request: HttpRequest) -> HttpResponse:
    """Forget the file that waits to be confirmed."""
    drop_upload(request.session)
    messages.info(request, "L'import est abandonné : rien n'a changé.")
    return redirect("importexport:import")


@require_safe
@_may_import
def import_result(request: HttpRequest) -> HttpResponse:
    """Show what this person's last import did."""
    outcome = request.session.get(_RESULT_KEY)
    if outcome is None:
        return redirect("importexport:import")
    context = {"outcome": outcome, "numbers": _labelled(outcome)}
    return render(request, "importexport/result.html", context)


@require_safe
@_may_import
def template_file(_request: HttpRequest) -> FileResponse:
    """Send an empty contact file to begin with."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
    write_rows(file, "ods", iter(()))
    return _attachment(file, "modele-contacts.ods", "ods")


@require_safe
@_may_export
def export_file(_request: HttpRequest, format: Format) -> FileResponse:
    """Send all contacts as a file, complete or not at all."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
    export_contacts(file, format)
    return _attachment(file, f"contacts-{timezone.localdate().isoformat()}.{format}", format)


def _attachment(file: Any, name: str, format: Format) -> FileResponse:
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type=CONTENT_TYPES[format])


def _done(request: HttpRequest, outcome: Outcome) -> HttpResponse:
    """Show the result on a page of its own: loading it again imports nothing again."""
    request.session[_RESULT_KEY] = _as_data(outcome)
    return redirect("importexport:result")


def _numbers(outcome: Outcome) -> dict[str, int]:
    return {key: value for key, value in vars(outcome).items() if isinstance(value, int)}


def _labelled(numbers: dict[str, int]) -> list[tuple[str, int]]:
    return [(label, numbers[key]) for key, label in _NUMBER_LABELS.items()]


def _as_data(outcome: Outcome) -> dict[str, Any]:
    return {**_numbers(outcome), "warnings": _shown(outcome.warnings)}


def _shown(remarks: Remarks) -> dict[str, Any]:
    """Return the first remarks, and how many more there are, as a page and a session hold them."""
    shown = [remark._asdict() for remark in remarks.kept[:SHOWN_REMARKS]]
    return {"count": remarks.count, "shown": shown, "more": remarks.count - len(shown)}
