"""The journal of notifications: who was notified of what, and what became of each mail."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from base.paging import FlatPaginator
from base.requests import HttpRequest
from mailing.models import DeliveryState, Notification
from mailing.notifications.dispatch import addresses_again, resend_unsent
from mailing.notifications.forms import NotificationFilterForm
from mailing.notifications.journal import recipients_with_mail, with_mails

PAGE_SIZE = 50
MAILS_A_PAGE = 200
_may_see = permission_required("mailing.view_notification", raise_exception=True)


@require_safe
@_may_see
def notification_list(request: HttpRequest) -> HttpResponse:
    """Show the notifications, newest first, a page of them."""
    form = NotificationFilterForm(request.GET, label_suffix="")
    form.is_valid()  # What is wrong is not looked for.
    wanted = {key: value for key, value in form.cleaned_data.items() if value}
    notifications = with_mails(form.found().select_related("member"))
    page = FlatPaginator(notifications, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "is_filtered": bool(wanted),
        "page_address": "?" + urlencode({**wanted, "page": ""}),
    }
    return render(request, "mailing/notifications/list.html", context)


@require_safe
@_may_see
def notification_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show all of a notification: its text, its mails, the server's words."""
    notification = get_object_or_404(Notification.objects.select_related("member"), pk=pk)
    mails = recipients_with_mail().select_related("contact").filter(notification=notification)
    again = addresses_again(notification)
    # Of a mail without recipient its own line says why.
    lost = notification.recipients.filter(
        delivery__state__in=(DeliveryState.REFUSED, DeliveryState.GIVEN_UP)
    ).exclude(delivery__in=list(again))
    context = {
        "notification": notification,
        "page": FlatPaginator(mails, MAILS_A_PAGE).get_page(request.GET.get("page")),
        "page_address": "?page=",
        "again": list(again.values()),
        "lost_count": lost.count(),
    }
    return render(request, "mailing/notifications/detail.html", context)


@require_POST
@permission_required("mailing.send_notification", raise_exception=True)
def notification_resend(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the mails of a notification again that did not get there."""
    count = resend_unsent(get_object_or_404(Notification, pk=pk))
    if count:
        what = "Un mail part" if count == 1 else f"{count} mails partent"
        messages.success(request, f"{what} à nouveau.")
    else:
        messages.info(request, "Aucun de ses mails ne peut repartir : rien à renvoyer.")
    return redirect("notifications:detail", pk=pk)
