"""Reading what the site answers with."""

from lxml import html

HTMX = {"HX-Request": "true"}

# Texts that would break a page which does not escape them, or get lost on the way.
AWKWARD_TEXTS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onfocus='alert(1)",
    'L\'« Été » & "Cie" {{ 7|add:7 }}',
    "x \u202eecnarF\u202c y",
]


def page(response) -> html.HtmlElement:
    """Return the page or part, which must hold no script and no style of its own."""
    root = html.document_fromstring(response.content.decode())
    assert not root.xpath("//style | //@style | //script[not(@src)] | //script[text()]")
    assert not root.xpath("//@*[starts-with(name(), 'on')] | //@*[starts-with(., 'javascript:')]")
    return root


def text(response) -> str:
    """Return the words of the page or part, with single plain spaces between."""
    return _words(page(response))


def cells(response, title: str) -> list[str]:
    """Return the texts of a table's column from top to bottom."""
    return [_words(cell) for cell in page(response).xpath(f'//tbody//*[@data-title="{title}"]')]


def differences(response) -> dict[str, tuple[str, str]]:
    """Return the stored and the typed value by field, as a conflict shows them."""
    titles = ("Champ", "Valeur enregistrée", "Votre saisie")
    columns = [cells(response, title) for title in titles]
    return {field: (stored, typed) for field, stored, typed in zip(*columns, strict=True)}


def alerts(response) -> str:
    """Return what is read out at once."""
    return " ".join(_words(alert) for alert in page(response).xpath("//*[@role='alert']"))


def links(response, beginning: str) -> dict[str, str]:
    """Return the texts of the links whose address begins so, by their address."""
    found = page(response).xpath(f'//a[starts-with(@href, "{beginning}")]')
    return {link.get("href"): _words(link) for link in found}


def errors(response, field: str) -> str:
    """Return what the form says is wrong at a field; at `None`, with the whole."""
    where = f'//*[@id="id_{field}_error"]' if field else '//*[contains(@class, "alert-danger")]'
    return " ".join(_words(error) for error in page(response).xpath(where))


def form_values(response) -> dict[str, str]:
    """Return what a browser would send of the form that is to be filled in."""
    return _sent(page(response).xpath('//form[.//*[@name="name"]]')[0])


def main_form(response) -> dict[str, str]:
    """Return what a browser would send of the only form in the page."""
    (form,) = page(response).xpath("//main//form")
    return _sent(form)


def _sent(form: html.FormElement) -> dict[str, str]:
    # A browser does not count the line end with which Django begins a textarea.
    values = {name: value.removeprefix("\n") for name, value in form.form_values()}
    hidden = ("csrfmiddlewaretoken", "form_of")
    return {name: values[name] for name in values if name not in hidden}


def _words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())
