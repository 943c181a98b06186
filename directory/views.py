"""The members' screen."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from base.requests import HttpRequest
from contacts.problems import PROBLEMS
from directory.forms import MemberFilterForm
from directory.listing import headings, members_page
from directory.results import rows
from members.models import Member


@require_safe
@vary_on_headers("HX-Request", "HX-Target")
@permission_required("members.view_member", raise_exception=True)
def member_list(request: HttpRequest) -> HttpResponse:
    """Show the members that were asked for, a page of them."""
    form = MemberFilterForm(request.GET, label_suffix="")
    form.is_valid()  # What is wrong is not looked for.
    wanted = {key: form.cleaned_data.get(key, "") for key in ("q", "kind", "check")}
    sort = request.GET.get("sort", "")
    page = members_page(wanted["q"], wanted["kind"], wanted["check"], sort, request.GET.get("page"))
    shown = rows(list(page.object_list), wanted["q"])
    parameters = {key: value for key, value in wanted.items() if value}
    kept = {**parameters, "sort": sort} if sort else parameters
    context = {
        "form": form,
        "page": page,
        "rows": shown,
        "shows_contact": any(row.contact for row in shown),
        "headings": headings(sort, parameters),
        "is_filtered": bool(parameters),
        "sort": sort,
        "best_first_address": "?" + urlencode(parameters) if sort and wanted["q"] else "",
        "page_address": "?" + urlencode({**kept, "page": ""}),
    }
    is_part = bool(request.htmx) and request.htmx.target == "members"
    return render(request, f"directory/{'_members' if is_part else 'list'}.html", context)


@require_safe
@permission_required("members.view_member", raise_exception=True)
def filter_counts(request: HttpRequest) -> HttpResponse:
    """Give the choices of the filter « À vérifier » with how many members each would show."""
    members = Member.objects.order_by()
    context = {
        "counts": [(one, one.apply(members).count()) for one in PROBLEMS],
        "chosen": request.GET.get("check", ""),
    }
    return render(request, "directory/_filter_options.html", context)
