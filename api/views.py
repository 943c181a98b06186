"""The API: other software notifies a member, and asks what became of the mails."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from api.access import Refusal, admitted_token, answer, endpoint, open_endpoint
from api.body import read_form, wrong_fields
from api.models import ApiToken
from api.openapi import description
from mailing.models import Delivery, DeliveryState, Notification
from mailing.notifications.dispatch import notify
from mailing.notifications.journal import recipients_with_mail
from mailing.notifications.request import NotificationRefused


@endpoint("POST")
def notifications(request: HttpRequest, token: ApiToken) -> HttpResponse:
    """Queue a notification; answer with its number and the addresses that it goes to."""
    values, attachments = read_form(request)
    try:
        notification = notify(
            values.get("reference", ""),
            values.get("topic", ""),
            values.get("subject", ""),
            values.get("body", ""),
            attachments,
            values.get("key"),
            token.name,
        )
    except NotificationRefused as refused:
        raise wrong_fields(refused.errors) from None
    address = reverse("api:notification", args=[notification.pk])
    content = {
        "id": notification.pk,
        "url": address,
        "recipients": [
            delivery.address
            for delivery in _deliveries(notification)
            if delivery.state != DeliveryState.NOBODY
        ],
        "repeated": notification.is_repeated,
    }
    return answer(content, 202, {"Location": address})


@endpoint("GET", "HEAD")
def notification(request: HttpRequest, token: ApiToken, pk: int) -> HttpResponse:  # noqa: ARG001
    """Answer with the state of each mail of a notification, to the software that sent it."""
    own = Notification.objects.filter(sender=token.name).select_related("member")
    found = own.filter(pk=pk).first()
    if found is None:
        raise Refusal(404, "Ce logiciel n'a pas envoyé de notification de ce numéro.")
    return answer(
        {
            "id": found.pk,
            "reference": found.member.reference if found.member else None,
            "topic": found.topic,
            "created_at": found.created_at.isoformat(),
            "recipients": [_state(delivery) for delivery in _deliveries(found)],
        }
    )


@open_endpoint("GET", "HEAD")
def openapi(request: HttpRequest) -> HttpResponse:
    """Describe the API to software with a token, or to a person who may make one."""
    if "Authorization" in request.headers or not request.user.is_authenticated:
        admitted_token(request)
    elif not request.user.has_perm("api.manage_apitoken"):
        raise Refusal(403, "Vous ne pouvez pas voir la description de l'API.")
    return answer(description())


@open_endpoint()
def nothing(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Answer 404 in JSON for any other address."""
    raise Refusal(404, "Il n'y a rien à cette adresse.")


def _deliveries(notification: Notification) -> list[Delivery]:
    found = recipients_with_mail().filter(notification=notification)
    return [recipient.delivery for recipient in found]


def _state(delivery: Delivery) -> dict[str, Any]:
    finished = delivery.finished_at
    return {
        "address": delivery.address,
        "state": delivery.state,
        "answer": delivery.answer,
        "finished_at": finished.isoformat() if finished else None,
    }
