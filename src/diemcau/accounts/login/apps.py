"""Django app of signing in."""

from importlib import import_module

from django.apps import AppConfig


class LoginConfig(AppConfig):
    """Passwords, second factors, sessions and locks."""

    name = "diemcau.accounts.login"
    label = "login"

    def ready(self) -> None:
        """Listen to what allauth reports: it can be imported only when all apps are there."""
        import_module("diemcau.accounts.login.receivers")
