"""A form that was sent too late comes back filled: to the same person, and without being saved.

It is too late once the session has ended, or once its person has signed in again in another tab,
which makes the form's token worthless. Each form carries its person's key, signed: nobody else,
and no other site, can make the site show something as if this person had typed it. Until the
sign-in the values stay in the sign-in page, signed; the site keeps nothing.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render, resolve_url
from django.urls import Resolver404, get_script_prefix, resolve
from django.utils.cache import add_never_cache_headers

from accounts.models import User
from base.typed import give
from base.uploads import has_files

# The hidden fields of a form: whose it is; and, of the sign-in page, the form that came too late.
PERSON_FIELD = "form_of"
CARRIED_FIELD = "carried"
_SALT = "accounts.late_forms"
_SECONDS_CARRIED = 12 * 3600
# No form of the site is longer; Django would refuse the sign-in page that carries more.
_MOST_CHARACTERS = 500_000
_NEVER_RETURNED = ("csrfmiddlewaretoken", PERSON_FIELD, CARRIED_FIELD, "code")

AGAIN = (
    "Vous vous êtes reconnecté depuis l'ouverture de cette page\u00a0: voici votre saisie. "
    "Rien n'est encore enregistré."
)
AGAIN_WITH_FILE = f"{AGAIN} Choisissez à nouveau le fichier."
NOTHING_SAVED = (
    "Vous vous êtes reconnecté depuis l'ouverture de cette page. "
    "Rien n'est encore enregistré\u00a0: recommencez."
)
ANOTHER_PERSON = (
    "La saisie d'avant la connexion est celle d'une autre personne\u00a0: elle n'est pas reprise."
)


@dataclass(frozen=True)
class LateForm:
    """What was posted to an address, from which page, and whose form it was."""

    owner: int
    address: str
    page: str
    values: list[list[Any]]
    has_files: bool

    @property
    def query(self) -> QueryDict:
        query = QueryDict(mutable=True)
        for name, texts in self.values:
            query.setlist(name, texts)
        return query

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return [(name, text) for name, texts in self.values for text in texts]


def person_mark(user: User) -> str:
    return signing.Signer(salt=_SALT).sign(str(user.pk))


def is_from_here(request: HttpRequest) -> bool:
    """Return whether the browser says that a page of this site sent the form, or says nothing."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")


def late_form(request: HttpRequest) -> LateForm | None:
    """Return the form that was posted, if one of the site's own pages sent it; else None."""
    if not is_from_here(request):
        return None
    try:
        owner = int(signing.Signer(salt=_SALT).unsign(request.POST.get(PERSON_FIELD, "")))
    except (signing.BadSignature, ValueError):
        return None
    values = [
        [name, texts]
        for name, texts in request.POST.lists()
        if name not in _NEVER_RETURNED and "password" not in name
    ]
    if sum(len(text) for _, texts in values for text in texts) > _MOST_CHARACTERS:
        return None
    query = request.META.get("QUERY_STRING", "")
    address = request.path_info + (f"?{query}" if query else "")
    return LateForm(owner, address, _page_of(request), values, has_files(request))


def sealed(form: LateForm) -> str:
    return signing.dumps(
        [form.owner, form.address, form.page, form.values, form.has_files],
        salt=_SALT,
        compress=True,
    )


def carried_form(request: HttpRequest) -> LateForm | None:
    """Return the form that the sign-in page carried; None without one, or after twelve hours."""
    text = request.POST.get(CARRIED_FIELD, "")
    try:
        return LateForm(*signing.loads(text, salt=_SALT, max_age=_SECONDS_CARRIED))
    except (signing.BadSignature, TypeError, ValueError):
        return None


def give_back_carried(request: HttpRequest, user: User) -> HttpResponse | None:
    """Give back the form that the sign-in page carried; None without one of this person."""
    form = carried_form(request)
    if form is None:
        return None
    if form.owner != user.pk:
        messages.info(request, ANOTHER_PERSON)
        return None
    return give_back(request, form)


def give_back(request: HttpRequest, form: LateForm) -> HttpResponse:
    """Show the form filled, by a GET of its address: its view saves nothing.

    A view that cannot be asked so gets the values again at the press of a button; one that does
    not take them shows its page.
    """
    try:
        match = resolve(urlsplit(form.address).path)
    except Resolver404:
        return HttpResponseRedirect(resolve_url("home"))
    _become_get(request, form)
    request.resolver_match = match
    if match.app_names == ["admin"]:
        return _send_again_page(request, form)
    returned = give(request, form.query)
    messages.warning(request, AGAIN_WITH_FILE if form.has_files else AGAIN)
    response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    if returned.is_shown or 300 <= response.status_code < 400:
        return response
    # This page does not show the values: drop the message that says so.
    list(messages.get_messages(request))
    if response.status_code == 405:
        return _send_again_page(request, form)
    messages.warning(request, NOTHING_SAVED)
    return HttpResponseRedirect(request.get_full_path())


def _send_again_page(request: HttpRequest, form: LateForm) -> HttpResponse:
    context = {"values": form.pairs, "address": full_address(form.address), "page": form.page}
    return uncached(render(request, "accounts/send_again.html", context))


def _become_get(request: HttpRequest, form: LateForm) -> None:
    parts = urlsplit(form.address)
    request.method = request.META["REQUEST_METHOD"] = "GET"
    request.path_info = parts.path
    request.path = full_address(parts.path)
    request.META["QUERY_STRING"] = parts.query
    request.GET = QueryDict(parts.query)
    request.POST = QueryDict()


def full_address(address: str) -> str:
    return get_script_prefix().rstrip("/") + address


def _page_of(request: HttpRequest) -> str:
    """Return the address on this site of the page that was shown; "" if it is not known."""
    try:
        parts = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return ""
    if parts.netloc != request.get_host() or not parts.path.startswith("/"):
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")


def uncached(response: HttpResponse) -> HttpResponse:
    add_never_cache_headers(response)
    return response
