"""The pages of history: of a member, of a contact, of deleted contacts; and restoring."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_http_methods, require_safe

from accounts.identity import person
from base.requests import HttpRequest
from contacts.history_pages import (
    HistoryPage,
    Mark,
    contact_history,
    deleted_contacts,
    member_history,
)
from contacts.models import Contact, FormerContact
from contacts.pages import contact_address
from contacts.restoration import Restoration, RestorationRefused, find_restoration, restore
from members.locks import held_member_if_any
from members.models import Member

_MEMBER_GONE = "Ce membre a été supprimé entre-temps : rien n'est rétabli."
_may_see = permission_required(
    ("members.view_member", "contacts.view_contact"), raise_exception=True
)
_may_restore = permission_required(
    ("contacts.add_contact", "contacts.change_contact"), raise_exception=True
)


@require_safe
@_may_see
def member_page(request: HttpRequest, member_pk: int) -> HttpResponse:
    """Show what happened to a member and to its contacts."""
    member = get_object_or_404(Member, pk=member_pk)
    page = member_history(member, Mark.read(request.GET))
    return _page(request, member, page, {"is_of_all": True})


@require_safe
@_may_see
def deleted_page(request: HttpRequest, member_pk: int) -> HttpResponse:
    member = get_object_or_404(Member, pk=member_pk)
    page = deleted_contacts(member, Mark.read(request.GET))
    return _page(request, member, page, {"is_of_deleted": True})


@require_safe
@_may_see
def contact_page(request: HttpRequest, member_pk: int, pk: int) -> HttpResponse:
    """Show what happened to a contact that is there, or that was deleted."""
    member = get_object_or_404(Member, pk=member_pk)
    contact = member.contacts.filter(pk=pk).first()
    last = FormerContact.objects.filter(member_id=member.pk, contact_id=pk).order_by("-pk").first()
    if contact is None and last is None:
        raise Http404
    page = contact_history(member, pk, Mark.read(request.GET))
    return _page(request, member, page, {"contact": contact, "title": str(contact or last)})


def _page(
    request: HttpRequest, member: Member, page: HistoryPage, context: dict[str, Any]
) -> HttpResponse:
    days = settings.RETENTION_FORMER_CONTACTS_DAYS
    context |= {"member": member, "page": page, "days": days, "is_first": not request.GET}
    return render(request, "contacts/history.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@_may_restore
def restoration_page(request: HttpRequest, member_pk: int, number: int) -> HttpResponse:
    """Show what restoring a former state changes, and restore it.

    It is not done where the contact is no longer what the page showed.
    """
    if request.method != "POST":
        return _answer(request, get_object_or_404(Member, pk=member_pk), number)
    with held_member_if_any(member_pk) as member:
        if member is None:
            messages.error(request, _MEMBER_GONE)
            return redirect("directory:members")
        return _answer(request, member, number)


def _answer(request: HttpRequest, member: Member, number: int) -> HttpResponse:
    is_sent = request.method == "POST"
    try:
        restoration = find_restoration(member, number, is_lock_needed=is_sent)
    except RestorationRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("contact_history:member", member.pk)
    change = restoration.change_since(request.POST.get("version", "")) if is_sent else ""
    if change or not is_sent:
        context = {"restoration": restoration, "member": member, "change": change}
        return render(request, "contacts/restore.html", context)
    contact = restore(restoration, person(request))
    messages.success(request, _done(restoration, contact))
    return redirect(contact_address(contact))


def _done(restoration: Restoration, contact: Contact) -> str:
    if restoration.contact is None:
        return f"Le contact « {contact.title} » est rétabli."
    at = timezone.localtime(restoration.former.at)
    when = f"{date_format(at, 'j F Y')} à {at:%H:%M}"
    return f"Le contact « {contact.title} » est de nouveau comme avant le {when}."
