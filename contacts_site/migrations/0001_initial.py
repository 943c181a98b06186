"""The two roles of the manual's users, as groups of permissions."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

BACK_OFFICE = [
    ("members", "member", ["view_member", "add_member", "change_member", "delete_member"]),
    ("contacts", "contact", ["view_contact", "add_contact", "change_contact", "delete_contact"]),
    ("mailing", "message", ["send_message"]),
]
ADMINISTRATORS = [
    *BACK_OFFICE,
    ("importexport", "contactfile", ["import_contacts", "export_contacts"]),
    ("importexport", "contactexport", ["view_contactexport"]),
    ("mailing", "notification", ["view_notification", "send_notification"]),
    ("api", "apitoken", ["manage_apitoken"]),
]
ROLES = {"Back-office": BACK_OFFICE, "Administrateurs": ADMINISTRATORS}


def add_roles(apps, schema_editor):
    """Create the missing groups, and give each its permissions."""
    database = schema_editor.connection.alias
    for app_label in sorted({app_label for app_label, _, _ in ADMINISTRATORS}):
        app_config = apps.get_app_config(app_label)
        # Django creates permissions only after the last migration: too late for the groups.
        app_config.models_module = True
        create_permissions(app_config, apps=apps, verbosity=0, using=database)
        app_config.models_module = None
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    for name, rights in ROLES.items():
        group, _ = Group.objects.using(database).get_or_create(name=name)
        for app_label, model, codenames in rights:
            group.permissions.add(
                *Permission.objects.using(database).filter(
                    content_type__app_label=app_label,
                    content_type__model=model,
                    codename__in=codenames,
                )
            )


def remove_roles(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    Group.objects.using(schema_editor.connection.alias).filter(name__in=ROLES).delete()


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("members", "0001_initial"),
        ("contacts", "0001_initial"),
        ("importexport", "0001_initial"),
        ("mailing", "0001_initial"),
        ("api", "0001_initial"),
    ]

    operations = [migrations.RunPython(add_roles, remove_roles)]
