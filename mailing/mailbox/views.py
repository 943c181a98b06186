"""The page of the mailbox for trying the site."""

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mailing.mailbox.letters import is_in_use, letter_names, read_letter

PAGE_SIZE = 50
_may_read = permission_required("mailing.view_notification", raise_exception=True)


@require_safe
@_may_read
def letter_list(request: HttpRequest) -> HttpResponse:
    """Show the letters in the box, newest first; there is none on a site that sends its mail."""
    if not is_in_use():
        raise Http404
    page = Paginator(letter_names(), PAGE_SIZE).get_page(request.GET.get("page"))
    letters = [letter for name in page.object_list if (letter := read_letter(name))]
    context = {"page": page, "letters": letters, "page_address": "?page="}
    return render(request, "mailing/mailbox/list.html", context)


@require_safe
@_may_read
def letter_detail(request: HttpRequest, name: str) -> HttpResponse:
    """Show a letter as its reader would read it."""
    letter = read_letter(name) if is_in_use() else None
    if letter is None:
        raise Http404
    return render(request, "mailing/mailbox/detail.html", {"letter": letter})
