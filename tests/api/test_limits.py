"""What is just within the limits of the API is served; what is counted is counted for everybody."""

import pytest
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from api import body
from tests.api.software import NOTIFICATIONS, Software, file
from tests.factories import BACK_OFFICE


@pytest.mark.parametrize(("too_many", "status"), [(0, 202), (1, 413)])
def test_a_request_may_be_just_as_long_as_the_limit(software, monkeypatch, too_many, status):
    values = {"reference": "C1", "topic": "invoices", "subject": "Facture", "body": "Voici."}
    sent = encode_multipart(BOUNDARY, values)
    frame = len(sent) - (body.longest_body() - body._FRAME) - too_many
    monkeypatch.setattr(body, "_FRAME", frame)
    assert body.longest_body() == len(sent) - too_many
    response = software.client.generic(
        "POST", NOTIFICATIONS, sent, content_type=MULTIPART_CONTENT, headers=software.headers
    )
    assert response.status_code == status


@pytest.mark.parametrize(
    ("sizes", "status"), [([1_000], 202), ([400, 600], 202), ([400, 601], 413)]
)
def test_attachments_may_be_just_as_large_as_the_limit(software, settings, sizes, status):
    settings.MAIL_MAX_ATTACHMENT_BYTES = 1_000
    files = [file(f"{size}.pdf", b"x" * size) for size in sizes]
    assert software.notify(attachments=files).status_code == status


@pytest.mark.parametrize("role", [BACK_OFFICE, None])
def test_what_a_token_without_right_asks_is_counted_too(member, settings, role):
    settings.API_REQUESTS_PER_MINUTE = 2
    software = Software(role=role)
    assert [software.notify().status_code for _ in range(3)] == [403, 403, 429]
