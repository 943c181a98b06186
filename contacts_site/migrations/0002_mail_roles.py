"""The rights to messages and notifications, for the roles."""

from importlib import import_module

from django.db import migrations

roles = import_module("contacts_site.migrations.0001_roles")


BACK_OFFICE = [("members", "message", ["send_message"])]
ADMINISTRATORS = [
    *BACK_OFFICE,
    ("contacts", "notification", ["view_notification", "send_notification"]),
]


def add_rights(apps, schema_editor):
    roles.give_rights(
        apps, schema_editor, {"Back-office": BACK_OFFICE, "Administrateurs": ADMINISTRATORS}
    )


class Migration(migrations.Migration):
    dependencies = [
        ("contacts_site", "0001_roles"),
        ("members", "0002_mail"),
        ("contacts", "0002_mail"),
    ]

    operations = [migrations.RunPython(add_rights, migrations.RunPython.noop)]
