"""Writing to members, and the journal of what was written."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HTMX_STOP_POLLING

from accounts.identity import person
from base.paging import FlatPaginator, FoundPaginator
from base.requests import HttpRequest
from base.typed import typed, typed_in_vain
from mailing.messages.audience import (
    Choice,
    audience,
    changes,
    choice_of,
    reached,
    seal,
    unseal,
)
from mailing.messages.dispatch import (
    NotAsConfirmed,
    Writing,
    failures,
    resend_failures,
    send_message,
    watch,
)
from mailing.messages.forms import MessageForm, StateFilterForm
from mailing.messages.halt import resume_message, stop_message
from mailing.messages.rendering import render_mail
from mailing.messages.selection import NothingChosen, Selection, screen_parameters, selection_from
from mailing.models import TEXTS, DeliveryState, Message
from members.models import Member

_PAGE_SIZE = 50
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
    # A page of the members without an address is asked for with the confirmation.
    step = "confirm" if "page" in request.POST else request.POST.get("step")
    if not form.is_valid() or step not in ("confirm", "send"):
        return _form_page(request, selection, form, is_previewed=step == "preview")
    if step == "send":
        return _send(request, selection, form)
    return _confirm_page(request, selection, form, choice_of(selection.members))


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
        context |= _preview(reached(selection.members).first(), form)
    else:
        form.focus()
    return render(request, "mailing/messages/write.html", context)


def _confirm_page(
    request: HttpRequest, selection: Selection, form: MessageForm, now: Choice
) -> HttpResponse:
    """Ask, with the members without an address by pages, and what changed since it was asked."""
    before = unseal(request.POST.get("confirmed", ""))
    first = Member.objects.filter(pk=now.reached[0]).first() if now.reached else None
    page = FoundPaginator(Member.objects.all(), now.skipped, _PAGE_SIZE)
    context = {
        "form": form,
        "selection": selection,
        "audience": now.audience,
        "confirmed": seal(now),
        "page": page.get_page(request.POST.get("page")),
        "changes": changes(before, now) if before else [],
        "members_address": _members_address(request),
        **_preview(first, form),
    }
    return render(request, "mailing/messages/confirm.html", context)


def _preview(first: Member | None, form: MessageForm) -> dict[str, object]:
    """Return the mail as the first member gets it."""
    if first is None:
        return {}
    subject, text = form.cleaned_data["subject"], form.cleaned_data["text"]
    return {"first": first, "subject": subject, "mail": render_mail(subject, text, first)}


def _send(request: HttpRequest, selection: Selection, form: MessageForm) -> HttpResponse:
    confirmed = unseal(request.POST.get("confirmed", ""))
    if confirmed is None:
        return _confirm_page(request, selection, form, choice_of(selection.members))
    values = form.cleaned_data
    try:
        message, is_new = send_message(
            Writing(values["token"], values["subject"], values["text"]),
            person(request),
            selection.members,
            confirmed,
        )
    except NotAsConfirmed as refusal:
        return _confirm_page(request, selection, form, refusal.now)
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


@require_http_methods(["GET", "HEAD", "POST"])
@_may_send
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then stop a message: what has not left stays."""
    message = _message(pk)
    if request.method == "POST":
        if stop_message(pk):
            messages.success(request, f"Le message « {message} » est arrêté.")
        else:
            messages.info(request, "Il n'y a plus rien à arrêter.")
        return redirect("messages:detail", pk)
    context = {"message": message, "progress": watch([message])[pk]}
    return render(request, "mailing/messages/stop.html", context)


@require_POST
@_may_send
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on with a message that was stopped."""
    message = _message(pk)
    if resume_message(pk):
        messages.success(request, f"Le message « {message} » repart.")
    else:
        messages.info(request, "Ce message n'est pas arrêté.")
    return redirect("messages:detail", pk)


def _message(pk: int) -> Message:
    return get_object_or_404(Message.objects.select_related("author").defer("member_ids"), pk=pk)
