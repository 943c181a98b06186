"""The right to the journal of exports, for administrators."""

from importlib import import_module

from django.db import migrations

roles = import_module("contacts_site.migrations.0001_roles")

ADMINISTRATORS = [("importexport", "contactexport", ["view_contactexport"])]


def add_rights(apps, schema_editor):
    roles.give_rights(apps, schema_editor, {"Administrateurs": ADMINISTRATORS})


class Migration(migrations.Migration):
    dependencies = [
        ("contacts_site", "0003_token_roles"),
        ("importexport", "0002_runs"),
    ]

    operations = [migrations.RunPython(add_rights, migrations.RunPython.noop)]
