"""The web process: ``uvicorn diemcau.config.asgi:application``."""

import os

from django.core.asgi import get_asgi_application

from diemcau.web.bodies import BoundedBodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "diemcau.config.settings")

application = BoundedBodies(get_asgi_application())
