"""The rules of use that everybody accepts once per version.

Source: LD-5.3 (proper purpose, protect secrets and information security), LD-6.7, KH-5.4, LC-4.4,
BD-6.2 (keep the account secret).
"""

from datetime import datetime

from diemcau.accounts.models import User
from diemcau.audit.actor import Actor
from diemcau.audit.services import transaction

from .models import Acknowledgement

VERSION = "1"
"""Raise it when the text changes: everybody is asked again."""


def acknowledged(user: User) -> bool:
    """Return whether the person accepted the version in force."""
    return Acknowledgement.objects.filter(user=user, version=VERSION).exists()


def acknowledge(*, user: User, actor: Actor, by_link: bool, now: datetime) -> None:
    """Record that the person accepts; a second time changes nothing."""
    if acknowledged(user):
        return
    with transaction(actor, "terms.accepted", now=now, object=user.username) as entry:
        _row, made = Acknowledgement.objects.get_or_create(
            user=user, version=VERSION, defaults={"at": now, "by_link": by_link}
        )
        if not made:
            entry.drop()
            return
        entry.about(after={"version": VERSION, "by_link": by_link})
