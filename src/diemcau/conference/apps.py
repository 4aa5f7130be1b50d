"""Django app of the conference."""

from django.apps import AppConfig


class ConferenceConfig(AppConfig):
    """Conferences."""

    name = "diemcau.conference"
    label = "conference"
