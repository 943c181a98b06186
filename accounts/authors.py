"""The authors of changes: who is signed in, and what the history calls each author."""

from collections.abc import Callable, Iterable

from django.http import HttpRequest, HttpResponse

from accounts.models import User
from base.authorship import Author, Way, written_by

UNKNOWN = "Auteur inconnu"
ACCOUNT_GONE = "Compte supprimé"


class AuthorMiddleware:
    """Names the account that is signed in as the author of what its requests write."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        with written_by(Way.PAGE, account=request.user.pk):
            return self.get_response(request)


def author_names(authors: Iterable[Author]) -> dict[Author, str]:
    """Return what to call each author: the person, or else the software or command.

    Of an import or its undoing, it is who asked for it. Takes one query.
    """
    distinct = set(authors)
    accounts = User.objects.in_bulk({each.account_id for each in distinct if each.account_id})
    return {each: _name(each, accounts.get(each.account_id or 0)) for each in distinct}


def _name(author: Author, account: User | None) -> str:
    if author.account_id:
        return account.get_full_name() or account.get_username() if account else ACCOUNT_GONE
    if author.way == Way.SOFTWARE:
        return f"Logiciel {author.program}"
    return f"Commande {author.program}" if author.program else UNKNOWN
