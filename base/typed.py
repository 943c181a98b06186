"""What a person typed into a form: posted now, or given back after they signed in again."""

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse


class Returned:
    """The values of a form that was sent too late; a view that asks for them shows them."""

    def __init__(self, values: QueryDict) -> None:
        self.values = values
        self.is_shown = False


def give(request: HttpRequest, values: QueryDict) -> Returned:
    """Have `typed` return these values to the views of this request."""
    returned = Returned(values)
    request.returned = returned  # type: ignore[attr-defined]
    return returned


def typed(request: HttpRequest) -> QueryDict | None:
    """Return what to fill a form with: what is posted, or what is given back; None for neither.

    A request that gives back is a GET: the view shows the form filled, and saves nothing.
    """
    if request.method == "POST":
        return request.POST
    returned: Returned | None = getattr(request, "returned", None)
    if returned is None:
        return None
    returned.is_shown = True
    return returned.values


def typed_in_vain(
    request: HttpRequest,
    form: forms.BaseForm,
    *,
    title: str,
    reason: str,
    back: str = "",
    frame: str = "_plain_page.html",
    status: int = 404,
) -> HttpResponse:
    """Say why nothing could be saved, and show what was typed, to copy it."""
    context = {
        "title": title,
        "reason": reason,
        "typed": _labelled(form),
        "back": back or reverse("home"),
        "frame": frame,
    }
    return render(request, "typed_in_vain.html", context, status=status)


def _labelled(form: forms.BaseForm) -> list[tuple[str, str]]:
    """Return the label and the typed text of each visible field that is not empty."""
    shown = ((field.label, _text(field)) for field in form.visible_fields())
    return [(str(label), text) for label, text in shown if text]


def _text(field: forms.BoundField) -> str:
    """Return what was typed, a choice by its name."""
    value = field.value()
    choices = getattr(field.field, "choices", ())
    if isinstance(field.form, forms.ModelForm):
        # There without the explanations of the form.
        choices = field.form.instance._meta.get_field(field.name).flatchoices
    names = {str(key): label for key, label in choices}
    return str(names.get(str(value), value) or "").strip()
