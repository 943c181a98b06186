"""The right to the tokens of other software, for administrators."""

from importlib import import_module

from django.db import migrations

roles = import_module("contacts_site.migrations.0001_roles")

ADMINISTRATORS = [("contacts", "apitoken", ["manage_apitoken"])]


def add_rights(apps, schema_editor):
    roles.give_rights(apps, schema_editor, {"Administrateurs": ADMINISTRATORS})


class Migration(migrations.Migration):
    dependencies = [
        ("contacts_site", "0002_mail_roles"),
        ("contacts", "0003_apitoken"),
    ]

    operations = [migrations.RunPython(add_rights, migrations.RunPython.noop)]
