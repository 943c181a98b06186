"""Windows and actions of the contact panel on a member's page.

Each view answers htmx with the part of the page that changes, and other requests with a page.
"""

from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import replace_url, reswap, retarget, trigger_client_event

from accounts.identity import person
from base.french import grouped
from base.requests import HttpRequest
from base.typed import typed, typed_in_vain
from contacts.deletion import delete_contact, restore_contact
from contacts.forms import ContactForm
from contacts.models import NO_CONTACTS_FOR_INDIVIDUALS, Contact
from contacts.order import OrderRefused, move_to_beginning, move_to_end, reorder, step
from contacts.pages import NUMBER, contact_address, page_address, page_at, page_slice, wanted_page
from members.locks import held_member, held_member_if_any
from members.models import Member

MEMBER_GONE = "Ce membre a été supprimé entre-temps."
GONE = "Ce contact a été supprimé entre-temps."


@require_safe
@permission_required("members.view_member", raise_exception=True)
def contact_page(request: HttpRequest, member_pk: int) -> HttpResponse:
    """Answer htmx with a page of the panel; lead others to the member's page that shows it."""
    member = get_object_or_404(Member, pk=member_pk)
    number = wanted_page(member, request.GET)
    if not request.htmx:
        return redirect(page_address(member, number))
    response = render(request, "contacts/_only_panel.html", {"member": member, "number": number})
    patch_vary_headers(response, ["HX-Request"])
    return replace_url(response, page_address(member, number))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("contacts.add_contact", raise_exception=True)
def contact_add(request: HttpRequest, member_pk: int) -> HttpResponse:
    if request.method == "POST":
        with held_member_if_any(member_pk) as member:
            return _add(request, member)
    return _add(request, Member.objects.filter(pk=member_pk).first())


def _add(request: HttpRequest, member: Member | None) -> HttpResponse:
    values = typed(request)
    if member is None:
        return _member_gone(request, values)
    if not member.has_contacts:
        return _in_vain(request, member, values, NO_CONTACTS_FOR_INDIVIDUALS)
    form = ContactForm(values, instance=Contact(member=member), user=person(request))
    if form.is_valid() and request.method == "POST":
        contact = form.save()
        messages.success(request, f"Le contact « {contact.title} » est ajouté.")
        return _panel(request, member, page_at(member, contact.position))
    return _form_window(request, member, form, "Ajout d'un contact")


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("contacts.change_contact", raise_exception=True)
def contact_edit(request: HttpRequest, member_pk: int, pk: int) -> HttpResponse:
    if request.method == "POST":
        with held_member_if_any(member_pk) as member:
            return _edit(request, member, pk)
    return _edit(request, Member.objects.filter(pk=member_pk).first(), pk)


def _edit(request: HttpRequest, member: Member | None, pk: int) -> HttpResponse:
    values = typed(request)
    if member is None:
        return _member_gone(request, values)
    contacts = member.contacts.filter(pk=pk)
    if request.method == "POST":
        # The mail worker marks refused addresses without locking the member.
        contacts = contacts.select_for_update()
    contact = contacts.first()
    if contact is None:
        return _contact_gone(request, member, values)
    form = ContactForm(values, instance=contact, user=person(request))
    if form.is_valid() and request.method == "POST":
        contact = form.save()
        messages.success(request, f"Le contact « {contact.title} » est enregistré.")
        return _panel(request, member, page_at(member, contact.position))
    return _form_window(request, member, form, "Modification d'un contact", contact)


def _contact_gone(request: HttpRequest, member: Member, values: QueryDict | None) -> HttpResponse:
    """Answer an edit of a deleted contact: offer to add it anew, with the values typed."""
    may_add = request.user.has_perm("contacts.add_contact") and member.has_contacts
    if values is None or not may_add:
        return _in_vain(request, member, values, GONE)
    form = ContactForm(values, instance=Contact(member=member), user=person(request))
    form.add_error(None, f"{GONE} Enregistrez pour l'ajouter à nouveau, avec vos valeurs.")
    return _form_window(request, member, form, "Ajout d'un contact")


def _in_vain(
    request: HttpRequest, member: Member, values: QueryDict | None, reason: str
) -> HttpResponse:
    """Say why there is no form for this contact; what was typed is shown, to copy it."""
    if values is None:
        messages.error(request, reason)
        return _panel(request, member)
    return _typed_in_vain(request, values, "Contact non enregistré", reason)


def _member_gone(request: HttpRequest, values: QueryDict | None) -> HttpResponse:
    if values is None:
        raise Http404
    return _typed_in_vain(request, values, "Membre supprimé", MEMBER_GONE)


def _typed_in_vain(
    request: HttpRequest, values: QueryDict, title: str, reason: str
) -> HttpResponse:
    form = ContactForm(values, user=person(request))
    if not request.htmx:
        return typed_in_vain(request, form, title=title, reason=reason)
    response = typed_in_vain(
        request, form, title=title, reason=reason, frame="contacts/_window.html", status=200
    )
    return retarget(reswap(response, "innerHTML"), "#window")


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("contacts.delete_contact", raise_exception=True)
def contact_delete(request: HttpRequest, member_pk: int, pk: int) -> HttpResponse:
    if request.method == "POST":
        with held_member(member_pk) as member:
            return _delete(request, member, pk)
    return _delete(request, get_object_or_404(Member, pk=member_pk), pk)


