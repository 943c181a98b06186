"""A run in the browser: followed, previewed, confirmed, abandoned, undone; and the list of runs."""

from pathlib import PurePath
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from base.paging import FlatPaginator
from base.requests import HttpRequest
from importexport.forms import ConfirmForm, PreviewForm, SidesForm
from importexport.models import ImportRun
from importexport.runs.comparisons import compared_page
from importexport.runs.preview import member_page, preview_page
from importexport.runs.preview_filters import offered_filters
from importexport.runs.sentences import action, consequences, merge_sentences, presence
from importexport.runs.steps import (
    abandon,
    ask_to_undo,
    choose_sides,
    confirm,
    merge_or_replace,
    resume,
)
from importexport.runs.undo import UndoRefused, check_undo
from importexport.states import RunState
from importexport.views import may_import

_RUNS_A_PAGE = 25
_LINES_A_PAGE = 200


@require_safe
@may_import
def history(request: HttpRequest) -> HttpResponse:
    runs = ImportRun.objects.select_related("created_by").defer("warnings", "errors", "outdated")
    page = FlatPaginator(runs, _RUNS_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "page_address": "?page="}
    return render(request, "importexport/history.html", context)


@require_safe
@may_import
def run_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the page of a run; to htmx, its progress, or a reload once that has ended."""
    run = _run(pk)
    if request.htmx:
        if not run.is_moving:
            return HttpResponseClientRefresh()
        return render(request, "importexport/_progress.html", {"run": run})
    form = ConfirmForm(run) if run.state == RunState.READY else None
    return _run_page(request, run, form)


@require_safe
@may_import
def run_member(request: HttpRequest, pk: int, member_pk: int) -> HttpResponse:
    run = _run(pk)
    key = request.GET.get("voir")
    found = member_page(run, member_pk, key, request.GET.get("page"), _LINES_A_PAGE)
    if found is None:
        raise Http404
    address = "?page=" if key is None else f"?{urlencode({'voir': key})}&page="
    context = {"run": run, "shown": found, "page": found.page, "page_address": address}
    return render(request, "importexport/run_member.html", context)


@require_POST
@may_import
def run_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a run applied, unless its preview was made anew since the page was shown."""
    run = _run(pk)
    if run.state != RunState.READY:
        messages.warning(request, "Cet import n'attend plus de confirmation : voici où il en est.")
        return redirect(run)
    form = ConfirmForm(run, request.POST)
    if not form.is_valid() and "preview" not in form.errors:
        form.focus()
        return _run_page(request, run, form)
    if not form.is_valid() or not confirm(run, form.cleaned_data["preview"]):
        messages.warning(
            request,
            "L'aperçu a été refait depuis, et rien n'a été importé. "
            "Voici l'aperçu à jour ; confirmez à nouveau.",
        )
    return redirect(run)


@require_POST
@may_import
def run_conflicts(request: HttpRequest, pk: int) -> HttpResponse:
    """Note whose values count in conflicts, and have the run checked anew with them."""
    run = _run(pk)
    form = SidesForm(request.POST)
    if not form.is_valid():
        messages.warning(request, "Rien n'est choisi : prenez le site ou le fichier.")
    elif not choose_sides(run, form.cleaned_data["preview"], form.for_all or form.sides):
        messages.warning(request, _ANOTHER_PREVIEW)
    return redirect(run)


@require_POST
@may_import
def run_merge(request: HttpRequest, pk: int, *, merges: bool) -> HttpResponse:
    """Have a run checked anew, merged with what changed on the site or in its place."""
    run = _run(pk)
    form = PreviewForm(request.POST)
    key = form.cleaned_data["preview"] if form.is_valid() else None
    if key is None or not merge_or_replace(run, key, merges=merges):
        messages.warning(request, _ANOTHER_PREVIEW)
    return redirect(run)


_ANOTHER_PREVIEW = "L'aperçu a été refait depuis, et rien n'a changé. Voici l'aperçu à jour."


@require_POST
@may_import
def run_abandon(request: HttpRequest, pk: int) -> HttpResponse:
    run = _run(pk)
    if abandon(run):
        messages.info(request, "L'import est abandonné : rien n'a changé.")
        return redirect("importexport:import")
    messages.warning(request, "Cet import ne peut plus être abandonné : voici où il en est.")
    return redirect(run)


@require_POST
@may_import
def run_resume(request: HttpRequest, pk: int) -> HttpResponse:
    run = _run(pk)
    if not resume(run):
        messages.warning(request, "Cet import n'est pas interrompu : voici où il en est.")
    return redirect(run)


@require_http_methods(["GET", "HEAD", "POST"])
@may_import
def run_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask whether to undo a run, then have it undone; or show why it cannot be."""
    run = _run(pk)
    refusal = None
    try:
        if request.method == "POST":
            ask_to_undo(run, request.user)
            return redirect(run)
        check_undo(run)
    except UndoRefused as refused:
        refusal = refused
    return render(request, "importexport/undo.html", {"run": run, "refusal": refusal})


@require_safe
@may_import
def original_file(_request: HttpRequest, pk: int) -> FileResponse:
    run = _run(pk)
    return _attachment(run.file, run.file_name or "contacts")


@require_safe
@may_import
def marked_file(_request: HttpRequest, pk: int) -> FileResponse:
    run = _run(pk)
    return _attachment(run.marked_file, f"{PurePath(run.file_name).stem}-erreurs.ods")


def _run(pk: int) -> ImportRun:
    return get_object_or_404(ImportRun.objects.select_related("created_by", "undone_by"), pk=pk)


def _run_page(request: HttpRequest, run: ImportRun, form: ConfirmForm | None) -> HttpResponse:
    key = request.GET.get("voir", "")
    context: dict[str, Any] = {"run": run, "form": form, "chosen": key}
    context |= {"action": action(run), "presence": presence(run)}
    if form:
        context["earlier"] = run.earlier_import()
        context["consequences"] = consequences(run.consequences)
    if run.checked_at and not run.forgotten_at and run.state in _SHOWN_STATES:
        context |= _merge_context(request, run)
        context["filters"] = offered_filters(run, key)
        context["preview"] = preview_page(run, key, **_places(request.GET))
    return render(request, "importexport/run.html", context)


_SHOWN_STATES = (RunState.READY, RunState.DONE, RunState.UNDONE)


def _merge_context(request: HttpRequest, run: ImportRun) -> dict[str, Any]:
    """Return what the page shows of a merge: the conflicts, and what is kept of the site."""
    if not run.is_merged:
        return {}
    conflicts, kept = (request.GET.get(name) for name in ("conflits", "gardes"))
    return {
        "conflicts": compared_page(run, conflicts, is_conflict=True),
        "kept": compared_page(run, kept, is_conflict=False),
        "kept_is_open": kept is not None,
    } | merge_sentences(run)


def _places(query: QueryDict) -> dict[str, int]:
    """Return the number of a member after or before which the page begins, if given."""
    names = {"apres": "after", "avant": "before"}
    given = {names[name]: query.get(name, "") for name in names if name in query}
    # No number of a member has more than nine digits.
    return {name: int(value[:9]) for name, value in given.items() if value.isdecimal()}


def _attachment(stored: FieldFile, name: str) -> FileResponse:
    """Send a stored file as a download, which no browser displays."""
    if not stored:
        raise Http404
    try:
        file = stored.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(
        file, as_attachment=True, filename=name, content_type="application/octet-stream"
    )
