"""Whose account an identity of the provincial sign-on belongs to."""

from collections.abc import Mapping
from typing import Any

from diemcau.accounts.models import User


def named(data: Mapping[str, Any], *, claim: str) -> tuple[str, str] | None:
    """Return the field and the value by which the identity names an account, or None. Pure.

    An e-mail address counts only when the provider says that it verified it.

    Args:
        data: what the provider said: ``userinfo`` and ``id_token``.
        claim: the claim that names the account.
    """
    # The signed token first: what it says, nobody between has changed.
    for source in (data.get("id_token"), data.get("userinfo"), data):
        if not isinstance(source, Mapping):
            continue
        value = source.get(claim)
        if not isinstance(value, str) or not value.strip():
            continue
        if claim == "email":
            return ("email", value.strip()) if source.get("email_verified") is True else None
        return "username", value.strip()
    return None


def matching(data: Mapping[str, Any], *, claim: str) -> User | None:
    """Return the one account that the identity names; None when there is none, or more."""
    found = named(data, claim=claim)
    if found is None:
        return None
    field, value = found
    users = list(User.objects.filter(**{f"{field}__iexact": value})[:2])
    return users[0] if len(users) == 1 else None
