"""HTTP by WSGI, for production beside the sockets' ASGI process."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hotline.settings")
django = get_wsgi_application()  # first: it sets Django up for what follows

from hotline import door  # noqa: E402

application = door.wsgi(django)
