import pytest
from django.test import Client

from mailing.models import Delivery, Notification
from tests.api.software import NOTIFICATIONS, Software, file
from tests.factories import BACK_OFFICE

INVISIBLE = "a\x0bb"


def refusal(response, status):
    """Return what a refusal says, which must be JSON and must have sent nothing."""
    assert (response.status_code, response["Content-Type"]) == (status, "application/json")
    assert not Notification.objects.exists()
    assert not Delivery.objects.exists()
    said = response.json()
    assert said["message"].endswith(".")
    return said.get("errors", said["message"])


def test_a_request_without_fault_is_served(software):
    assert software.notify(key="facture-7", attachments=file()).status_code == 202


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"reference": "C2"}, "reference", "Aucun membre n'a cette référence."),
        ({"reference": None}, "reference", "obligatoire"),
        ({"reference": "C" * 51}, "reference", "50"),
        ({"topic": "gossip"}, "topic", "invoices, orders, after_sales"),
        ({"topic": "Invoices"}, "topic", "inconnu"),
        ({"topic": ""}, "topic", "obligatoire"),
        ({"subject": " "}, "subject", "obligatoire"),
        ({"subject": "x" * 201}, "subject", "200"),
        ({"subject": "Facture\nBcc: z@x.fr"}, "subject", "une ligne"),
        ({"subject": "Facture\r\nBcc: z@x.fr"}, "subject", "une ligne"),
        ({"subject": "Facture\rBcc: z@x.fr"}, "subject", "une ligne"),
        ({"subject": INVISIBLE}, "subject", "U+000B"),
        ({"body": None}, "body", "obligatoire"),
        ({"body": INVISIBLE}, "body", "U+000B"),
        ({"body": "x" * 50_001}, "body", "50000"),
        ({"key": "x" * 201}, "key", "200"),
        ({"key": "a\x00b"}, "key", ""),
        ({"subjet": "x"}, "subjet", "inconnu"),
        ({"attachment": file()}, "attachment", "inconnu"),
        ({"attachments": "facture.pdf"}, "attachments", "comme un fichier"),
        ({"body": file("texte.txt")}, "body", "comme un texte"),
        ({"topic": ["invoices", "orders"]}, "topic", "plusieurs fois"),
        ({"attachments": [file()] * 11}, "attachments", "10 au plus"),
        ({"attachments": [file()] * 101}, "attachments", "10 au plus"),
        ({"attachments": file("x" * 151)}, "attachments", "nom"),
        ({"attachments": file(content_type="pdf")}, "attachments", "type"),
    ],
)
def test_a_wrong_field_is_named(software, changes, field, said):
    errors = refusal(software.notify(**changes), 400)
    assert list(errors) == [field]
    assert said in errors[field]


def test_all_wrong_fields_are_named_at_once(software):
    assert set(refusal(software.post({}), 400)) == {"reference", "topic", "subject", "body"}


@pytest.mark.parametrize(
    "changes",
    [
        {"attachments": file(content=b"x" * (10 * 1024**2 + 1))},
        {"attachments": [file(content=b"x" * 6 * 1024**2), file(content=b"x" * 5 * 1024**2)]},
        {"attachments": [file(content=b"x" * 6 * 1024**2) for _ in range(9)]},
        {"body": "x" * 10_000_000},
        {"body": "x" * 100_000_000},
        {"other": "x" * 10_000_000},
    ],
    ids=["attachment", "attachments", "many", "10 MB", "100 MB", "unknown field"],
)
def test_too_large_a_request_is_refused(software, changes):
    assert "trop grosse" in refusal(software.notify(**changes), 413)


FORM = "multipart/form-data; boundary=a"
PART = b'--a\r\nContent-Disposition: form-data; name="body"'


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"x" * 10_000_000, "application/x-www-form-urlencoded", 415),
        (b"reference=C1", "application/x-www-form-urlencoded", 415),
        (b'{"reference": "C1"}', "application/json", 415),
        (b"", "", 415),
        (b"x", "multipart/form-data", 400),
        (b"x", "multipart/form-data; boundary=\xe9", 400),
        (b"--a\r\nContent-Dis", FORM, 400),
        (b"\xff\x00" * 5000, FORM, 400),
        (PART + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n%%%\r\n--a--", FORM, 400),
        (PART + b"\r\n\r\nx\r\n--a--", FORM + "; charset=base64", 415),
        (PART + b"; filename*=bad''x\r\n\r\nx\r\n--a--", FORM, 400),
    ],
)
def test_what_is_no_form_is_refused(software, content, content_type, status):
    options = {"content_type": content_type, "headers": software.headers}
    refusal(software.client.generic("POST", NOTIFICATIONS, content, **options), status)


