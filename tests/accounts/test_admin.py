import pytest
from django.test import Client

from tests.factories import UserFactory
from tests.pages import links

pytestmark = pytest.mark.django_db

ACCOUNTS = "/admin/accounts/user/"


def client_of(**values):
    client = Client()
    client.force_login(UserFactory(**values))
    return client


def test_a_superuser_of_the_staff_keeps_the_accounts():
    client = client_of(is_staff=True, is_superuser=True)
    assert client.get(ACCOUNTS).status_code == 200
    assert "/admin/" in links(client.get("/membres/"), "/admin/")


@pytest.mark.parametrize("role", ["back_office", "administrator", "without_role"])
def test_no_role_reaches_the_accounts(request, role):
    client = request.getfixturevalue(role)
    assert client.get(ACCOUNTS)["Location"] == f"/admin/login/?next={ACCOUNTS}"
    assert not links(client.get("/mot-de-passe/"), "/admin/")


@pytest.mark.parametrize(
    ("values", "status"), [({"is_staff": True}, 403), ({"is_superuser": True}, 302)]
)
def test_one_without_the_other_does_not_suffice(values, status):
    assert client_of(**values).get(ACCOUNTS).status_code == status


@pytest.mark.parametrize("path", ["/admin/", ACCOUNTS, "/admin/nulle-part/"])
def test_nobody_is_sent_to_the_sign_in(nobody, path):
    assert nobody.get(path)["Location"].endswith(f"/?next={path}")
