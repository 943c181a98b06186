"""What the roles may do; `test_urls.py` holds it address by address."""

import pytest
from django.contrib.auth.models import Group

from tests.factories import ADMINISTRATOR, BACK_OFFICE, ContactFactory
from tests.pages import HTMX, page

SCREENS = [
    "/membres/",
    "/membres/ajouter/",
    "/membres/{member}/",
    "/membres/{member}/modifier/",
    "/membres/{member}/supprimer/",
    "/membres/{member}/contacts/ajouter/",
    "/membres/{member}/contacts/{contact}/modifier/",
    "/membres/{member}/contacts/{contact}/supprimer/",
]


@pytest.fixture
def contact(db):
    return ContactFactory(name="Anne")


def address(pattern, contact):
    return pattern.format(member=contact.member_id, contact=contact.pk)


@pytest.mark.parametrize("pattern", SCREENS)
def test_a_part_for_nobody_sends_the_whole_page_to_the_sign_in(nobody, pattern, contact):
    headers = {**HTMX, "HX-Current-URL": "http://testserver/membres/?q=a&kind=supplier"}
    response = nobody.get(address(pattern, contact), headers=headers)
    assert response.status_code == 200
    assert response["HX-Redirect"] == "/connexion/?next=/membres/%3Fq%3Da%26kind%3Dsupplier"
    assert response.content == b""


@pytest.mark.parametrize("page", ["", "http://[", "//example.org/", "http://example.org"])
def test_a_page_that_is_not_one_of_the_site_is_no_place_to_come_back_to(nobody, page):
    response = nobody.get("/membres/", headers={**HTMX, "HX-Current-URL": page})
    assert response["HX-Redirect"] in ("/connexion/?next=", "/connexion/?next=/")


@pytest.mark.django_db
def test_only_administrators_bring_files_in_and_out_and_let_other_software_in():
    files = {"import_contacts", "export_contacts", "view_contactexport"}
    notifications = {"view_notification", "send_notification", "manage_apitoken"}
    permissions = {
        group.name: set(group.permissions.values_list("codename", flat=True))
        for group in Group.objects.all()
    }
    assert permissions.keys() == {BACK_OFFICE, ADMINISTRATOR}
    assert permissions[ADMINISTRATOR] - permissions[BACK_OFFICE] == files | notifications
    assert permissions[BACK_OFFICE] < permissions[ADMINISTRATOR]


def test_what_a_person_may_not_do_is_not_offered(without_role, contact):
    user = without_role.get("/mot-de-passe/").wsgi_request.user
    user.user_permissions.set(
        Group.objects.get(name=BACK_OFFICE).permissions.filter(codename__startswith="view")
    )
    for url in ("/membres/", f"/membres/{contact.member_id}/"):
        response = without_role.get(url)
        assert response.status_code == 200
        assert not page(response).xpath(
            "//main//button[@name] | "
            "//main//a[contains(@class, 'btn') and not(contains(@href, '/historique/'))]"
        )
