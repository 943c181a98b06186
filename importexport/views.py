"""Contact files in the browser: uploaded, and exported."""

import tempfile
from logging import getLogger
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import permission_required
from django.db import DatabaseError
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from base.paging import FlatPaginator
from base.requests import HttpRequest
from base.typed import typed
from importexport.exports.contacts import export_and_note
from importexport.forms import ImportForm
from importexport.models import ContactExport, ImportRun, RunSource
from importexport.rows.guide import CHOICES, FILLING, MERGE, MERGES, PAIRS
from importexport.rows.sheet import CONTENT_TYPES, Format, write_rows
from importexport.runs.failures import DISK_FULL, is_disk_full
from importexport.runs.intake import Options, TooManyOpenRuns, receive
from importexport.runs.steps import ask_for_work

logger = getLogger(__name__)

_EXPORTS_A_PAGE = 50
may_import = permission_required("importexport.import_contacts", raise_exception=True)
may_export = permission_required("importexport.export_contacts", raise_exception=True)


@require_http_methods(["GET", "HEAD", "POST"])
@may_import
def import_file(request: HttpRequest) -> HttpResponse:
    """Show the form; receive a contact file, and redirect to the page of its run."""
    is_sent = request.method == "POST"
    form = ImportForm(typed(request), request.FILES if is_sent else None)
    if is_sent and form.is_valid():
        try:
            if run := _received(request, form):
                return redirect(run)
            form.add_error("file", DISK_FULL)
        except TooManyOpenRuns:
            form.add_error("file", _too_many_open())
    form.focus()
    guide = {
        "filling": FILLING,
        "pairs": PAIRS,
        "choices": CHOICES,
        "merge": MERGE,
        "merges": MERGES,
    }
    return render(request, "importexport/import.html", {"form": form, **guide})


def _too_many_open() -> str:
    return (
        f"Vous avez déjà {settings.IMPORT_MAX_OPEN} imports qui attendent\u00a0: "
        "confirmez-en ou abandonnez-en un, dans l'historique des imports."
    )


def _received(request: HttpRequest, form: ImportForm) -> ImportRun | None:
    """Receive the form's file; return None where the disk is full."""
    values = form.cleaned_data
    options = Options(values["mode"], values["only_members_in_file"])
    try:
        run = receive(values["file"], options, source=RunSource.BROWSER, user=request.user)
    except (OSError, DatabaseError) as error:
        if not is_disk_full(error):
            raise
        logger.exception("The disk is full: a file could not be received.")
        return None
    ask_for_work(run.pk)
    return run


@require_safe
@may_import
def template_file(_request: HttpRequest) -> FileResponse:
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
    write_rows(file, "ods", iter(()))
    return _attachment(file, "modele-contacts.ods", "ods")


@require_http_methods(["GET", "HEAD", "POST"])
@may_export
def export_file(request: HttpRequest, format: Format) -> HttpResponseBase:
    """Send all contacts as a file, complete or not at all; by GET, ask first.

    Only a form of the site sends them: a link elsewhere must not export, nor write to the journal.
    """
    if request.method != "POST":
        return render(request, "importexport/export.html", {"format": format})
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
    export_and_note(
        file,
        format,
        source=RunSource.BROWSER,
        user=request.user,
        address=request.META.get("REMOTE_ADDR"),
    )
    return _attachment(file, f"contacts-{timezone.localdate().isoformat()}.{format}", format)


@require_safe
@permission_required("importexport.view_contactexport", raise_exception=True)
def export_journal(request: HttpRequest) -> HttpResponse:
    exports = ContactExport.objects.select_related("created_by")
    page = FlatPaginator(exports, _EXPORTS_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "page_address": "?page="}
    return render(request, "importexport/export_journal.html", context)


def _attachment(file: Any, name: str, format: Format) -> FileResponse:
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type=CONTENT_TYPES[format])
