"""The pages of a member."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.identity import person
from base.requests import HttpRequest
from base.typed import typed, typed_in_vain
from members.forms import MemberDeletionForm, MemberForm
from members.locks import held_member_if_any
from members.models import Member

GONE = "Ce membre a été supprimé entre-temps."


@require_safe
@permission_required("members.view_member", raise_exception=True)
def member_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "members/detail.html", {"member": get_object_or_404(Member, pk=pk)})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("members.add_member", raise_exception=True)
def member_add(request: HttpRequest) -> HttpResponse:
    form = MemberForm(typed(request), user=person(request))
    if form.is_valid() and request.method == "POST":
        member = form.save()
        messages.success(request, f"Le membre « {member} » est ajouté.")
        return redirect(member)
    return _form_page(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("members.change_member", raise_exception=True)
def member_edit(request: HttpRequest, pk: int) -> HttpResponse:
    if request.method == "POST":
        with held_member_if_any(pk) as member:
            return _edit(request, member)
    return _edit(request, Member.objects.filter(pk=pk).first())


def _edit(request: HttpRequest, member: Member | None) -> HttpResponse:
    values = typed(request)
    if member is None:
        if values is None:
            raise Http404
        return _edit_gone(request, values)
    form = MemberForm(values, instance=member, user=person(request))
    if form.is_valid() and request.method == "POST":
        member = form.save()
        messages.success(request, f"Le membre « {member} » est enregistré.")
        return redirect(member)
    return _form_page(request, form)


def _edit_gone(request: HttpRequest, values: QueryDict) -> HttpResponse:
    """Answer an edit of a deleted member: offer to add it anew, with the values typed."""
    form = MemberForm(values, user=person(request))
    if not request.user.has_perm("members.add_member"):
        return typed_in_vain(request, form, title="Membre supprimé", reason=GONE)
    form.add_error(
        None,
        f"{GONE} Enregistrez pour l'ajouter à nouveau, avec vos valeurs mais sans ses contacts.",
    )
    return _form_page(request, form)


def _form_page(request: HttpRequest, form: MemberForm) -> HttpResponse:
    form.focus()
    is_new = form.instance.pk is None
    context = {
        "form": form,
        "title": "Ajout d'un membre" if is_new else "Modification d'un membre",
        "member": None if is_new else form.instance,
    }
    return render(request, "members/form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("members.delete_member", raise_exception=True)
def member_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then delete the member and its contacts, if they are still what the page showed."""
    if request.method == "POST":
        with held_member_if_any(pk) as member:
            return _delete(request, member)
    member = get_object_or_404(Member, pk=pk)
    return _deletion_page(request, MemberDeletionForm(member=member, user=person(request)))


def _delete(request: HttpRequest, member: Member | None) -> HttpResponse:
    if member is None:
        messages.info(request, GONE)
        return redirect("directory:members")
    form = MemberDeletionForm(request.POST, member=member, user=person(request))
    if not form.is_valid():
        return _deletion_page(request, form)
    member.delete()
    messages.success(request, f"Le membre « {member} » est supprimé.")
    return redirect("directory:members")


def _deletion_page(request: HttpRequest, form: MemberDeletionForm) -> HttpResponse:
    return render(request, "members/confirm_delete.html", {"form": form, "member": form.member})
