import pytest

from tests.factories import PASSWORD
from tests.pages import errors, text

pytestmark = pytest.mark.django_db

CHANGE = "/mot-de-passe/"
NEW = "un autre, plus long encore"


def change(client, old=PASSWORD, new=NEW, again=NEW):
    values = {"old_password": old, "new_password1": new, "new_password2": again}
    return client.post(CHANGE, values, follow=True)


def has_password(client, password):
    return client.get(CHANGE).wsgi_request.user.check_password(password)


@pytest.mark.parametrize("role", ["back_office", "administrator", "without_role"])
def test_a_person_changes_their_password_and_stays_signed_in(request, role):
    client = request.getfixturevalue(role)
    assert "Votre mot de passe est modifié." in text(change(client))
    assert has_password(client, NEW)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"old": "faux"}, "old_password"),
        ({"old": ""}, "old_password"),
        ({"new": "", "again": ""}, "new_password1"),
        ({"again": "autre chose"}, "new_password2"),
        ({"new": "court", "again": "court"}, "new_password2"),
        ({"new": "onze signes", "again": "onze signes"}, "new_password2"),
        ({"new": "123456789", "again": "123456789"}, "new_password2"),
        ({"new": "password", "again": "password"}, "new_password2"),
        ({"new": "compte-de-moi", "again": "compte-de-moi"}, "new_password2"),
    ],
)
def test_a_wrong_value_is_refused_at_its_field(client, django_user_model, values, field):
    user = django_user_model.objects.create_user("compte-de-moi", password=PASSWORD)
    client.force_login(user)
    assert errors(change(client, **values), field)
    assert has_password(client, PASSWORD)


def test_twelve_characters_are_enough(back_office):
    assert "est modifié" in text(change(back_office, new="douze signe!", again="douze signe!"))


def test_the_rules_are_said_before_one_types(back_office):
    said = text(back_office.get(CHANGE))
    assert "au minimum 12 caractères" in said
    assert "trop ressembler à vos autres informations personnelles" in said
    assert "entièrement numérique" in said


def test_other_browsers_of_the_person_are_signed_out(back_office, client):
    client.force_login(back_office.get(CHANGE).wsgi_request.user)
    change(back_office)
    assert client.get(CHANGE).status_code == 302


def test_guessing_the_old_password_counts_as_failed_sign_ins(back_office, settings):
    settings.AXES_FAILURE_LIMIT = 3
    assert [change(back_office, old="faux").status_code for _ in range(4)] == [200, 200, 429, 429]
    assert change(back_office).status_code == 429
    assert has_password(back_office, PASSWORD)


def test_nobody_is_sent_to_the_sign_in(nobody):
    assert nobody.post(CHANGE)["Location"] == f"/connexion/?next={CHANGE}"
