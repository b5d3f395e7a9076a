"""The entry point for a WSGI server: `gunicorn labapp.pinsta.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "labapp.pinsta.settings")

application = get_wsgi_application()
