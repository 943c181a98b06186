"""What people change on the site, and who did so last."""

from datetime import datetime

from django.conf import settings
from django.db import models


class Edited(models.Model):
    """Something that says when it last changed, and by whom; None where that was nobody known."""

    updated_at = models.DateTimeField("modifié le", auto_now=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="modifié par",
        # Only the deletion of an account asks by it; an index would slow down every import.
        db_index=False,
    )

    class Meta:
        abstract = True

    def changed_past_pages_at(self) -> datetime | None:
        """Return when anybody last changed it, in whatever way; None where nothing keeps that."""
        return None
