"""Reading the form that other software sends; its size is limited before it is parsed."""

from typing import Any, cast

from django.conf import settings
from django.core.exceptions import (
    BadRequest,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import (
    FileUploadHandler,
    MemoryFileUploadHandler,
    StopUpload,
)
from django.http import HttpRequest, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.datastructures import MultiValueDict

from api.access import Refusal
from base.uploads import NamelessFileUploadHandler
from mailing.notifications.request import AttachedFile

FIELDS = ("reference", "topic", "subject", "body", "key")
FILES = "attachments"
# Boundaries and headers of the parts.
_FRAME = 64 * 1024


def longest_body() -> int:
    """Return how many bytes a request may hold: attachments, texts, and what frames them."""
    texts = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
    return int(settings.MAIL_MAX_ATTACHMENT_BYTES + texts + _FRAME)


class _BoundedHandler(FileUploadHandler):
    """Stops reading when the attachments exceed their limit."""

    is_over = False
    _passed = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:  # noqa: ARG002
        self._passed += len(raw_data)
        if self._passed > settings.MAIL_MAX_ATTACHMENT_BYTES:
            self.is_over = True
            raise StopUpload(connection_reset=True)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Let the handlers that follow make the file."""


def read_form(request: HttpRequest) -> tuple[dict[str, str], list[AttachedFile]]:
    """Return the fields and attachments of a request; raise Refusal where it is not a form."""
    _check_frame(request)
    posted, files = _parsed(request)
    errors = _misplaced(posted, files)
    if errors:
        raise wrong_fields(errors)
    attachments = [_attached(file) for file in files.getlist(FILES)]
    return {name: str(posted[name]) for name in posted}, attachments


def wrong_fields(errors: dict[str, str]) -> Refusal:
    """Return the refusal of a form with wrong fields."""
    return Refusal(400, "La demande contient des erreurs : rien n'est envoyé.", errors)


def _check_frame(request: HttpRequest) -> None:
    """Refuse by its headers a request that is not a form, or a form that is too large."""
    if request.content_type != "multipart/form-data":
        raise Refusal(415, "Envoyez un formulaire de type multipart/form-data.")
    length = request.META.get("CONTENT_LENGTH") or ""
    if not (length.isascii() and length.isdigit()):
        raise Refusal(411, "Indiquez la taille de la demande dans l'en-tête Content-Length.")
    # By its digits first: Python refuses to read a number of thousands of digits.
    if len(length.lstrip("0")) > 12 or int(length) > longest_body():
        raise _too_large()


def _parsed(
    request: HttpRequest,
) -> tuple[QueryDict, MultiValueDict[str, UploadedFile[Any]]]:
    # Otherwise the sender's charset would decode the fields, and it may be any codec of Python.
    request.encoding = "utf-8"
    bound = _BoundedHandler(request)
    request.upload_handlers = [
        bound,
        MemoryFileUploadHandler(request),
        NamelessFileUploadHandler(request),
    ]
    try:
        parsed = request.POST, request.FILES
    except RequestDataTooBig:
        raise _too_large() from None
    except TooManyFilesSent:
        raise wrong_fields({FILES: _too_many()}) from None
    except (
        BadRequest,
        MultiPartParserError,
        TooManyFieldsSent,
        UnreadablePostError,
    ):
        raise Refusal(400, "Le formulaire est illisible : rien n'est envoyé.") from None
    if bound.is_over:
        raise _too_large()
    return parsed


def _misplaced(posted: QueryDict, files: MultiValueDict[str, UploadedFile[Any]]) -> dict[str, str]:
    """Return an error for each unknown, repeated or misplaced field: none is ignored."""
    errors: dict[str, str] = {}
    for name in posted:
        if name == FILES:
            errors[name] = "Envoyez chaque pièce jointe comme un fichier, avec son nom."
        elif name not in FIELDS:
            errors[name] = "Ce champ est inconnu."
        elif len(posted.getlist(name)) > 1:
            errors[name] = "Ce champ est donné plusieurs fois."
    for name in files:
        if name in FIELDS:
            errors[name] = "Envoyez ce champ comme un texte, non comme un fichier."
        elif name != FILES:
            errors[name] = "Ce champ est inconnu."
    return errors


def _attached(file: "UploadedFile[Any]") -> AttachedFile:
    mimetype = (file.content_type or "application/octet-stream").lower()
    return AttachedFile(file.name or "", cast("bytes", file.read()), mimetype)


def _too_many() -> str:
    return f"Il y a trop de pièces jointes ; {settings.MAIL_MAX_ATTACHMENTS} au plus."


def _too_large() -> Refusal:
    most = settings.MAIL_MAX_ATTACHMENT_BYTES // 1024**2
    texts = (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) / 1024**2
    return Refusal(
        413,
        f"La demande est trop grosse : {most} Mio au plus de pièces jointes, "
        f"{texts:.1f} Mio au plus de textes.",
    )
