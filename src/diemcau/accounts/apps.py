"""Django app of accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, roles and sign-in links."""

    name = "diemcau.accounts"
    label = "accounts"
