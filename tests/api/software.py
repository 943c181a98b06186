"""Another software, which uses the API."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from api.tokens import make_token
from tests.factories import ADMINISTRATOR, UserFactory

NOTIFICATIONS = "/api/notifications/"


class Software:
    """A client of the API whose token an administrator made."""

    def __init__(self, name="Facturation", role=ADMINISTRATOR):
        self.maker = UserFactory(role=role)
        self.token, self.secret = make_token(name, self.maker)
        # Other software knows no cookies, and has no CSRF token.
        self.client = Client(enforce_csrf_checks=True)

    @property
    def headers(self):
        return {"Authorization": f"Bearer {self.secret}"}

    def get(self, address):
        return self.client.get(address, headers=self.headers)

    def post(self, data, **options):
        return self.client.post(NOTIFICATIONS, data, headers=self.headers, **options)

    def notify(self, **changes):
        """Ask for a notification, with these fields in the place of good ones; None leaves out."""
        values = {"reference": "C1", "topic": "invoices", "subject": "Facture 7", "body": "Voici."}
        values |= changes
        return self.post({name: value for name, value in values.items() if value is not None})


def file(name="facture.pdf", content=b"%PDF-1.7", content_type="application/pdf"):
    return SimpleUploadedFile(name, content, content_type)