def _delete(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    contact = member.contacts.filter(pk=pk).first()
    if contact is None:
        messages.info(request, GONE)
        return _panel(request, member)
    if request.method != "POST":
        question: dict[str, object] = {
            "member": member,
            "contact": contact,
            "back": contact_address(contact),
        }
        return _window(request, "contacts/confirm_delete.html", question)
    delete_contact(contact, request.session)
    context = {"member": member, "title": contact.title, "pk": pk}
    text = render_to_string("contacts/_deleted_message.html", context, request)
    messages.success(request, mark_safe(text))  # noqa: S308 (escaped by the template)
    return _panel(request, member, page_at(member, contact.position))


@require_POST
@permission_required("contacts.add_contact", raise_exception=True)
def contact_restore(request: HttpRequest, member_pk: int, pk: int) -> HttpResponse:
    with held_member(member_pk) as member:
        contact = _restore(request, member, pk)
    if contact is None:
        messages.error(request, "Cette suppression ne peut plus être annulée.")
        return _panel(request, member)
    messages.success(request, f"Le contact « {contact.title} » est rétabli à sa place.")
    return _panel(request, member, page_at(member, contact.position))


def _restore(request: HttpRequest, member: Member, pk: int) -> Contact | None:
    if not member.has_contacts:
        return None
    return restore_contact(member, pk, request.session, person(request))


@require_POST
@permission_required("contacts.change_contact", raise_exception=True)
def contact_order(request: HttpRequest, member_pk: int) -> HttpResponse:
    """Store the order of the member's contacts.

    The posted `contact` lists the keys of a page (of all contacts, without the page's number) in
    the order shown. `up`, `down`, `first` or `last` is the key of a contact to move by one place or
    to an end of all; `moved` is the key of one that was dragged.
    """
    with held_member(member_pk) as member:
        try:
            contact = _put_in_order(member, request.POST)
        except (OrderRefused, ValueError, IndexError):
            messages.error(
                request,
                "Les contacts de ce membre ont changé entre-temps. "
                "Voici la liste à jour ; modifiez l'ordre à nouveau.",
            )
            return _panel(request, member)
        place = member.contacts.filter(position__lte=contact.position).count()
        total = member.contacts.count()
    text = f"{contact.title} : place {grouped(place)} sur {grouped(total)}."
    messages.success(request, text)
    return _panel(request, member, page_at(member, contact.position))


def _put_in_order(member: Member, posted: QueryDict) -> Contact:
    """Store the order that was posted; return the contact that was moved.

    Raise OrderRefused, ValueError or IndexError for data that no page sends.
    """
    order = [int(pk) for pk in posted.getlist("contact")]
    buttons = [name for name in _MOVES if name in posted]
    chosen = int(posted.get(buttons[0] if buttons else "moved") or order[0])
    if chosen not in order:
        raise OrderRefused
    number = posted.get(NUMBER)
    reorder(member, order, page_slice(int(number)) if number else slice(None))
    contact = member.contacts.get(pk=chosen)
    for name in buttons[:1]:
        _MOVES[name](contact)
        contact.refresh_from_db()
    return contact


_MOVES: dict[str, Callable[[Contact], None]] = {
    "up": partial(step, by=-1),
    "down": partial(step, by=1),
    "first": move_to_beginning,
    "last": move_to_end,
}


def _form_window(
    request: HttpRequest,
    member: Member,
    form: ContactForm,
    title: str,
    contact: Contact | None = None,
) -> HttpResponse:
    form.focus()
    context = {
        "member": member,
        "form": form,
        "title": title,
        "pk": contact.pk if contact else None,
        "back": contact_address(contact) if contact else page_address(member, 1),
    }
    return _window(request, "contacts/form.html", context)


def _window(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    """Answer htmx with the content of a window, other requests with the same as a page."""
    context["frame"] = "contacts/_window.html" if request.htmx else "contacts/_page.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return retarget(reswap(response, "innerHTML"), "#window") if request.htmx else response


def _panel(request: HttpRequest, member: Member, number: int | None = None) -> HttpResponse:
    """Answer htmx with a page of the panel and close the window; redirect other requests.

    Without a number, it is the page that the browser shows.
    """
    query = _shown_query(request)
    if number is None:
        number = wanted_page(member, query)
    if not request.htmx:
        return redirect(page_address(member, number))
    context = {"member": member, "number": number}
    response = render(request, "contacts/_panel_and_messages.html", context)
    response = retarget(reswap(response, "outerHTML"), "#contacts")
    if number > 1 or query:
        response = replace_url(response, page_address(member, number))
    return trigger_client_event(response, "window:close")


def _shown_query(request: HttpRequest) -> QueryDict:
    """Return the query of the member's page that the browser shows, as far as it is known."""
    if NUMBER in request.POST:
        return request.POST
    return QueryDict(urlsplit(request.htmx.current_url_abs_path or "").query)
