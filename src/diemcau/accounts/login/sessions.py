"""Sessions: begun by a sign-in, listed, ended by their person or by an administrator.

A row stands beside Django's session and outlives it. Django's session holds the row's key; a row
that has ended is not let in any more, whatever stores the sessions.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from diemcau.accounts.models import User
from diemcau.accounts.services import actor_of
from diemcau.audit.actor import Actor
from diemcau.audit.refusal import Refusal
from diemcau.audit.services import transaction

from . import devices, policy
from .idle import Clocks, Limits
from .models import LiveClaim, Session

KEY = "sign_in"
"""Under which Django's session names the row."""

PRECISION = timedelta(seconds=20)
"""The last use is written at most this often: a desk asks every two seconds."""


def acting(request: HttpRequest, user: User | None = None) -> Actor:
    """Return who acts in a request that the pages of signing in handle."""
    found = user if user is not None else request.user
    if not isinstance(found, User):
        return Actor(None, "Đăng nhập", address=devices.address(request))
    return actor_of(found, now=timezone.now(), address=devices.address(request))


def begin(request: HttpRequest, *, method: str, now: datetime) -> Session:
    """Note a sign-in on this device: a new row, or the same one proved again.

    Args:
        request: of the person who has just signed in.
        method: ``link``, ``password``, ``key`` or ``oidc``.
        now: the time.
    """
    user = request.user
    assert isinstance(user, User)
    found = _row(request, user)
    values: dict[str, Any] = {
        "method": method,
        "device": devices.label(request.headers.get("User-Agent", ""))[:80],
        "address": devices.address(request),
        "seen_at": now,
        "authenticated_at": now,
        "business_at": now,
        "administration_at": now,
    }
    if found is not None and found.ended_at is None:
        for name, value in values.items():
            setattr(found, name, value)
        found.save(update_fields=list(values))
        return found
    made = Session.objects.create(key=secrets.token_hex(16), user=user, since=now, **values)
    request.session[KEY] = made.key
    return made


def current(request: HttpRequest, *, now: datetime) -> Session | None:
    """Return the row of this request's session, or None when it was ended.

    A sign-in that named no row (a link, or one from before rows were kept) gets one.
    """
    user = request.user
    assert isinstance(user, User)
    if KEY not in request.session:
        return begin(request, method="link", now=now)
    found = _row(request, user)
    return found if found is not None and found.ended_at is None else None


def _row(request: HttpRequest, user: User) -> Session | None:
    key = request.session.get(KEY)
    return Session.objects.filter(key=key, user=user).first() if key else None


def proved(request: HttpRequest, row: Session, *, now: datetime) -> None:
    """The person proved again who they are: every clock starts anew."""
    row.authenticated_at = row.business_at = row.administration_at = row.seen_at = now
    row.save(update_fields=["authenticated_at", "business_at", "administration_at", "seen_at"])


def clocks(row: Session) -> Clocks:
    """Return the clocks that decide about the idle lock."""
    return Clocks(row.business_at, row.administration_at)


def seen(row: Session, new: Clocks, *, address: str, limits: Limits, now: datetime) -> None:
    """Write when and from where the session was last used, but not at every call."""
    precision = min(PRECISION, limits.administration / 10)
    behind = max(
        now - row.seen_at,
        new.business - row.business_at,
        new.administration - row.administration_at,
    )
    if behind < precision and row.address == address:
        return
    row.seen_at, row.address = now, address
    row.business_at, row.administration_at = new.business, new.administration
    row.save(update_fields=["seen_at", "address", "business_at", "administration_at"])


def factor_used(request: HttpRequest, user: User) -> bool:
    """Return whether a second factor, or a key alone, was used in this session."""
    return any(r.get("method") == "mfa" for r in get_authentication_records(request, user))


def of(user: User) -> list[Session]:
    """Return the person's open sessions, the last used first."""
    return list(Session.objects.filter(user=user, ended_at__isnull=True).order_by("-seen_at"))


KEPT = timedelta(days=365)
"""How long it is known who was signed in where: as long as logs."""


def sweep(*, now: datetime) -> None:
    """End what expired by itself, and forget what ended long ago."""
    unused = now - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    Session.objects.filter(ended_at__isnull=True, seen_at__lt=unused).update(
        ended_at=now, ended_why="expired"
    )
    Session.objects.filter(ended_at__lt=now - KEPT).delete()


def end_rows(user: User, *, except_key: str, why: str, now: datetime) -> int:
    """End the person's sessions but one, within the caller's transaction; return how many."""
    rows = Session.objects.filter(user=user, ended_at__isnull=True).exclude(key=except_key)
    LiveClaim.objects.filter(session__in=list(rows)).delete()
    return rows.update(ended_at=now, ended_why=why)


def end(*, user: User, rows: Iterable[int], actor: Actor, now: datetime) -> int:
    """End some of the person's own sessions. Raises Refusal when the actor is somebody else.

    Args:
        user: whose sessions.
        rows: primary keys; those of other people are left alone.
        actor: the person.
        now: the time.
    """
    with transaction(actor, "session.ended", now=now, object=user.username) as entry:
        if actor.id != user.pk:
            policy.require(actor, policy.Act.END_SESSIONS)
        found = Session.objects.filter(user=user, pk__in=list(rows), ended_at__isnull=True)
        shown = list(found.values_list("device", "address"))
        if not shown:
            entry.drop()
            return 0
        LiveClaim.objects.filter(session__in=list(found)).delete()
        count = found.update(ended_at=now, ended_why="ended")
        entry.about(after={"sessions": [" · ".join(parts) for parts in shown]})
    return count


def end_others(*, user: User, keep: Session, actor: Actor, now: datetime) -> int:
    """End all of the person's sessions but this one."""
    rows = [row.pk for row in of(user) if row.pk != keep.pk]
    return end(user=user, rows=rows, actor=actor, now=now)


def end_all(*, user: User, actor: Actor, now: datetime) -> int:
    """End every session of a person: an administrator's act. Raises Refusal."""
    with transaction(actor, "session.all_ended", now=now, object=user.username) as entry:
        policy.require(actor, policy.Act.END_SESSIONS)
        count = end_rows(user, except_key="", why="ended_by_administrator", now=now)
        entry.about(after={"sessions": count})
    return count


def signed_out(row: Session, *, actor: Actor, now: datetime) -> None:
    """The person signed out."""
    with transaction(actor, "session.ended", now=now, object=row.user.username) as entry:
        LiveClaim.objects.filter(session=row).delete()
        if not Session.objects.filter(pk=row.pk, ended_at__isnull=True).update(
            ended_at=now, ended_why="signed_out"
        ):
            entry.drop()


def refused(
    actor: Actor,
    verb: str,
    refusal: Refusal,
    *,
    now: datetime,
    object: str = "",
    conference_id: int | None = None,
) -> None:
    """Record an act that did not happen."""
    try:
        with transaction(actor, verb, now=now, object=object, conference_id=conference_id):
            raise refusal
    except Refusal:
        return
