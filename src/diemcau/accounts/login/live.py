"""One live conference session per account.

An account that takes part in a conference from one session is not let in from a second one: the
first is alerted, both are recorded, and who proves again who they are may move over. Two windows
of one browser are one session. A second device of one *site* in one conference is not decided
here: the conference has its own rules for that (consent, take-over by a newer link).

Source: HUE-6.5a (own account, no sharing: alert and record of a second session), KH-5.4.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction as db

from diemcau.accounts.models import User
from diemcau.audit.actor import Actor
from diemcau.audit.services import transaction

from .models import LiveClaim, Session
from .sessions import refused
from .words import ELSEWHERE

DESK = "desk"

LEASE = timedelta(seconds=90)
"""How long a screen counts as live after its last sign of life. Browsers let a hidden page call
once a minute."""

ALERT_FOR = timedelta(minutes=10)
"""How long the first screen shows the alert."""


@dataclass(frozen=True)
class Place:
    """Where somebody takes part.

    Args:
        conference: its primary key.
        place: key of the site, or DESK.
        seat_device: hash of the device that holds the site's seat, "" at the desk.
    """

    conference: int
    place: str
    seat_device: str = ""


def holder(session: Session, *, now: datetime) -> LiveClaim | None:
    """Return the claim by which another session of the account is live now, if any."""
    return (
        LiveClaim.objects.select_related("session")
        .filter(user_id=session.user_id, seen_at__gt=now - LEASE, session__ended_at__isnull=True)
        .exclude(session=session)
        .first()
    )


Runs = Callable[[int], bool]
"""Whether a conference is held now: its app knows."""


def require_free(
    session: Session, where: Place, *, runs: Runs, actor: Actor, now: datetime
) -> None:
    """Raise Refusal when the account is live elsewhere; alert the first and record it once.

    Args:
        session: that wants in.
        where: what it wants to enter.
        runs: whether a conference is held now: one that ended keeps nobody out.
        actor: the person.
        now: the time.
    """
    found = _rival(session, where, runs, now)
    if found is not None:
        turned_away(session, found, where, actor=actor, now=now)
        raise ELSEWHERE.refusal()


def take(session: Session, where: Place, *, runs: Runs, actor: Actor, now: datetime) -> None:
    """Enter if the account is live nowhere else: of two that come at once one gets in.

    Raises Refusal like `require_free`.
    """
    with db.atomic():
        User.objects.select_for_update().get(pk=session.user_id)
        found = _rival(session, where, runs, now)
        if found is None:
            enter(session, where, now=now)
            return
    turned_away(session, found, where, actor=actor, now=now)
    raise ELSEWHERE.refusal()


def _rival(session: Session, where: Place, runs: Runs, now: datetime) -> LiveClaim | None:
    found = holder(session, now=now)
    if found is None or not runs(found.conference_id) or _same_seat(found, where):
        return None
    return found


def turned_away(
    session: Session, found: LiveClaim, where: Place, *, actor: Actor, now: datetime
) -> None:
    """Alert the first screen and record that a second one was not let in, once per while.

    Args:
        session: that was not let in.
        found: the claim of the first.
        where: what the second wanted to enter.
        actor: the person.
        now: the time.
    """
    if session.told_elsewhere_at and _alerted_for(found, session, now):
        return  # it asks again and again: one event says it
    with db.atomic():
        LiveClaim.objects.filter(pk=found.pk).update(
            alert_at=now, alert_device=session.device, alert_address=session.address
        )
        session.told_elsewhere_at = now
        session.save(update_fields=["told_elsewhere_at"])
    refused(
        actor,
        "live.refused",
        ELSEWHERE.refusal(),
        now=now,
        object=where.place,
        conference_id=where.conference,
    )


def _same_seat(claim: LiveClaim, where: Place) -> bool:
    return (
        where.place != DESK
        and claim.conference_id == where.conference
        and claim.place == where.place
    )


def _alerted_for(claim: LiveClaim, session: Session, now: datetime) -> bool:
    return (
        claim.alert_at is not None
        and now - claim.alert_at < ALERT_FOR
        and (claim.alert_device, claim.alert_address) == (session.device, session.address)
    )


def enter(session: Session, where: Place, *, now: datetime) -> None:
    """Note that the session is live there: after it was let in."""
    LiveClaim.objects.update_or_create(
        user_id=session.user_id,
        defaults={
            "session": session,
            "conference_id": where.conference,
            "place": where.place,
            "seat_device": where.seat_device,
            "since": now,
            "seen_at": now,
            "alert_at": None,
            "alert_device": "",
            "alert_address": "",
        },
    )
    if session.put_out_at or session.told_elsewhere_at:
        session.put_out_at = session.told_elsewhere_at = None
        session.save(update_fields=["put_out_at", "told_elsewhere_at"])


def may_move(session: Session) -> bool:
    """Return whether the person proved who they are after being told that they are elsewhere."""
    return (
        session.told_elsewhere_at is not None
        and session.authenticated_at > session.told_elsewhere_at
    )


def move_here(session: Session, *, actor: Actor, now: datetime) -> LiveClaim | None:
    """Put the first session out; return its claim, whose seat the caller gives back.

    Raises Refusal when the person did not prove again who they are.
    """
    found = holder(session, now=now)
    if found is None:
        return None
    with transaction(
        actor, "live.moved", now=now, conference_id=found.conference_id, object=found.place
    ) as entry:
        if not may_move(session):
            raise ELSEWHERE.refusal()
        entry.about(
            before={"device": found.session.device, "address": found.session.address},
            after={"device": session.device, "address": session.address},
        )
        Session.objects.filter(pk=found.session_id).update(put_out_at=now)
        LiveClaim.objects.filter(pk=found.pk).delete()
    return found


def seen(session: Session, conference: int, *, now: datetime) -> LiveClaim | None:
    """A live screen of the session gave a sign of life; return its claim if it holds one."""
    found = LiveClaim.objects.filter(session=session, conference_id=conference).first()
    if found is not None and now - found.seen_at > LEASE / 6:
        LiveClaim.objects.filter(pk=found.pk).update(seen_at=now)
    return found


def leave(session: Session, conference: int) -> None:
    """The session left the conference by itself."""
    LiveClaim.objects.filter(session=session, conference_id=conference).delete()
