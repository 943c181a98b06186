"""An exported ODS carries a stamp with its moment; only the site's own stamps count."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.core import signing
from django.utils import timezone

from importexport.exports.contacts import export_contacts
from importexport.exports.stamp import PROPERTY, ExportMoment, read_moment, sign
from importexport.files import open_table
from importexport.rows.checking import is_header
from importexport.runs.intake import limits
from tests.factories import ContactFactory, MemberFactory

MOMENT = ExportMoment(datetime(2026, 11, 24, 8, 30, 15, 123456, tzinfo=UTC), 1_234)


def properties_of_export(format):
    file = io.BytesIO()
    export_contacts(file, format)
    return open_table(file, is_header, limits()).properties


def test_a_signed_moment_is_read_again():
    assert read_moment({PROPERTY: sign(MOMENT), "autre": "x"}) == MOMENT


@pytest.mark.parametrize(
    "make",
    [
        lambda: "",
        lambda: "x",
        lambda: ":",
        lambda: "é:é:é",
        lambda: sign(MOMENT)[:-1],
        lambda: f"A{sign(MOMENT)}",
        lambda: sign(MOMENT).upper(),
        lambda: signing.dumps(["2026-11-24T08:30:15+00:00", 3]),
        lambda: signing.dumps(["2026-11-24T08:30:15+00:00", 3], salt="other"),
    ],
    # Signatures hold the time, and each process collects the tests for itself.
    ids=range(9),
)
def test_what_was_not_signed_for_this_says_nothing(make):
    assert read_moment({PROPERTY: make()}) is None


def test_a_file_without_the_property_has_no_moment():
    assert read_moment({}) is None


def test_the_moment_of_another_site_says_nothing(settings):
    theirs = sign(MOMENT)
    settings.SECRET_KEY = "of-another-site"
    assert read_moment({PROPERTY: theirs}) is None


@pytest.mark.django_db
def test_an_ods_carries_its_moment_and_the_number_of_its_contacts():
    ContactFactory.create_batch(3, member=MemberFactory())
    before = timezone.now()
    moment = read_moment(properties_of_export("ods"))
    assert before - timedelta(seconds=61) <= moment.at <= timezone.now() - timedelta(seconds=60)
    assert moment.contact_count == 3


@pytest.mark.django_db
def test_the_moment_is_from_before_the_first_contact_was_read(monkeypatch):
    ContactFactory()
    moments = iter([datetime(2026, 11, 24, 8, 30, tzinfo=UTC)])
    later = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: next(moments, later))
    assert read_moment(properties_of_export("ods")).at == datetime(2026, 11, 24, 8, 29, tzinfo=UTC)


@pytest.mark.django_db
def test_a_csv_has_no_stamp():
    ContactFactory()
    assert properties_of_export("csv") == {}
