"""Desks: who sits at one, and the end of those whose people may not see the conference any more."""

import secrets
from datetime import datetime

from django.db import transaction as db
from django.db.models import Exists, OuterRef

from diemcau.accounts.models import RoleHolding, User
from diemcau.accounts.services import actor_of
from diemcau.audit.actor import SITE_ROLES, SYSTEM, Actor
from diemcau.audit.refusal import Refusal
from diemcau.audit.services import record_all

from . import desired as rules
from .models import Conference, DeskSeat, Seat
from .nudge import nudge
from .policy import Act, may
from .queries import situation
from .services import authorise, bump
from .workflow import OPEN_STATES, SeatState


def take_desk(*, conference_id: int, actor: Actor, now: datetime) -> DeskSeat:
    """Give the actor a desk of this conference; its tokens name no other.

    Raises Refusal when the actor may not see the desk or there is no such conference.
    """
    with db.atomic():
        conference = Conference.objects.claim(conference_id)
        authorise(conference, actor, Act.SEE_DESK)
        if actor.id is None:
            raise Refusal("not_permitted", "Đăng nhập lại.", "Sign in again.")
        desk = DeskSeat.objects.create(
            conference=conference,
            account_id=actor.id,
            person=actor.name,
            code=secrets.token_hex(5),
            opened_at=now,
        )
        bump(conference_id)
        nudge(conference_id)
    return desk


def end_unentitled(*, now: datetime) -> int:
    """End every desk and every place whose holder has lost the right to it; return how many.

    A role ends, an account is disabled or a grant is withdrawn without anybody telling the
    engine: the worker asks this in each sweep. Source: KH-5.4 (revoked on misuse), LD-10.1.
    """
    open_ = [state.value for state in OPEN_STATES]
    ended = 0
    desks = DeskSeat.objects.filter(ended_at__isnull=True).select_related(
        "conference__host_site", "conference__host_body"
    )
    for desk in desks:
        if desk.conference.state not in open_ or not _sees_desk(desk, now):
            ended += _end_desk(desk, now)
    # One question for all places, however many there are.
    right = RoleHolding.objects.in_force(now).filter(
        user=OuterRef("account_id"), site=OuterRef("entry__site"), role__in=SITE_ROLES
    )
    seats = Seat.objects.filter(
        ~Exists(right),
        account_id__isnull=False,
        state__in=[SeatState.ACTIVE, SeatState.WAITING],
        entry__conference__state__in=open_,
    )
    for seat in seats.select_related("entry__site"):
        ended += _end_seat(seat, now)
    return ended


def _sees_desk(desk: DeskSeat, now: datetime) -> bool:
    holder = User.objects.filter(pk=desk.account_id, is_active=True).first()
    return holder is not None and may(
        actor_of(holder, now=now), Act.SEE_DESK, situation(desk.conference)
    )


def _end_desk(desk: DeskSeat, now: datetime) -> int:
    with db.atomic():
        Conference.objects.claim(desk.conference_id)
        changed = DeskSeat.objects.filter(pk=desk.pk, ended_at__isnull=True).update(ended_at=now)
        if changed and desk.conference.state in [state.value for state in OPEN_STATES]:
            record_all(
                SYSTEM,
                [("desk.ended", desk.person)],
                now=now,
                conference_id=desk.conference_id,
            )
            bump(desk.conference_id)
            nudge(desk.conference_id)
    return changed


def _end_seat(seat: Seat, now: datetime) -> int:
    site = seat.entry.site.key
    with db.atomic():
        conference = Conference.objects.claim(seat.entry.conference_id)
        changed = Seat.objects.filter(
            pk=seat.pk, state__in=[SeatState.ACTIVE, SeatState.WAITING], code=seat.code
        ).update(state=SeatState.LEFT, state_at=now, connected=False)
        if changed:
            if seat.state == SeatState.ACTIVE:
                conference.want(rules.without_site(conference.desired, site))
            conference.touch()
            record_all(SYSTEM, [("site.right_ended", site)], now=now, conference_id=conference.pk)
            nudge(conference.pk)
    return changed
