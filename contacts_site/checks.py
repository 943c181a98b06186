"""What `manage.py check --deploy` refuses: settings with which a real site would leak."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register

_CONSOLE = "django.core.mail.backends.console.EmailBackend"


@register(Tags.security, deploy=True)
def mail_has_a_server(**_options: Any) -> list[Error]:
    if settings.EMAIL_BACKEND != _CONSOLE:
        return []
    return [
        Error(
            "EMAIL_URL is not set: whole mails would be printed, and end in the machine's journal.",
            hint="Name the mail server, for example EMAIL_URL=smtp+tls://user:password@host:587.",
            id="contacts_site.E001",
        )
    ]
