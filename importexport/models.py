"""What the app keeps: the rights to contact files."""

from django.db import models


class ContactFile(models.Model):
    """The contact file as a thing one may have a right to; it has no table."""

    class Meta:
        managed = False
        default_permissions = ()
        permissions = [
            ("import_contacts", "Peut importer des contacts"),
            ("export_contacts", "Peut exporter les contacts"),
        ]

    def __str__(self) -> str:
        return "Fichier des contacts"
