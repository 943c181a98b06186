"""The filter of the journal of notifications."""

from django import forms
from django.db.models import QuerySet

from contacts.models import Topic
from mailing.models import DeliveryState, Notification
from mailing.notifications.journal import in_state


class NotificationFilterForm(forms.Form):
    """The filter of the journal of notifications."""

    topic = forms.ChoiceField(
        label="Sujet",
        required=False,
        choices=[("", "Tous les sujets"), *Topic.choices],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    state = forms.ChoiceField(
        label="État",
        required=False,
        choices=[("", "Tous les états"), *DeliveryState.choices],
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def found(self) -> QuerySet[Notification]:
        """Return the notifications that match; to be called once the form was checked."""
        notifications = Notification.objects.all()
        if topic := self.cleaned_data.get("topic"):
            notifications = notifications.filter(topic=topic)
        if state := self.cleaned_data.get("state"):
            notifications = in_state(notifications, state)
        return notifications
