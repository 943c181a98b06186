"""Serve a bare Django project: one view that renders a table of about the wanted size.

It has no database, session or sign-in: this is what gunicorn and Django's templates cost alone.
"""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

_ROW = "<tr><td>{{ row }}</td><td>Maraîcher des Trois Rivières</td><td>{{ row }}</td></tr>\n"
_PAGE = "<!doctype html><title>Page</title><table>{% for row in rows %}" + _ROW + "{% endfor %}"
_ROW_BYTES = len(_ROW.encode()) - 10

settings.configure(
    SECRET_KEY="only-for-the-benchmark",  # noqa: S106
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [("django.template.loaders.locmem.Loader", {"page.html": _PAGE})]
            },
        }
    ],
)


def page(request: HttpRequest) -> HttpResponse:
    """Render as many rows as make about `bytes` bytes."""
    rows = int(request.GET.get("bytes", "0")) // _ROW_BYTES + 1
    return render(request, "page.html", {"rows": range(1000, 1000 + rows)})


urlpatterns = [path("", page)]
application = get_wsgi_application()
