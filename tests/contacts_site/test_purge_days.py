"""Each setting of how long things are kept means whole days, one among them."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from contacts_site.operations.retention import FORGETTERS, purge
from importexport.models import ContactExport, RunSource

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _all_is_kept_for_ever(settings):
    for forgetter in FORGETTERS:
        setattr(settings, forgetter.setting, 0)


def purged(setting) -> int | None:
    """Purge; return how much was forgotten of what the setting is about, None: kept for ever."""
    return {forgetter.setting: count for forgetter, count in purge()}[setting]


def add_session(expire_date):
    key = expire_date.isoformat()
    Session.objects.create(session_key=key, session_data="", expire_date=expire_date)


def add_export(created_at):
    export = ContactExport.objects.create(source=RunSource.BROWSER, format="csv", contact_count=1)
    ContactExport.objects.filter(pk=export.pk).update(created_at=created_at)


@pytest.mark.parametrize(
    ("setting", "model", "add"),
    [
        ("RETENTION_SESSIONS_DAYS", Session, add_session),
        ("RETENTION_EXPORTS_DAYS", ContactExport, add_export),
    ],
)
def test_what_is_kept_for_a_day_is_forgotten_after_it(settings, setting, model, add):
    for hours in (23, 25, 9_999):
        add(timezone.now() - timedelta(hours=hours))
    assert purged(setting) is None
    assert model.objects.count() == 3
    setattr(settings, setting, 1)
    assert purged(setting) == 2
    assert model.objects.count() == 1
