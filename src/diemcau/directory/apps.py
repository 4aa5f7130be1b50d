"""Django app of the directory."""

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    """Organisations, sites and their technicians."""

    name = "diemcau.directory"
    label = "directory"
