"""Django app of the pages."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Pages, templates and static files."""

    name = "diemcau.web"
    label = "web"