@pytest.mark.parametrize("length", ["", "-1", "many", "²", "9" * 5000])
def test_a_size_that_says_nothing_is_refused(software, length):
    response = software.post(
        "x", content_type="multipart/form-data; boundary=a", CONTENT_LENGTH=length
    )
    refusal(response, 413 if length.startswith("9") else 411)


@pytest.mark.parametrize("fields", [20_001, 20_000])
def test_very_many_fields_are_refused(software, fields):
    refusal(software.post({f"f{n}": "x" for n in range(fields)}), 400)


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer gdc_",
        "Bearer gdc_" + "x" * 43,
        "Bearer {secret}x",
        "Bearer {digest}",
        "Basic {secret}",
        "{secret}",
        "Bearer é\x00" + "x" * 10_000,
    ],
)
@pytest.mark.parametrize("address", [NOTIFICATIONS, NOTIFICATIONS + "1/", "/api/openapi.json"])
def test_without_a_good_token_everything_is_refused(software, authorization, address):
    headers = {}
    if authorization is not None:
        digest = software.token.digest
        given = authorization.format(secret=software.secret, digest=digest)
        headers = {"Authorization": given}
    method = software.client.post if address == NOTIFICATIONS else software.client.get
    response = method(address, headers=headers)
    assert "jeton" in refusal(response, 401)
    assert response["WWW-Authenticate"].startswith('Bearer realm="api"')


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer "])
def test_the_scheme_is_read_as_http_has_it(software, scheme):
    software.client.defaults["HTTP_AUTHORIZATION"] = f"{scheme} {software.secret}"
    assert software.client.get("/api/openapi.json").status_code == 200


def test_signing_in_opens_nothing_of_it(administrator, member):
    assert "jeton" in refusal(administrator.post(NOTIFICATIONS, {"reference": "C1"}), 401)


@pytest.mark.parametrize("role", [BACK_OFFICE, None])
def test_a_token_whose_maker_has_no_right_is_refused(member, role):
    software = Software(role=role)
    assert "ne peut pas" in refusal(software.notify(), 403)
    assert software.get(NOTIFICATIONS + "1/").status_code == 403


def test_a_token_whose_maker_has_left_is_refused(software):
    software.maker.is_active = False
    software.maker.save()
    refusal(software.notify(), 403)
    software.maker.delete()
    refusal(software.notify(), 403)


@pytest.mark.parametrize(
    ("method", "address", "allowed"),
    [
        *[(method, NOTIFICATIONS, "POST") for method in ("get", "put", "delete", "options")],
        *[(method, NOTIFICATIONS + "1/", "GET, HEAD") for method in ("post", "patch", "delete")],
        ("post", "/api/openapi.json", "GET, HEAD"),
    ],
)
def test_no_other_method_is_served(software, method, address, allowed):
    response = getattr(software.client, method)(address, headers=software.headers)
    assert allowed in refusal(response, 405)
    assert response["Allow"] == allowed


@pytest.mark.parametrize("method", ["get", "post", "put"])
@pytest.mark.parametrize(
    "address",
    [
        "/api/",
        "/api/notifications",
        "/api/notifications/x/",
        "/api/notifications/1",
        "/api/a/b?c=d",
    ],
)
def test_where_nothing_is_a_page_is_not_the_answer(software, method, address):
    refusal(getattr(software.client, method)(address, headers=software.headers), 404)


@pytest.mark.parametrize("number", ["0", "999", "9" * 30, "9" * 5000])
def test_a_notification_that_is_not_there(software, number):
    refusal(software.get(f"{NOTIFICATIONS}{number}/"), 404)


def test_a_notification_of_the_site_itself_is_not_told(software, member):
    told = Notification.objects.create(member=member, topic="orders", subject="x", body="x")
    assert software.get(f"{NOTIFICATIONS}{told.pk}/").status_code == 404


def test_a_fault_of_the_site_is_no_page_either(software, monkeypatch):
    def fail(*args):
        raise ZeroDivisionError

    monkeypatch.setattr("api.views.notify", fail)
    software.client.raise_request_exception = False
    assert "erreur" in refusal(software.notify(), 500)


def test_nor_is_the_answer_to_a_wrong_host(settings, db):
    settings.DEBUG = False
    response = Client().get("/api/openapi.json", headers={"Host": "evil.example"})
    assert (response.status_code, response["Content-Type"]) == (400, "application/json")
