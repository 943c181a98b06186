"""The description of the API in OpenAPI 3.1, with the site's own limits and topics."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from contacts.models import Topic
from mailing.models import DeliveryState
from mailing.notifications.request import (
    LONGEST_BODY,
    LONGEST_KEY,
    LONGEST_REFERENCE,
    LONGEST_SUBJECT,
)

Schema = dict[str, Any]
_TEXT: Schema = {"type": "string"}
_REFUSALS = {
    400: "Un champ est faux ; `errors` dit lequel et pourquoi. Rien n'est envoyé.",
    401: "Il n'y a pas de jeton, ou il est inconnu ou révoqué.",
    403: "La personne qui a créé le jeton ne peut pas, ou plus, envoyer de notifications.",
    404: "Ce logiciel n'a pas envoyé de notification de ce numéro.",
    405: "Cette adresse ne sert pas cette méthode.",
    411: "La taille de la demande n'est pas indiquée.",
    413: "La demande est trop grosse.",
    415: "La demande n'est pas un formulaire multipart/form-data.",
    429: "Le jeton a trop servi ; `Retry-After` dit dans combien de secondes réessayer.",
}
_HEADERS = {
    401: {"WWW-Authenticate": {"schema": _TEXT, "required": True}},
    405: {"Allow": {"schema": _TEXT, "required": True}},
    429: {"Retry-After": {"schema": {"type": "integer", "minimum": 1}, "required": True}},
}


def description() -> Schema:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Gestion des contacts",
            "version": "1",
            "description": "Notifier un membre : ses contacts concernés reçoivent un mail.",
        },
        "security": [{"token": []}],
        "paths": {
            reverse("api:notifications"): {"post": _post()},
            reverse("api:notification", args=[0]).replace("0", "{id}"): {"get": _get()},
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "Telling": _telling(),
                "Told": _told(),
                "State": _state(),
                "Refusal": _refusal(),
            },
        },
    }


def _post() -> Schema:
    statuses = (400, 401, 403, 405, 411, 413, 415, 429)
    return {
        "operationId": "notify",
        "summary": "Notifie un membre",
        "description": (
            "Chaque adresse concernée par le sujet reçoit son propre mail. "
            "La même clé n'envoie jamais deux fois."
        ),
        "requestBody": {
            "required": True,
            "content": {"multipart/form-data": {"schema": _reference("Telling")}},
        },
        "responses": {
            "202": {
                "description": "Les mails attendent d'être envoyés.",
                "headers": {"Location": {"schema": _TEXT, "required": True}},
                "content": _json("Told"),
            },
            **_refusals(*statuses),
        },
    }


def _get() -> Schema:
    return {
        "operationId": "state",
        "summary": "Dit où en est une notification",
        "parameters": [
            {
                "name": "id",
                "in": "path",
                "required": True,
                "schema": {"type": "integer", "minimum": 0},
            }
        ],
        "responses": {
            "200": {"description": "L'état de chaque mail.", "content": _json("State")},
            **_refusals(401, 403, 404, 405, 429),
        },
    }


def _telling() -> Schema:
    return _object(
        {
            "reference": _text("La référence du membre.", LONGEST_REFERENCE),
            "topic": {
                **_choice(Topic.values),
                "description": " ; ".join(f"{topic.value} : {topic.label}" for topic in Topic),
            },
            "subject": {
                **_text("L'objet du mail, sur une ligne.", LONGEST_SUBJECT),
                "pattern": r"^[^\r\n]*$",
            },
            "body": _text("Le texte du mail.", LONGEST_BODY),
            "key": _text(
                "Le nom que le logiciel donne à cet envoi : répété, il n'envoie rien de plus.",
                LONGEST_KEY,
            ),
            "attachments": {
                "type": "array",
                "maxItems": settings.MAIL_MAX_ATTACHMENTS,
                "items": {"type": "string", "contentMediaType": "application/octet-stream"},
                "description": (
                    f"{settings.MAIL_MAX_ATTACHMENT_BYTES} octets au plus en tout, "
                    "chaque fichier avec son nom."
                ),
            },
        },
        optional=("key", "attachments"),
    )


def _told() -> Schema:
    return _object(
        {
            "id": {"type": "integer"},
            "url": {**_TEXT, "description": "Où demander l'état."},
            "recipients": {"type": "array", "items": _TEXT},
            "repeated": {
                "type": "boolean",
                "description": "La clé avait déjà servi : c'est le premier envoi qui est décrit.",
            },
        }
    )


def _state() -> Schema:
    recipient = _object(
        {
            "address": _TEXT,
            "state": {
                **_choice(DeliveryState.values),
                "description": " ; ".join(f"{one.value} : {one.label}" for one in DeliveryState),
            },
            "answer": {**_TEXT, "description": "Les derniers mots du serveur de mail."},
            "finished_at": _moment("null"),
        }
    )
    return _object(
        {
            "id": {"type": "integer"},
            "reference": {"type": ["string", "null"], "description": "null : membre supprimé."},
            "topic": _choice(Topic.values),
            "created_at": _moment(),
            "recipients": {"type": "array", "items": recipient},
        }
    )


def _refusal() -> Schema:
    errors = {"type": "object", "additionalProperties": _TEXT}
    return _object({"message": _TEXT, "errors": errors}, optional=("errors",))


def _refusals(*statuses: int) -> Schema:
    return {
        str(status): {
            "description": _REFUSALS[status],
            "headers": _HEADERS.get(status, {}),
            "content": _json("Refusal"),
        }
        for status in statuses
    }


def _object(properties: Schema, optional: tuple[str, ...] = ()) -> Schema:
    required = [name for name in properties if name not in optional]
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _text(description: str, longest: int) -> Schema:
    return {"type": "string", "minLength": 1, "maxLength": longest, "description": description}


def _choice(values: list[str]) -> Schema:
    return {"type": "string", "enum": list(values)}


def _moment(*others: str) -> Schema:
    return {"type": ["string", *others], "format": "date-time"}


def _json(name: str) -> Schema:
    return {"application/json": {"schema": _reference(name)}}


def _reference(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}
