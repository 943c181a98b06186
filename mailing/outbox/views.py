"""Sending again what was given up while the mail server was away."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.identity import person
from base.requests import HttpRequest
from mailing.outbox.given_up import send_given_up_again

# The pages with the button.
_BACK = {"messages": "messages:list", "notifications": "notifications:list"}


@require_POST
def resend_given_up(request: HttpRequest) -> HttpResponse:
    """Send again all that was given up, of the kinds that the person may send."""
    user = person(request)
    of_messages = user.has_perm("mailing.send_message")
    of_notifications = user.has_perm("mailing.send_notification")
    if not (of_messages or of_notifications):
        raise PermissionDenied
    count = send_given_up_again(of_messages=of_messages, of_notifications=of_notifications)
    if count:
        plural = "s" if count > 1 else ""
        messages.success(request, f"{count} mail{plural} à nouveau en attente d'envoi.")
    else:
        messages.info(request, "Il n'y a plus de mail abandonné à renvoyer.")
    default = "messages" if of_messages else "notifications"
    return redirect(_BACK.get(request.POST.get("back", ""), _BACK[default]))
