"""The tokens of other software."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from base.characters import validate_storable
from base.text_fields import LineField


class ApiToken(models.Model):
    """The token by which other software signs in; its rules are in api/tokens.py.

    The token itself is shown once and not kept. It may do what its maker may do. Tokens of the
    same name belong to the same software: a new one sees the notifications of the old one.
    """

    name = LineField("logiciel", max_length=100, validators=[validate_storable])
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField("créé le", auto_now_add=True)
    last_used_at = models.DateTimeField("dernier usage", null=True, editable=False)
    revoked_at = models.DateTimeField("révoqué le", null=True, editable=False)
    # The requests since `window_started_at`; a minute later counting starts anew.
    window_started_at = models.DateTimeField(default=timezone.now, editable=False)
    window_requests = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = "jeton d'API"
        verbose_name_plural = "jetons d'API"
        ordering = ["-created_at", "-pk"]
        default_permissions = ()
        permissions = [("manage_apitoken", "Peut gérer les jetons d'API")]

    def __str__(self) -> str:
        return self.name
