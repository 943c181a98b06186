"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contacts_site.settings")

application = get_wsgi_application()

# Nothing of the site can be imported before Django is set up.
from members.occupancy import occupy  # noqa: E402

occupy()
