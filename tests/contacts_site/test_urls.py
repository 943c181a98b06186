"""Every address answers every role, by every method, what the table in `urls/` says; no other."""

import re

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import Group
from django.core.mail import EmailMessage
from django.db import transaction
from django.test import Client

from api.tokens import make_token
from contacts.models import Contact, FormerContact, Topic
from mailing.mailbox import letters as mailbox
from mailing.models import Message, Notification
from members.models import Member
from tests.contacts_site.url_table import (
    METHODS,
    ROLES,
    read_table,
    routes,
    unfilled,
    written,
)
from tests.factories import ADMINISTRATOR, BACK_OFFICE, ContactFactory, UserFactory
from tests.importexport.files_made import csv_file
from tests.importexport.importing import run_import

TABLE = read_table()
ROUTES = list(dict.fromkeys(routes()))
HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
# What a browser shows or runs in the site's own name, made by the site itself.
INLINE = {"text/html", "application/json", "text/javascript"}


@pytest.fixture
def site(db, settings, tmp_path):
    """A site with one of everything; the values stand for the parameters of routes."""
    settings.EMAIL_BACKEND, settings.DATA_DIR = mailbox.BACKEND, tmp_path
    EmailMessage("Été", "Bonjour", "a@example.org", ["b@example.org"]).send()
    contact = ContactFactory()
    user = UserFactory(role=ADMINISTRATOR)
    message = Message.objects.create(subject="Été", text="Bonjour", author=user)
    notification = Notification.objects.create(
        member=contact.member, topic=Topic.ORDERS, subject="Été", body="Bonjour"
    )
    token, _ = make_token("Facturation", user)
    run, _ = run_import(csv_file([contact.member.reference, "Été", 1]))
    Contact.objects.filter(pk=contact.pk).update(note="Été")
    return {
        "/membres/<int:pk>": contact.member_id,
        "/membres/<int:member_pk>": contact.member_id,
        "/contacts/<int:pk>": contact.pk,
        "/etats/<int:number>": FormerContact.objects.get().pk,
        "/contacts/importer/<int:pk>": run.pk,
        "/messages/<int:pk>": message.pk,
        "/notifications/<int:pk>": notification.pk,
        "/jetons/<int:pk>": token.pk,
        "/boite-aux-lettres/<str:name>": mailbox.letter_names()[0],
        "/admin/accounts/user/<id>": user.pk,
        "/admin/auth/group/<path:object_id>": Group.objects.get(name=BACK_OFFICE).pk,
        "/admin/accounts/user/<path:object_id>": user.pk,
        "/admin/r/<path:content_type_id>/<path:object_id>": "0/0",
        "/admin/^(?P<app_label>auth|accounts)": "auth",
        "(?P<url>.*)$": "nulle-part/",
    }


def address(route, site):
    """Return an address of the route."""
    for parameter, value in site.items():
        kept = re.match(r"[^<(^]*", parameter)[0]
        route = route.replace(parameter, f"{kept}{value}")
    return route.replace("$", "")


@pytest.fixture
def cookies(site):
    """The cookie of a session of each role."""
    accounts = {
        "without_role": {},
        "back_office": {"role": BACK_OFFICE},
        "administrator": {"role": ADMINISTRATOR},
        "superuser": {"is_staff": True, "is_superuser": True},
    }
    cookies = {"nobody": ""}
    for role, values in accounts.items():
        client = Client()
        client.force_login(UserFactory(**values))
        cookies[role] = client.cookies[django_settings.SESSION_COOKIE_NAME].value
    return cookies


@pytest.fixture
def ask(cookies):
    """Ask as a role, by a method; return the answer, and whether it changed a member or contact.

    What it changed is taken back.
    """

    # Making the middleware anew for each request would take most of the time.
    client = Client()
    before = stored()

    def ask(role, method, url):
        client.cookies.clear()
        client.cookies[django_settings.SESSION_COOKIE_NAME] = cookies[role]
        with transaction.atomic():
            response = client.generic(method, url)
            # Reading a file to its end closes it.
            response.getvalue()
            response.has_changed_something = stored() != before
            transaction.set_rollback(True)
        return response

    return ask


def stored():
    return list(Member.objects.values()), list(Contact.objects.values())


def safely(ask, role, method, url):
    """Return the status; what is refused, or only asks to see, must change nothing."""
    response = ask(role, method, url)
    is_done = method == "POST" and role not in ("nobody", "without_role")
    assert not response.has_changed_something or (is_done and response.status_code < 400)
    if role == "nobody" and response.status_code == 302 and url != "/":
        assert response["Location"].startswith(("/connexion/", "/admin/login/"))
    return response.status_code


def test_the_table_holds_all_addresses_and_no_others(site, ask):
    missing = [route for route in ROUTES if route not in TABLE]
    assert not missing, (
        "These routes stand in no file of tests/contacts_site/urls/. They answer as follows; add "
        "the lines if that is what they should:\n"
        + "\n".join(written(route, answers(ask, address(route, site))) for route in missing)
    )
    assert [route for route in TABLE if route not in ROUTES] == [], "These routes are gone"


def answers(ask, url):
    """Return the statuses for each method and role."""
    assert not unfilled(url), f"Say in the fixture `site` what stands for {unfilled(url)}"
    return {method: tuple(safely(ask, role, method, url) for role in ROLES) for method in METHODS}


def part_of(route):
    """Return where a route begins, by which the tests below are parted: « membres »."""
    return route.strip("/").partition("/")[0]


@pytest.mark.parametrize("part", sorted({part_of(route) for route in TABLE}))
def test_each_method_answers_each_role_as_the_table_says(part, site, ask):
    parted = [route for route in TABLE if part_of(route) == part]
    found = {route: answers(ask, address(route, site)) for route in parted}
    wrong = [written(route, found[route]) for route in parted if found[route] != TABLE[route]]
    assert not wrong, (
        "The site answers as follows. If that is right, write it into the table:\n"
        + "\n".join(wrong)
    )


@pytest.mark.parametrize("role", ["nobody", "superuser"])
def test_every_answer_carries_the_headers_and_nothing_uploaded_opens_in_the_browser(
    role, site, ask
):
    for route in TABLE:
        response = ask(role, "GET", address(route, site))
        assert {name: response[name] for name in HEADERS} == HEADERS, route
        assert "script-src 'self'" in response["Content-Security-Policy"].split("; "), route
        assert "default-src 'none'" in response["Content-Security-Policy"].split("; "), route
        assert "camera=()" in response["Permissions-Policy"].split(", "), route
        assert response["X-Request-ID"], route
        assert "no-store" in response["Cache-Control"], route
        kind = response.headers.get("Content-Type", "text/html").partition(";")[0]
        disposition = response.headers.get("Content-Disposition", "")
        assert kind in INLINE or disposition.startswith("attachment;"), route


def test_a_route_with_a_wrong_status_fails(site, ask, monkeypatch):
    right = TABLE["/membres/"]
    wrong = {**right, "GET": (200, *right["GET"][1:])}
    monkeypatch.setitem(TABLE, "/membres/", wrong)
    with pytest.raises(AssertionError, match="write it into the table"):
        test_each_method_answers_each_role_as_the_table_says("membres", site, ask)


def test_a_route_that_is_missing_fails_and_shows_the_lines_to_add(site, ask, monkeypatch):
    monkeypatch.delitem(TABLE, "/membres/ajouter/")
    with pytest.raises(AssertionError, match=r"/membres/ajouter/ +GET HEAD POST +302 403 200"):
        test_the_table_holds_all_addresses_and_no_others(site, ask)
