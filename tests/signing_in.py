"""Browsers of people who owe nothing more: signed in, and by a second factor where one is due."""

import time

from allauth.mfa.models import Authenticator
from django.test import Client

from diemcau.accounts.models import User


def by_factor(user: User) -> Client:
    """Return a browser in which the user signed in with a second factor."""
    Authenticator.objects.get_or_create(user=user, type="totp", defaults={"data": {"secret": "x"}})
    client = Client()
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client
