import json

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.utils import timezone
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from contacts.models import Topic
from mailing.models import Delivery, Notification
from mailing.notifications.dispatch import notify
from tests.api.software import NOTIFICATIONS, Software
from tests.factories import ContactFactory, MemberFactory

ADDRESS = "/api/openapi.json"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
OPERATIONS = [(NOTIFICATIONS, "POST"), (NOTIFICATIONS + "{id}/", "GET")]


@pytest.fixture
def software(db, settings):
    settings.API_REQUESTS_PER_MINUTE = 10_000
    member = MemberFactory(reference="C1", email="a@x.fr")
    ContactFactory(member=member, email="b@x.fr")
    return Software()


@pytest.fixture
def description(software):
    return software.get(ADDRESS).json()


@pytest.fixture
def application(description):
    """The site as a server runs it, but that a request's end leaves the test its connection."""
    # Later than the test client's requests, which connect the signals again.
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield get_wsgi_application()
    for signal in signals:
        signal.connect(close_old_connections)


def test_the_description_has_the_limits_of_the_site(software, settings):
    settings.MAIL_MAX_ATTACHMENTS = 3
    response = software.get(ADDRESS)
    assert response["Content-Type"] == "application/json"
    found = response.json()
    assert found["openapi"].startswith("3.1")
    assert [(path, *methods) for path, methods in found["paths"].items()] == [
        (path, method.lower()) for path, method in OPERATIONS
    ]
    telling = found["components"]["schemas"]["Telling"]
    assert telling["properties"]["attachments"]["maxItems"] == 3
    assert telling["properties"]["topic"]["enum"] == ["invoices", "orders", "after_sales"]
    assert telling["required"] == ["reference", "topic", "subject", "body"]


@pytest.mark.parametrize(
    ("role", "status"),
    [("administrator", 200), ("back_office", 403), ("without_role", 403), ("nobody", 401)],
)
def test_who_has_no_token_reads_it_only_as_an_administrator(request, db, role, status):
    response = request.getfixturevalue(role).get(ADDRESS)
    assert (response.status_code, response["Content-Type"]) == (status, "application/json")


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_whatever_is_sent_the_answer_is_one_of_those_described(
    software, application, description, path, method, mode
):
    # A member and notifications that there are, so that some requests come through.
    properties = description["components"]["schemas"]["Telling"]["properties"]
    properties["reference"] = {"type": "string", "enum": ["C1", "C2"]}
    name = software.token.name
    keys = [notify("C1", topic, "Objet", "Texte", sender=name).pk for topic in Topic]
    Delivery.objects.filter(address="a@x.fr").update(finished_at=timezone.now())
    (key,) = description["paths"][OPERATIONS[1][0]]["get"]["parameters"]
    key["schema"] = {"type": "integer", "enum": [*keys, 0]}
    schema = schemathesis.openapi.from_dict(description)
    schema.app = application
    operation = schema[path][method]
    seen = set()

    @hypothesis.seed(1)
    @hypothesis.settings(
        max_examples=30,
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def every_answer_is_as_described(case):
        response = case.call(headers=software.headers)
        case.validate_response(response, checks=CHECKS)
        seen.add(response.status_code)

    every_answer_is_as_described()
    assert seen
    if (method, mode) == ("POST", GenerationMode.POSITIVE):
        assert 202 in seen
        assert Notification.objects.count() > len(keys)
    if (method, mode) == ("GET", GenerationMode.POSITIVE):
        assert seen == {200, 404}


def test_it_is_json_that_any_reader_takes(description):
    assert json.loads(json.dumps(description)) == description
