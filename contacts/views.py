"""Windows and actions of the contact panel on a member's page.

Each view answers htmx with the part of the page that changes, and other requests with a page.
"""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import reswap, retarget, trigger_client_event

from accounts.identity import person
from base.requests import HttpRequest
from contacts.deletion import delete_contact, restore_contact
from contacts.forms import ContactForm
from contacts.models import NO_CONTACTS_FOR_INDIVIDUALS, Contact
from contacts.order import OrderRefused, moved, reorder
from members.locks import held_member
from members.models import Member

GONE = "Ce contact a été supprimé entre-temps."


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("contacts.add_contact", raise_exception=True)
def contact_add(request: HttpRequest, member_pk: int) -> HttpResponse:
    if request.method == "POST":
        with held_member(member_pk) as member:
            return _add(request, member)
    return _add(request, get_object_or_404(Member, pk=member_pk))


def _add(request: HttpRequest, member: Member) -> HttpResponse:
    if not member.has_contacts:
        messages.error(request, NO_CONTACTS_FOR_INDIVIDUALS)
        return _panel(request, member)
    data = request.POST if request.method == "POST" else None
    form = ContactForm(data, instance=Contact(member=member), user=person(request))
    if request.method == "POST" and form.is_valid():
        contact = form.save()
        messages.success(request, f"Le contact « {contact.title} » est ajouté.")
        return _panel(request, member)
    return _form_window(request, member, form, "Ajout d'un contact")


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("contacts.change_contact", raise_exception=True)
def contact_edit(request: HttpRequest, member_pk: int, pk: int) -> HttpResponse:
    if request.method == "POST":
        with held_member(member_pk) as member:
            # Lock the contact's row too: the mail worker marks refused addresses without locking
            # the member.
            return _edit(request, member, member.contacts.select_for_update().filter(pk=pk).first())
    member = get_object_or_404(Member, pk=member_pk)
    return _edit(request, member, member.contacts.filter(pk=pk).first())


def _edit(request: HttpRequest, member: Member, contact: Contact | None) -> HttpResponse:
    if contact is None:
        return _edit_gone(request, member)
    data = request.POST if request.method == "POST" else None
    form = ContactForm(data, instance=contact, user=person(request))
    if request.method == "POST" and form.is_valid():
        contact = form.save()
        messages.success(request, f"Le contact « {contact.title} » est enregistré.")
        return _panel(request, member)
    return _form_window(request, member, form, "Modification d'un contact", contact.pk)


def _edit_gone(request: HttpRequest, member: Member) -> HttpResponse:
    """Answer an edit of a deleted contact: offer to add it anew, with the values typed."""
    may_add = request.user.has_perm("contacts.add_contact") and member.has_contacts
    if request.method == "POST" and may_add:
        form = ContactForm(request.POST, instance=Contact(member=member), user=person(request))
        form.add_error(None, f"{GONE} Enregistrez pour l'ajouter à nouveau, avec vos valeurs.")
        return _form_window(request, member, form, "Ajout d'un contact")
    messages.error(request, GONE)
    return _panel(request, member)


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
        question: dict[str, object] = {"member": member, "contact": contact}
        return _window(request, "contacts/confirm_delete.html", question)
    delete_contact(contact, request.session)
    context = {"member": member, "title": contact.title, "pk": pk}
    text = render_to_string("contacts/_deleted_message.html", context, request)
    messages.success(request, mark_safe(text))  # noqa: S308 (escaped by the template)
    return _panel(request, member)


@require_POST
@permission_required("contacts.add_contact", raise_exception=True)
def contact_restore(request: HttpRequest, member_pk: int, pk: int) -> HttpResponse:
    with held_member(member_pk) as member:
        contact = _restore(request, member, pk)
    if contact:
        messages.success(request, f"Le contact « {contact.title} » est rétabli à sa place.")
    else:
        messages.error(request, "Cette suppression ne peut plus être annulée.")
    return _panel(request, member)


def _restore(request: HttpRequest, member: Member, pk: int) -> Contact | None:
    if not member.has_contacts:
        return None
    return restore_contact(member, pk, request.session, person(request))


@require_POST
@permission_required("contacts.change_contact", raise_exception=True)
def contact_order(request: HttpRequest, member_pk: int) -> HttpResponse:
    """Store the order of the member's contacts.

    The posted `contact` lists their keys in the order shown. `up` or `down` is the key of a contact
    to move by one step; `moved` is the key of one that was dragged.
    """
    with held_member(member_pk) as member:
        try:
            order, chosen = _posted_order(request.POST)
            reorder(member, order)
            messages.success(request, _new_place(member, order, chosen))
        except (OrderRefused, ValueError, IndexError):
            messages.error(
                request,
                "Les contacts de ce membre ont changé entre-temps. "
                "Voici la liste à jour ; modifiez l'ordre à nouveau.",
            )
    return _panel(request, member)


def _posted_order(posted: QueryDict) -> tuple[list[int], int]:
    """Return the keys in the new order, and the key of the contact that was moved.

    Raise OrderRefused, ValueError or IndexError for data that no page sends.
    """
    order = [int(pk) for pk in posted.getlist("contact")]
    chosen = int(posted.get("up") or posted.get("down") or posted.get("moved") or order[0])
    if chosen not in order:
        raise OrderRefused
    if "up" in posted or "down" in posted:
        order = moved(order, chosen, -1 if "up" in posted else 1)
    return order, chosen


def _new_place(member: Member, order: list[int], chosen: int) -> str:
    contact = get_object_or_404(member.contacts, pk=chosen)
    return f"{contact.title} : place {order.index(chosen) + 1} sur {len(order)}."


def _form_window(
    request: HttpRequest, member: Member, form: ContactForm, title: str, pk: int | None = None
) -> HttpResponse:
    form.focus()
    context = {"member": member, "form": form, "title": title, "pk": pk}
    return _window(request, "contacts/form.html", context)


def _window(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    """Answer htmx with the content of a window, other requests with the same as a page."""
    context["frame"] = "contacts/_window.html" if request.htmx else "contacts/_page.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return retarget(reswap(response, "innerHTML"), "#window") if request.htmx else response


def _panel(request: HttpRequest, member: Member) -> HttpResponse:
    """Answer htmx with the current panel and close the window; redirect other requests."""
    if not request.htmx:
        return redirect(f"{member.get_absolute_url()}#contacts")
    response = render(request, "contacts/_panel_and_messages.html", {"member": member})
    response = retarget(reswap(response, "outerHTML"), "#contacts")
    return trigger_client_event(response, "window:close")
