"""The forms of a member: its fields, and its deletion."""

from typing import Any

from crispy_forms.layout import Column, Row
from django import forms

from accounts.models import User
from base.conflicts import Version, find_conflict, opened_version, sealed_version
from base.forms import VersionedForm
from members.models import MEMBER_FIELDS, Member


class MemberForm(VersionedForm[Member]):
    """All fields that people edit."""

    class Meta:
        model = Member
        fields = MEMBER_FIELDS
        widgets = {
            "phone": forms.TextInput(attrs={"type": "tel"}),
            "address": forms.Textarea(attrs={"rows": 2}),
            "note": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.draw(
            Row(
                Column("reference", css_class="col-md-3"),
                Column("name", css_class="col-md-5"),
                Column("kind", css_class="col-md-4"),
            ),
            Row(Column("email", css_class="col-md-6"), Column("phone", css_class="col-md-6")),
            "address",
            Row(
                Column("postal_code", css_class="col-md-3"),
                Column("city", css_class="col-md-9"),
            ),
            "note",
        )


_NOTHING_DELETED = (
    "Rien n'est encore supprimé. Relisez ce qui le sera, puis confirmez si c'est toujours ce que "
    "vous voulez."
)


class MemberDeletionForm(forms.Form):
    """Confirms a deletion: hidden fields carry what the page showed.

    If the member or the number of its contacts has changed since, the form is not valid, says why,
    and continues from the current state. The member must stay locked until it is deleted.
    """

    version = forms.CharField(required=False, widget=forms.HiddenInput)
    contact_count = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, member: Member, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member, self.user = member, user
        self.current_count = member.contacts.count()
        self.initial = {
            "version": sealed_version(member, MEMBER_FIELDS),
            "contact_count": self.current_count,
        }

    def clean(self) -> dict[str, Any] | None:
        opened = opened_version(self.member, self.cleaned_data.get("version", ""))
        count = self.cleaned_data.get("contact_count")
        changes = self._changes(opened, count)
        if changes or opened is None or count is None:
            # Whoever confirms again has seen the current state.
            self.data = self.initial
            raise forms.ValidationError([*changes, _NOTHING_DELETED])
        return self.cleaned_data

    def _changes(self, opened: Version | None, count: int | None) -> list[str]:
        changes = []
        if opened and (conflict := find_conflict(self.member, opened, opened.values, self.user)):
            changes.append(conflict.message)
        if count is not None and count != self.current_count:
            changes.append(_count_changed(count, self.current_count))
        return changes


def _count_changed(shown: int, now: int) -> str:
    return f"{_had_contacts(shown)} quand vous avez ouvert cette page, {now or 'aucun'} maintenant."


def _had_contacts(count: int) -> str:
    if not count:
        return "Ce membre n'avait aucun contact"
    return f"Ce membre avait {count} contact{'s' if count > 1 else ''}"
