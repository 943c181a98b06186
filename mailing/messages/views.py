"""Writing to members, and the journal of what was written."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HTMX_STOP_POLLING

from accounts.identity import person
from base.paging import FlatPaginator
from base.requests import HttpRequest
from base.typed import typed, typed_in_vain
from mailing.messages.dispatch import (
    NotAsConfirmed,
    Writing,
    failures,
    resend_failures,
    send_message,
    watch,
)
from mailing.messages.forms import ConfirmedForm, MessageForm, StateFilterForm
from mailing.messages.rendering import Audience, audience, reached, render_mail, skipped
from mailing.messages.selection import NothingChosen, Selection, screen_parameters, selection_from
from mailing.models import TEXTS, DeliveryState, Message

_PAGE_SIZE = 50
# At most that many members without an address are named.
_NAMED = 50
_may_send = permission_required("mailing.send_message", raise_exception=True)


# --- Writing ----------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@_may_send
def write(request: HttpRequest) -> HttpResponse:
    """Write to the members that the address names: form, preview, confirmation, sending."""
    try:
        selection = selection_from(request.GET)
    except NothingChosen as refusal:
        if values := typed(request):
            return typed_in_vain(
                request,
                MessageForm(values),
                title="Message non envoyé",
                reason=str(refusal),
                back=_members_address(request),
            )
        messages.error(request, str(refusal))
        return HttpResponseRedirect(_members_address(request))
    if request.method != "POST":
        return _form_page(request, selection, MessageForm(typed(request)))
    form = MessageForm(request.POST)
    step = request.POST.get("step")
    if not form.is_valid() or step not in ("confirm", "send"):
        return _form_page(request, selection, form, is_previewed=step == "preview")
    if step == "send":
        return _send(request, selection, form)
    return _confirm_page(request, selection, form, audience(selection.members))


def _form_page(
    request: HttpRequest, selection: Selection, form: MessageForm, *, is_previewed: bool = False
) -> HttpResponse:
    context = {
        "form": form,
        "selection": selection,
        "audience": audience(selection.members),
        "members_address": _members_address(request),
    }
    if is_previewed and form.is_valid():
        context |= _preview(selection, form)
    else:
        form.focus()
    return render(request, "mailing/messages/write.html", context)


def _confirm_page(
    request: HttpRequest,
    selection: Selection,
    form: MessageForm,
    now: Audience,
    *,
    has_changed: bool = False,
) -> HttpResponse:
    context = {
        "form": form,
        "selection": selection,
        "audience": now,
        "named": skipped(selection.members)[:_NAMED],
        "unnamed_count": max(0, now.skipped - _NAMED),
        "has_changed": has_changed,
        "members_address": _members_address(request),
        **_preview(selection, form),
    }
    return render(request, "mailing/messages/confirm.html", context)


def _preview(selection: Selection, form: MessageForm) -> dict[str, object]:
    """Return the mail as the first member gets it."""
    first = reached(selection.members).first()
    if first is None:
        return {}
    subject, text = form.cleaned_data["subject"], form.cleaned_data["text"]
    return {"first": first, "subject": subject, "mail": render_mail(subject, text, first)}


def _send(request: HttpRequest, selection: Selection, form: MessageForm) -> HttpResponse:
    confirmed = ConfirmedForm(request.POST)
    if not confirmed.is_valid():
        return _confirm_page(request, selection, form, audience(selection.members))
    values = form.cleaned_data
    try:
        message, is_new = send_message(
            Writing(values["token"], values["subject"], values["text"]),
            person(request),
            selection.members,
            Audience(**confirmed.cleaned_data),
        )
    except NotAsConfirmed as refusal:
        return _confirm_page(request, selection, form, refusal.now, has_changed=True)
    if is_new:
        messages.success(request, f"Le message « {message} » part.")
    else:
        messages.warning(
            request, "Ce message est déjà parti avec ce formulaire ; rien n'est envoyé deux fois."
        )
    return redirect("messages:detail", message.pk)


def _members_address(request: HttpRequest) -> str:
    parameters = screen_parameters(request.GET).urlencode()
    return f"{reverse('directory:members')}?{parameters}".removesuffix("?")


# --- The journal ------------------------------------------------------------------------------


@require_safe
@_may_send
def journal(request: HttpRequest) -> HttpResponse:
    """Show the messages, the newest first."""
    sent = Message.objects.select_related("author").defer("text", "member_ids")
    page = FlatPaginator(sent, _PAGE_SIZE).get_page(request.GET.get("page"))
    progress = watch(list(page.object_list))
    context = {
        "page": page,
        "rows": [(message, progress[message.pk]) for message in page.object_list],
        "page_address": "?page=",
    }
    return render(request, "mailing/messages/list.html", context)


@require_safe
@vary_on_headers("HX-Request", "HX-Target")
@_may_send
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a message and what became of each mail; to htmx, how far they all are."""
    message = _message(pk)
    progress = watch([message])[message.pk]
    context = {"message": message, "progress": progress}
    if request.htmx and request.htmx.target == "message-progress":
        status = 200 if progress.is_moving else HTMX_STOP_POLLING
        context["is_part"] = True
        return render(request, "mailing/messages/_progress.html", context, status=status)
    form = StateFilterForm(request.GET)
    form.is_valid()  # An unknown state shows all.
    state = form.cleaned_data.get("state", "")
    deliveries = message.deliveries.defer(*TEXTS).select_related("member").order_by("pk")
    if state:
        deliveries = deliveries.filter(state=state)
    context |= {
        "page": FlatPaginator(deliveries, _PAGE_SIZE).get_page(request.GET.get("page")),
        "state": state,
        "states": DeliveryState.choices,
        "page_address": f"?state={state}&page=" if state else "?page=",
    }
    return render(request, "mailing/messages/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@_may_send
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then send the refused mails of a message again."""
    message = _message(pk)
    if request.method == "POST":
        count = resend_failures(message)
        if count:
            plural = "s" if count > 1 else ""
            messages.success(request, f"{count} mail{plural} à nouveau en attente d'envoi.")
        else:
            messages.warning(request, "Il n'y a plus d'échec à renvoyer.")
        return redirect("messages:detail", pk)
    context = {"message": message, "failures": failures(message)}
    return render(request, "mailing/messages/resend.html", context)


def _message(pk: int) -> Message:
    return get_object_or_404(Message.objects.select_related("author").defer("member_ids"), pk=pk)
