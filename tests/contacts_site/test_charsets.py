"""The sender of a request chooses no decoder: everything is UTF-8, or refused unread."""

from io import BytesIO

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client
from django.test.client import BOUNDARY

from tests.pages import page, text

pytestmark = pytest.mark.django_db
FORM = f"multipart/form-data; boundary={BOUNDARY}"
# Quadratic, no decoders of text, fewer letters than UTF-8, others.
FOREIGN = ["punycode", "hex", "idna", "utf-7", "utf-16", "iso-8859-1", "us-ascii", "nonsense", ""]
HIDDEN = [
    '"hex"',
    "'hex'",
    " hex",
    "HEX",
    "utf-8; charset=hex",
    "hex; charset=utf-8",
    "utf-8; Charset=hex",
    "utf-8; charset*=utf-8''hex",
    "utf-8; charset*0=he; charset*1=x",
    "utf-8" + " " * 600,
]


class Unread(BytesIO):
    """A body that nobody may read."""

    def read(self, *_arguments):
        raise AssertionError("the body was read")

    readline = read


def send(client, path, content_type, method="POST"):
    return client.generic(method, path, b"x", content_type=content_type)


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", FORM, "text/plain"])
@pytest.mark.parametrize("charset", FOREIGN + HIDDEN)
def test_another_charset_is_refused_before_anything_is_decoded(nobody, charset, kind):
    body = b"csrfmiddlewaretoken=" + b"a" * 200
    response = nobody.generic(
        "POST",
        "/connexion/?q=Jean",
        body,
        content_type=f"{kind}; charset={charset}",
        **{"wsgi.input": Unread(body)},
    )
    assert response.status_code == 415
    assert page(response).xpath("//h1/text()") == ["Demande incorrecte"]
    assert response["X-Request-ID"] in text(response)


@pytest.mark.parametrize(
    "kind", [f"{FORM}; x*=hex''41", f"{FORM}; x*=nonsense''41", "a; charset", "a" * 600]
)
def test_a_content_type_that_hides_a_decoder_is_refused(nobody, kind):
    assert send(nobody, "/connexion/?q=Jean", kind).status_code == 415


@pytest.mark.parametrize("path", ["/health/?q=Jean", "/membres/?q=Jean", "/nulle-part/?q=Jean"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT"])
def test_every_address_and_method_refuses_it(nobody, path, method):
    assert send(nobody, path, "text/plain; charset=hex", method).status_code == 415


def test_the_interface_for_software_says_so_in_json(nobody):
    response = send(nobody, "/api/notifications/?q=Jean", f"{FORM}; charset=hex")
    assert response.status_code == 415
    assert response.json() == {
        "message": "Envoyez la demande en UTF-8, sans autre jeu de caractères."
    }


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"', "utf8"])
def test_utf_8_by_any_of_its_names_is_read(nobody, charset):
    body = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="username"\r\n\r\né\r\n'
    kind = f"{FORM}; charset={charset}"
    response = nobody.generic("POST", "/connexion/", f"{body}--{BOUNDARY}--", content_type=kind)
    assert response.status_code == 200
    assert response.context["form"].data["username"] == "é"


def test_a_server_answers_as_the_tests_do_and_logs_no_query(caplog):
    started = []
    environ = Client()._base_environ(
        PATH_INFO="/health/", QUERY_STRING="q=Jean", CONTENT_TYPE="text/plain; charset=hex"
    )
    body = WSGIHandler()(environ, lambda *answer: started.append(answer[0]))
    assert started == ["415 Unsupported Media Type"]
    assert "UTF-8" in b"".join(body).decode()
    assert "Jean" not in caplog.text


@pytest.mark.parametrize(
    "header",
    [
        'form-data; name="username"\r\nContent-Type: text/plain; charset=punycode',
        'form-data; name="username"\r\nContent-Type: text/plain; charset=hex',
        "form-data; name=\"username\"; x*=hex''41",
        "form-data; name=\"username\"; x*=nonsense''41",
        "form-data; name=\"username\"; filename*=hex''41",
        "form-data; name=\"file\"; filename*=punycode''41",
    ],
)
@pytest.mark.parametrize("transfer", ["", "base64", "hex", "quoted-printable", "punycode"])
def test_no_part_of_a_form_chooses_a_decoder_either(nobody, header, transfer):
    body = f"--{BOUNDARY}\r\nContent-Disposition: {header}\r\n"
    body += f"Content-Transfer-Encoding: {transfer}\r\n\r\n" if transfer else "\r\n"
    body += f"ZHVwb250\r\n--{BOUNDARY}--\r\n"
    response = nobody.generic("POST", "/connexion/", body, content_type=FORM)
    assert response.status_code == 200
    typed = response.context["form"].data.get("username", "")
    assert typed in ("", "ZHVwb250", "dupont")
