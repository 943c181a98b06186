"""Who may see a notification may not, for that, send it again."""

import pytest

from mailing.models import Delivery, DeliveryState
from mailing.notifications.dispatch import notify
from tests.factories import MemberFactory
from tests.pages import page

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("may_send", [True, False])
def test_sending_again_is_offered_to_who_may_send(allowed, may_send):
    notification = notify(MemberFactory(email="a@x.fr"), "invoices", "Facture", "Voici.")
    assert Delivery.objects.update(state=DeliveryState.REFUSED, answer="550 inconnu") == 1
    rights = ["mailing.view_notification", *(["mailing.send_notification"] if may_send else [])]
    client = allowed(*rights)
    response = client.get(f"/notifications/{notification.pk}/")
    assert response.status_code == 200
    offered = page(response).xpath("//main//form/@action")
    again = f"/notifications/{notification.pk}/renvoyer/"
    assert offered == ([again] if may_send else [])
    assert client.post(again).status_code == (302 if may_send else 403)
