"""What every view of the API shares: tokens, methods, and refusals in JSON instead of a page."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables

from api import tokens
from api.models import ApiToken
from base.authorship import Way, written_by

View = Callable[..., HttpResponse]
_CHALLENGE = 'Bearer realm="api"'


class Refusal(Exception):
    """The request is not served: a status, a sentence, and where fields are wrong one for each."""

    def __init__(
        self,
        status: int,
        message: str,
        errors: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors
        self.headers = headers

    def answer(self) -> JsonResponse:
        """Return the refusal as JSON."""
        content: dict[str, Any] = {"message": self.message}
        if self.errors is not None:
            content["errors"] = self.errors
        return answer(content, self.status, self.headers)


def answer(
    content: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None
) -> JsonResponse:
    """Return JSON in which French letters are not escaped."""
    return JsonResponse(
        content, status=status, headers=headers, json_dumps_params={"ensure_ascii": False}
    )


def open_endpoint(*methods: str) -> Callable[[View], View]:
    """Decorate a view that authenticates callers itself; without methods, it serves all.

    It needs no sign-in, session or CSRF token: the API ignores a browser's cookies.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                _check_method(request, methods)
                return view(request, *args, **kwargs)
            except Refusal as refusal:
                return refusal.answer()

        return csrf_exempt(login_not_required(never_cache(answered)))

    return decorate


def endpoint(*methods: str) -> Callable[[View], View]:
    """Decorate a view whose second argument is the token of the calling software."""

    def decorate(view: View) -> View:
        @open_endpoint(*methods)
        @wraps(view)
        def admitted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            token = admitted_token(request)
            with written_by(Way.SOFTWARE, program=token.name):
                return view(request, token, *args, **kwargs)

        return admitted

    return decorate


def _check_method(request: HttpRequest, methods: tuple[str, ...]) -> None:
    if methods and request.method not in methods:
        allowed = ", ".join(methods)
        raise Refusal(
            405, f"Seules ces méthodes sont servies ici : {allowed}.", headers={"Allow": allowed}
        )


@sensitive_variables("secret")
def admitted_token(request: HttpRequest) -> ApiToken:
    """Return the token of a request and count its use; raise Refusal without a valid one."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Refusal(
            401,
            "Il faut un jeton : Authorization: Bearer gdc_….",
            headers={"WWW-Authenticate": _CHALLENGE},
        )
    try:
        return tokens.admit(secret.strip())
    except tokens.TokenUnknown:
        raise Refusal(
            401,
            "Ce jeton est inconnu ou révoqué.",
            headers={"WWW-Authenticate": f'{_CHALLENGE}, error="invalid_token"'},
        ) from None
    except tokens.TokenOverLimit as over:
        raise Refusal(
            429,
            f"Ce jeton a trop servi ; réessayez dans {over.seconds} s.",
            headers={"Retry-After": str(over.seconds)},
        ) from None
    except tokens.TokenWithoutRight:
        raise Refusal(
            403, "La personne qui a créé ce jeton ne peut pas, ou plus, envoyer de notifications."
        ) from None
