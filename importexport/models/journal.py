"""The journal of exports, and who may import and export."""

from django.conf import settings
from django.db import models


class ContactFile(models.Model):
    """Carries the permissions to import and export; it has no table."""

    class Meta:
        managed = False
        default_permissions = ()
        permissions = [
            ("import_contacts", "Peut importer des contacts"),
            ("export_contacts", "Peut exporter les contacts"),
        ]

    def __str__(self) -> str:
        return "Fichier des contacts"


class RunSource(models.TextChoices):
    """Where an import or export was asked for."""

    BROWSER = "browser", "Navigateur"
    COMMAND = "command", "Ligne de commande"


class ContactExport(models.Model):
    """A line of the journal of exports: who exported all contacts, when, and from which address."""

    created_at = models.DateTimeField("exporté le", auto_now_add=True, db_index=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    source = models.CharField("origine", max_length=10, choices=RunSource.choices)
    address = models.GenericIPAddressField("adresse IP", null=True)
    format = models.CharField("format", max_length=3)
    contact_count = models.PositiveIntegerField("contacts")

    class Meta:
        verbose_name = "export"
        ordering = ["-pk"]
        default_permissions = ()
        permissions = [("view_contactexport", "Peut voir le journal des exports")]

    def __str__(self) -> str:
        return f"{self.contact_count} contacts ({self.format})"
