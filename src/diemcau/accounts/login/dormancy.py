"""Accounts that nobody uses: warned about, then disabled. The judgement is pure.

Source: TCVN 14423:2026 level 3 figures as reported: disabled after 45 days.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db.models import Q

from diemcau.accounts.models import RoleHolding, User
from diemcau.audit.actor import SYSTEM, Actor, Role
from diemcau.audit.services import transaction

from . import sessions
from .models import Standing


class Dormant(StrEnum):
    """How long an account has slept."""

    AWAKE = "awake"
    WARNED = "warned"
    DUE = "due"


@dataclass(frozen=True)
class Sleeper:
    """An account as the judgement sees it.

    Args:
        user: its primary key.
        since: last sign-in, or when it was made or enabled again, whichever is latest.
        needed: on a roster of the next days.
        administrator: holds system_admin now.
    """

    user: int
    since: datetime
    needed: bool = False
    administrator: bool = False


def judge(sleeper: Sleeper, *, warn: int, disable: int, now: datetime) -> Dormant:
    """Return how long the account has slept, in days of 24 hours."""
    slept = now - sleeper.since
    if slept >= timedelta(days=disable):
        return Dormant.DUE
    return Dormant.WARNED if slept >= timedelta(days=warn) else Dormant.AWAKE


def to_disable(
    sleepers: Iterable[Sleeper], *, warn: int, disable: int, now: datetime
) -> list[Sleeper]:
    """Return whom the sweep disables.

    Nobody who is on a roster soon, and never the last administrator: of several administrators
    who all sleep, the one who was here last stays.
    """
    everyone = list(sleepers)
    due = [
        s
        for s in everyone
        if not s.needed and judge(s, warn=warn, disable=disable, now=now) is Dormant.DUE
    ]
    administrators = [s for s in everyone if s.administrator]
    if administrators and all(a in due for a in administrators):
        due.remove(max(administrators, key=lambda a: (a.since, -a.user)))
    return due


def sleepers(*, needed_sites: Collection[int], now: datetime) -> list[Sleeper]:
    """Return the active accounts that somebody could use without the desk.

    An account into which only a one-time link leads has nothing that could be stolen while it
    sleeps: each link is a fresh act of an operator. It is left alone.

    Args:
        needed_sites: primary keys of the sites of the next days' conferences.
        now: the time.
    """
    held = RoleHolding.objects.in_force(now)
    needed = set(held.filter(site__in=needed_sites).values_list("user_id", flat=True))
    administrators = set(held.filter(role=Role.SYSTEM_ADMIN).values_list("user_id", flat=True))
    enabled = dict(
        Standing.objects.filter(enabled_at__isnull=False).values_list("user_id", "enabled_at")
    )
    own = Q(socialaccount__isnull=False) | ~Q(password__startswith="!")
    found = User.objects.filter(own, is_active=True).exclude(password="").distinct()
    return [
        Sleeper(
            user=user.pk,
            since=max(t for t in (user.date_joined, user.last_login, enabled.get(user.pk)) if t),
            needed=user.pk in needed,
            administrator=user.pk in administrators,
        )
        for user in found.order_by("pk")
    ]


def sweep_dormant(*, needed_sites: Collection[int], now: datetime) -> list[User]:
    """Disable the accounts that slept too long; return them. Run it as often as you like."""
    rules = settings.SIGN_IN
    due = to_disable(
        sleepers(needed_sites=needed_sites, now=now),
        warn=rules.dormant_warn_days,
        disable=rules.dormant_disable_days,
        now=now,
    )
    return [_disable(s.user, SYSTEM, "dormant", now) for s in due]


def fallen(user: User, reason: str, now: datetime) -> None:
    """End what a disabled account has open, within the transaction that disables it."""
    Standing.objects.update_or_create(
        user=user, defaults={"disabled_at": now, "reason": reason[:200]}
    )
    sessions.end_rows(user, except_key="", why="account_disabled", now=now)


def risen(user: User, now: datetime) -> None:
    """Let the days of an enabled account count anew, within the transaction that enables it."""
    Standing.objects.update_or_create(
        user=user, defaults={"disabled_at": None, "reason": "", "enabled_at": now}
    )


def _disable(user_id: int, actor: Actor, reason: str, now: datetime) -> User:
    user = User.objects.get(pk=user_id)
    with transaction(actor, "account.disabled", now=now, object=user.username) as entry:
        user.is_active = False
        user.save(update_fields=["is_active"])
        fallen(user, reason, now)
        entry.about(after={"reason": reason})
    return user
