"""The menu « Autres » of the members' screen: each entry for those who may use it."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from tests.factories import UserFactory
from tests.pages import page

IMPORT = ["Importer des contacts", "Historique des imports"]
EXPORT = ["Exporter les contacts (ODS, conseillé)", "Exporter les contacts (CSV)"]
JOURNAL = ["Journal des exports"]


@pytest.mark.parametrize(
    ("permissions", "entries"),
    [
        ([], []),
        (["import_contacts"], IMPORT),
        (["export_contacts"], EXPORT),
        (["import_contacts", "view_contactexport"], IMPORT + JOURNAL),
        (["export_contacts", "view_contactexport"], EXPORT + JOURNAL),
    ],
)
def test_each_permission_shows_its_own_entries(db, permissions, entries):
    user = UserFactory()
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_member", *permissions]))
    client = Client()
    client.force_login(user)
    response = client.get("/membres/", follow=True)
    assert response.status_code == 200
    menu = "//main//details[contains(@class, 'menu')]//li"
    shown = page(response).xpath(f"{menu}/a | {menu}//button")
    assert [" ".join(entry.text_content().split()) for entry in shown] == entries
