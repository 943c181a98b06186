"""Error pages, in French, each with the number of the request.

Those for status 400, 415 and 500, and for a form that is nobody's (403), use neither the database
nor the session.
"""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

from accounts.late_answers import answer_late_form
from accounts.views import answer_late_sign_in
from api.access import answer
from contacts_site.request_log import request_id


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    if _is_of_api(request):
        return answer({"message": "Cette demande n'est pas valable."}, 400)
    return _page(request, "400.html", 400)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """Answer a form without a valid token: a person's own comes back filled."""
    answer: HttpResponseBase | None = None
    if not reason.startswith(_FROM_ELSEWHERE):
        answer = answer_late_sign_in(request) or answer_late_form(request)
    return answer or _page(request, "403_csrf.html", 403)


# How Django's reasons begin where another site sent the form.
_FROM_ELSEWHERE = ("Origin", "Referer")


def server_error(request: HttpRequest) -> HttpResponse:
    if _is_of_api(request):
        return answer({"message": "Le site a rencontré une erreur."}, 500)
    return _page(request, "500.html", 500)


def unsupported_charset(request: HttpRequest) -> HttpResponse:
    if _is_of_api(request):
        return answer(
            {"message": "Envoyez la demande en UTF-8, sans autre jeu de caractères."}, 415
        )
    return _page(request, "415.html", 415)


def _page(request: HttpRequest, template: str, status: int) -> HttpResponse:
    # Rendered without the request: context processors would query the database for the account.
    page = render_to_string(template, {"request_id": request_id(request)})
    return HttpResponse(page, status=status)


def _is_of_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")
