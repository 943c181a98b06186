"""The base of all models that people edit on the site."""

from datetime import datetime

from django.conf import settings
from django.db import models


class Edited(models.Model):
    """Adds `updated_at` and `updated_by` (None: unknown, or the account was deleted)."""

    updated_at = models.DateTimeField("modifié le", auto_now=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="modifié par",
        # Only the deletion of an account searches by it; an index would slow down every import.
        db_index=False,
    )

    class Meta:
        abstract = True

    def changed_past_pages_at(self) -> datetime | None:
        """Return when the row last changed, also by plain SQL; None if nothing records that."""
        return None
