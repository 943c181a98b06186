"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from base.occupancy import occupy
from contacts_site.statements import limit_statements

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contacts_site.settings")

application = get_wsgi_application()
limit_statements()
occupy()
