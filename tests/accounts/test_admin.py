import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.accounts.second_factor.codes import telephone_of
from tests.factories import PASSWORD, UserFactory
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


@pytest.fixture
def keeper():
    """Somebody of the staff who may keep accounts and groups, and see members; nothing else."""
    rights = [
        "accounts.view_user",
        "accounts.add_user",
        "accounts.change_user",
        "accounts.delete_user",
        "auth.view_group",
        "auth.change_group",
        "members.view_member",
    ]
    return UserFactory(is_staff=True, permissions=rights)


@pytest.fixture
def keeping(keeper):
    client = Client()
    client.force_login(keeper)
    return client


def values_of(user, **changed):
    """What the form of an account sends."""
    dates = {"date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}
    values = {"username": user.username, "is_active": "on", **dates, **changed}
    if user.is_staff:
        values["is_staff"] = "on"
    rights = list(user.user_permissions.values_list("pk", flat=True))
    return {"user_permissions": rights} | values


def test_a_keeper_of_accounts_does_not_make_itself_a_superuser(keeping, keeper):
    page_ = f"{ACCOUNTS}{keeper.pk}/change/"
    assert keeping.post(page_, values_of(keeper, is_superuser="on")).status_code == 302
    keeper.refresh_from_db()
    assert not keeper.is_superuser


@pytest.mark.parametrize("name", ["Administrateurs", "Back-office"])
def test_it_gives_neither_itself_nor_others_a_role_above_its_own(keeping, keeper, name):
    role = Group.objects.get(name=name)
    for user in (keeper, UserFactory()):
        response = keeping.post(f"{ACCOUNTS}{user.pk}/change/", values_of(user, groups=[role.pk]))
        assert response.status_code == 200
        assert not user.groups.exists()


def test_it_gives_no_right_that_it_lacks(keeping, keeper):
    right = Permission.objects.get(codename="export_contacts")
    values = values_of(keeper)
    values["user_permissions"].append(right.pk)
    assert keeping.post(f"{ACCOUNTS}{keeper.pk}/change/", values).status_code == 200
    assert not keeper.user_permissions.filter(pk=right.pk).exists()


def test_it_gives_the_rights_that_it_has(keeping):
    user = UserFactory()
    right = Permission.objects.get(codename="view_member")
    values = values_of(user, user_permissions=[right.pk])
    assert keeping.post(f"{ACCOUNTS}{user.pk}/change/", values).status_code == 302
    assert list(user.user_permissions.all()) == [right]


@pytest.mark.parametrize(
    "values",
    [
        {"is_superuser": True},
        {"role": "Administrateurs"},
        {"role": "Back-office"},
        {"role": "Administrateurs", "is_active": False},
    ],
)
def test_it_changes_no_account_above_its_own(keeping, values):
    user = UserFactory(username="root", **values)
    new = {"usable_password": "true", "password1": "abricots et figues"}
    new["password2"] = new["password1"]
    assert keeping.post(f"{ACCOUNTS}{user.pk}/password/", new).status_code == 403
    assert keeping.post(f"{ACCOUNTS}{user.pk}/change/", values_of(user)).status_code == 403
    assert keeping.post(f"{ACCOUNTS}{user.pk}/delete/", {"post": "yes"}).status_code == 403
    telephone_of(user)
    action = {"action": "remove_second_factor", "_selected_action": [user.pk]}
    keeping.post(ACCOUNTS, action)
    assert TOTPDevice.objects.filter(user=user).exists()
    keeping.post(ACCOUNTS, {"action": "delete_selected", "_selected_action": user.pk, "post": "y"})
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_it_gives_no_role_a_right_that_it_lacks(keeping):
    role = Group.objects.create(name="Accueil")
    right = Permission.objects.get(codename="export_contacts")
    values = {"name": "Accueil", "permissions": [right.pk]}
    assert keeping.post(f"/admin/auth/group/{role.pk}/change/", values).status_code == 200
    assert not role.permissions.exists()
    higher = Group.objects.get(name="Administrateurs")
    assert keeping.post(f"/admin/auth/group/{higher.pk}/change/", values).status_code == 403


@pytest.mark.parametrize("key", [2**31, 2**63, 10**30])
@pytest.mark.parametrize("field", ["groups", "user_permissions"])
def test_a_number_beyond_all_keys_is_refused_by_the_form_or_not_found(key, field):
    client = client_of(is_staff=True, is_superuser=True)
    user = UserFactory()
    response = client.post(f"{ACCOUNTS}{user.pk}/change/", values_of(user, **{field: [key]}))
    assert response.status_code in (200, 404)
    assert client.get(f"{ACCOUNTS}{key}/change/").status_code in (302, 404)
    selected = {"action": "allow_sign_in", "_selected_action": [key]}
    assert client.post(ACCOUNTS, selected).status_code in (200, 302, 404)
