"""Leave no page of the site in the browser, where « Back » would show it again to anybody."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control

_SIGNED_OUT = "has_signed_out"


class PrivatePagesMiddleware:
    """Forbids browsers to keep what the site answers, and has them drop what they kept.

    Static files are answered before it: they may be kept.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        patch_cache_control(response, no_store=True, private=True)
        if getattr(request, _SIGNED_OUT, False):
            response["Clear-Site-Data"] = '"cache"'
        return response


@receiver(user_logged_out)
def _note_sign_out(request: HttpRequest, **_signal: Any) -> None:
    setattr(request, _SIGNED_OUT, True)
