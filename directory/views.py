"""The members' screen."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from base.requests import HttpRequest
from contacts.problems import PROBLEMS
from directory.filters import WORDS, filter_members
from directory.forms import MemberFilterForm
from directory.listing import headings, members_page
from directory.results import rows
from directory.search.terms import MOST_TERMS, read_query


@require_safe
@vary_on_headers("HX-Request", "HX-Target")
@permission_required("members.view_member", raise_exception=True)
def member_list(request: HttpRequest) -> HttpResponse:
    form = MemberFilterForm(request.GET, label_suffix="")
    form.is_valid()
    wanted, words = form.wanted, form.wanted.get(WORDS, "")
    sort = request.GET.get("sort", "")
    page = members_page(wanted, sort, request.GET.get("page"))
    shown = rows(list(page.object_list), words)
    kept = {**wanted, "sort": sort} if sort else wanted
    context = {
        "form": form,
        "page": page,
        "rows": shown,
        "shows_extract": any(row.extract for row in shown),
        "shows_contact": any(row.contact for row in shown),
        "most_words": MOST_TERMS if read_query(words).has_more else None,
        "headings": headings(sort, wanted),
        "is_filtered": bool(wanted),
        "sort": sort,
        "best_first_address": "?" + urlencode(wanted) if sort and words else "",
        "page_address": "?" + urlencode({**kept, "page": ""}),
    }
    is_part = bool(request.htmx) and request.htmx.target == "members"
    return render(request, f"directory/{'_members' if is_part else 'list'}.html", context)


@require_safe
@permission_required("members.view_member", raise_exception=True)
def filter_counts(request: HttpRequest) -> HttpResponse:
    counts = {problem: filter_members({"check": problem.key}).count() for problem in PROBLEMS}
    context = {"counts": counts.items(), "chosen": request.GET.get("check", "")}
    return render(request, "directory/_filter_options.html", context)
