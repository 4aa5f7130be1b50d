"""Writes: one verb, one transaction with its event. Pure rules live in desired and policy."""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction as db
from django.db.models import F, Q
from django.utils import timezone

from diemcau.accounts.services import still
from diemcau.audit.actor import SYSTEM, Actor
from diemcau.audit.refusal import Refusal
from diemcau.audit.services import Entry, record_all, transaction
from diemcau.directory.models import Site
from diemcau.protocol.joining import WaitingFor
from diemcau.protocol.scene import Layout
from diemcau.protocol.word import ConferenceState
from diemcau.regulation import (
    Limit,
    ProfileNotFound,
    floor_limit,
    load_profile,
    may_host,
    site_limit,
)

from . import desired as rules
from .desired import Desired
from .models import Conference, ControlGrant, FloorTurn, RosterEntry, Seat
from .nudge import nudge
from .policy import Act, Situation, require
from .queries import profile_of, situation
from .workflow import SeatState, require_open, require_step

FILL = 9
"""How many connected sites are looked up to fill the panes beside the lead."""


STEPS = frozenset({Act.START_JOINING, Act.OPEN, Act.CLOSE})
"""Acts that the transition table refuses by itself."""


def authorise(conference: Conference, actor: Actor, act: Act) -> None:
    """Raise Refusal, with the clause that says who controls, unless the actor may act."""
    require(actor, act, situation(conference))


@contextmanager
def acting(
    conference_id: int,
    actor: Actor,
    act: Act,
    verb: str,
    *,
    now: datetime,
    site: str = "",
    command_id: UUID | None = None,
) -> Iterator[tuple[Conference, Entry]]:
    """Claim the conference, check the right, save and record, and wake the worker."""
    with transaction(
        actor, verb, now=now, conference_id=conference_id, object=site, command_id=command_id
    ) as entry:
        conference = Conference.objects.claim(conference_id)
        authorise(conference, still(actor, now=now), act)
        if act not in STEPS and conference.state == ConferenceState.CLOSED:
            require_open(ConferenceState.CLOSED)  # what was held is not changed afterwards
        yield conference, entry
        conference.touch()
        entry.about(version=conference.version)
        nudge(conference_id)


def _names(conference: Conference, site: str) -> str:
    found = RosterEntry.objects.filter(conference=conference, site__key=site).select_related("site")
    return found[0].site.name if found else site


def require_site(conference: Conference, site: str) -> RosterEntry:
    entry = (
        RosterEntry.objects.filter(conference=conference, site__key=site)
        .select_related("site__organisation")
        .first()
    )
    if entry is None:
        raise Refusal(
            "not_in_conference",
            f"Điểm cầu {site} không có trong hội nghị này.",
            f"Site {site} is not part of this conference.",
        )
    return entry


ARRIVAL = timedelta(seconds=30)
"""For how long a site that was let in counts as connected before it has been seen: the worker's
reports may lag behind, a browser that never arrives must not get the floor."""


def _connected(conference: Conference, site: str, now: datetime) -> bool:
    return (
        Seat.objects.filter(
            entry__conference=conference,
            entry__site__key=site,
            state=SeatState.ACTIVE,
            lost_at__isnull=True,
        )
        .filter(Q(connected=True) | Q(connected_at__isnull=True, state_at__gt=now - ARRIVAL))
        .exists()
    )


def _fill(conference: Conference) -> list[str]:
    return list(
        Seat.objects.filter(
            entry__conference=conference, state=SeatState.ACTIVE, lost_at__isnull=True
        )
        .order_by("entry__site__number")
        .values_list("entry__site__key", flat=True)[:FILL]
    )


def _change(conference: Conference, entry: Entry, new: Desired, now: datetime) -> None:
    """Set the desired state, keep the turns' times, and record before and after."""
    old = conference.desired
    conference.want(new)
    _record_turns(conference, old, new, now)
    entry.about(
        before=old.model_dump(mode="json", exclude={"undo", "redo"}),
        after=new.model_dump(mode="json", exclude={"undo", "redo"}),
    )


def _record_turns(conference: Conference, old: Desired, new: Desired, now: datetime) -> None:
    ended = set(old.holders) - set(new.holders)
    if ended:
        FloorTurn.objects.filter(
            conference=conference, site__key__in=ended, ended_at__isnull=True
        ).update(ended_at=now)
    for site in set(new.holders) - set(old.holders):
        FloorTurn.objects.create(
            conference=conference, site=Site.objects.get(key=site), started_at=now
        )


def _require_own_seat(conference: Conference, actor: Actor) -> None:
    """Raise Refusal unless the device that acts for a site has that site's place.

    Somebody who is signed in for the site with another device sees that it is taken, and can
    neither end its turn nor ask in its name.
    """
    if actor.device is None:
        return
    held = Seat.objects.filter(
        entry__conference=conference,
        entry__site__key=actor.site,
        state=SeatState.ACTIVE,
        device=actor.device,
    )
    if not held.exists():
        raise Refusal(
            "not_this_device",
            "Máy này không ở trong phòng họp của điểm cầu. Vào hội nghị trên máy này trước.",
            "This device does not have the site's place. Join with it first.",
        )


# ---------------------------------------------------------------- the conference itself


def schedule(
    *,
    title: str,
    host_site: str,
    sites: Iterable[str],
    connect_at: datetime,
    opening_at: datetime,
    province: str,
    actor: Actor,
    now: datetime,
    drill: bool = False,
) -> Conference:
    """Book a conference: who hosts, which sites are expected, when it connects and opens.

    Args:
        title: what it is about.
        host_site: key of the host site.
        sites: keys of the member sites; the host is added.
        connect_at: from when sites may connect.
        opening_at: planned opening, not before ``connect_at``.
        province: whose regulation applies; the version in force on the day of opening is kept.
        actor: who books.
        now: time of booking.
        drill: a drill (*diễn tập*): watermarked, never counted.

    Raises Refusal when the body may not host (with the clause), or a value cannot be used.
    Source: KH-3.2, LC-5.2, LD-11.1, BD-5.2, HUE-1.1a.
    """
    with transaction(actor, "conference.scheduled", now=now, object=host_site) as entry:
        require(still(actor, now=now), Act.SCHEDULE, Situation(host=host_site))
        keys = list(dict.fromkeys([host_site, *sites]))
        found = {s.key: s for s in Site.objects.filter(key__in=keys).select_related("organisation")}
        missing = [key for key in keys if key not in found]
        if missing:
            raise Refusal(
                "unknown_site",
                f"Không có điểm cầu: {', '.join(missing)[:200]}. Chọn trong danh bạ.",
                f"No such site: {', '.join(missing)[:200]}. Choose from the directory.",
            )
        if opening_at < connect_at:
            raise Refusal(
                "times_out_of_order",
                "Giờ khai mạc phải sau giờ mở kết nối. Chọn lại giờ.",
                "The opening must not be before the connection time.",
            )
        host = found[host_site]
        try:
            profile = load_profile(province, on=timezone.localdate(opening_at))
        except ProfileNotFound as error:
            raise Refusal(
                "no_regulation",
                "Không có quy chế hiệu lực vào ngày khai mạc. Chọn lại ngày.",
                "No regulation is in force on the day of opening. Choose another day.",
            ) from error
        ruling = may_host(profile, host.organisation.kind, host.organisation.tier)
        if not ruling.allowed:
            raise Refusal(
                "may_not_host",
                ruling.reason_vi,
                ruling.reason_en,
                profile.clause_label(ruling.clause) if ruling.clause else "",
            )
        conference = Conference(
            title=title,
            host_body=host.organisation,
            host_site=host,
            profile=profile.version_key,
            connect_at=connect_at,
            opening_at=opening_at,
            is_drill=drill,
            room=f"c-{secrets.token_hex(8)}",
        )
        picture = rules.compose(Layout.SPEAKER_STRIP, host_site, host=host_site, fill=())
        conference.want(Desired(air=rules.Air(programme=picture)))
        conference.save()
        RosterEntry.objects.bulk_create(
            RosterEntry(conference=conference, site=found[key]) for key in keys
        )
        entry.about(conference.pk, after={"title": title, "sites": len(keys), "drill": drill})
    return conference


def start_joining(
    *, conference_id: int, actor: Actor, now: datetime, command_id: UUID | None = None
) -> None:
    """Open the conference for connections: at ``connect_at`` by the system, earlier by the desk."""
    with acting(
        conference_id,
        actor,
        Act.START_JOINING,
        "conference.joining",
        now=now,
        command_id=command_id,
    ) as (conference, _):
        require_step(ConferenceState(conference.state), ConferenceState.JOINING)
        conference.state = ConferenceState.JOINING


def start_if_due(*, conference_id: int, now: datetime) -> None:
    """Open for connections when ``connect_at`` has come; of many who notice it, one does it."""
    with db.atomic():
        conference = Conference.objects.claim(conference_id)
        if conference.state == ConferenceState.SCHEDULED and conference.connect_at <= now:
            start_joining(conference_id=conference_id, actor=SYSTEM, now=now)


def declare_open(
    *, conference_id: int, actor: Actor, now: datetime, command_id: UUID | None = None
) -> None:
    """Declare the opening (*khai mạc*): always by a person."""
    with acting(
        conference_id, actor, Act.OPEN, "conference.opened", now=now, command_id=command_id
    ) as (conference, _):
        require_step(ConferenceState(conference.state), ConferenceState.LIVE)
        conference.state = ConferenceState.LIVE
        conference.opened_at = now


def close(
    *,
    conference_id: int,
    reason: str,
    actor: Actor,
    now: datetime,
    command_id: UUID | None = None,
) -> None:
    """Close the conference (*bế mạc*): every turn ends and everybody is disconnected."""
    with acting(
        conference_id, actor, Act.CLOSE, "conference.closed", now=now, command_id=command_id
    ) as (conference, entry):
        require_step(ConferenceState(conference.state), ConferenceState.CLOSED)
        state = conference.desired
        ended = state.model_copy(
            update={
                "air": state.air.model_copy(update={"floor": ()}),
                "queue": (),
                "simulated": (),
                "undo": None,
                "redo": None,
            }
        )
        _change(conference, entry, ended, now)
        conference.state = ConferenceState.CLOSED
        conference.closed_at = now
        ControlGrant.objects.filter(conference=conference, ended_at__isnull=True).update(
            ended_at=now
        )
        conference.close_reason = reason
        Seat.objects.filter(
            entry__conference=conference, state__in=[SeatState.ACTIVE, SeatState.WAITING]
        ).update(state=SeatState.LEFT, state_at=now, connected=False)


# ---------------------------------------------------------------- the floor


def give_floor(
    *,
    conference_id: int,
    site: str,
    add: bool,
    actor: Actor,
    now: datetime,
    command_id: UUID | None = None,
) -> None:
    """Put one member site on air: its picture in the lead, its microphone open, the others' closed.

    The host site's microphone is outside the floor: it closes only by its own hand or the desk's.

    Source: KH-9.2a, LC-8.2a2, BD-11.2b, HUE-6.4a (who may do it is the profile's word).
    Raises Refusal: not permitted (with the clause), not in the conference, not connected, locked,
    or the limit of holders is reached.
    """
    with acting(
        conference_id,
        actor,
        Act.GIVE_FLOOR,
        "floor.given",
        now=now,
        site=site,
        command_id=command_id,
    ) as (conference, entry):
        require_open(ConferenceState(conference.state))
        require_site(conference, site)
        limit = floor_limit(found := profile_of(conference))
        new = rules.with_floor(
            conference.desired,
            site,
            host=conference.host_site.key,
            add=add,
            limit=limit.value,
            limit_clause=found.clause_label(limit.clause) if limit.clause else "",
            connected=lambda key: _connected(conference, key, now),
            names=lambda key: _names(conference, key),
            fill=_fill(conference),
            now=now,
        )
        _change(conference, entry, new, now)


def take_back_floor(
    *, conference_id: int, site: str, actor: Actor, now: datetime, command_id: UUID | None = None
) -> None:
    """Close the microphone of a holder."""
    verb = "floor.taken_back"
    with acting(
        conference_id, actor, Act.TAKE_BACK_FLOOR, verb, now=now, site=site, command_id=command_id
    ) as (conference, entry):
        new = rules.without_floor(
            conference.desired, site, names=lambda key: _names(conference, key), verb=verb
        )
        _change(conference, entry, new, now)


def end_turn(
    *, conference_id: int, actor: Actor, now: datetime, command_id: UUID | None = None
) -> None:
    """A site ends its own turn."""
    site = actor.site or ""
    verb = "floor.ended"
    with acting(
        conference_id, actor, Act.END_TURN, verb, now=now, site=site, command_id=command_id
    ) as (conference, entry):
        _require_own_seat(conference, actor)
        new = rules.without_floor(
            conference.desired, site, names=lambda key: _names(conference, key), verb=verb
        )
        _change(conference, entry, new, now)


def mute_all(
    *, conference_id: int, actor: Actor, now: datetime, command_id: UUID | None = None
) -> None:
    """Take the floor from all member sites, never from the host (BD-11.2b)."""
    with acting(
        conference_id, actor, Act.MUTE_ALL, "floor.muted_all", now=now, command_id=command_id
    ) as (conference, entry):
        _change(conference, entry, rules.muted_all(conference.desired), now)


def set_host_mic(
    *, conference_id: int, open_: bool, actor: Actor, now: datetime, command_id: UUID | None = None
) -> None:
    """Open or close the host's microphone from the desk."""
    verb = "microphone.host_opened" if open_ else "microphone.host_closed"
    with acting(conference_id, actor, Act.HOST_MIC, verb, now=now, command_id=command_id) as (
        conference,
        entry,
    ):
        _change(conference, entry, rules.with_host_mic(conference.desired, open_), now)


def lock_mic(
    *,
    conference_id: int,
    site: str,
    locked: bool,
    actor: Actor,
    now: datetime,
    command_id: UUID | None = None,
) -> None:
    """Lock or unlock a site's microphone."""
    verb = "microphone.locked" if locked else "microphone.unlocked"
    with acting(
        conference_id, actor, Act.LOCK_MIC, verb, now=now, site=site, command_id=command_id
    ) as (conference, entry):
        require_site(conference, site)
        if site == conference.host_site.key:
            raise Refusal(
                "host_not_locked",
                "Micro chủ trì không khóa được: dùng nút Tắt micro chủ trì.",
                "The host's microphone is not locked: close it by its own button.",
            )
        _change(conference, entry, rules.with_lock(conference.desired, site, locked), now)


# ---------------------------------------------------------------- scenes


def set_preview(
    *,
    conference_id: int,
    layout: Layout | None,
    lead: str | None,
    panes: tuple[str, ...] | None,
    actor: Actor,
    now: datetime,
    command_id: UUID | None = None,
) -> None:
    """Prepare the next scene."""
    with acting(
        conference_id,
        actor,
        Act.CHANGE_SCENE,
        "scene.prepared",
        now=now,
        site=lead or "",
        command_id=command_id,
    ) as (conference, entry):
        for key in (*(panes or ()), *((lead,) if lead else ())):
            require_site(conference, key)
        new = rules.with_preview(
            conference.desired,
            layout=layout,
            lead=lead,
            panes=panes,
            host=conference.host_site.key,
            fill=_fill(conference),
        )
        _change(conference, entry, new, now)
        entry.about(object=new.air.preview.lead or "")


def take(
    *, conference_id: int, actor: Actor, now: datetime, command_id: UUID | None = None
) -> None:
    """Preview and programme change places: picture only."""
    with acting(
        conference_id, actor, Act.CHANGE_SCENE, "scene.taken", now=now, command_id=command_id
    ) as (conference, entry):
        new = rules.taken(conference.desired)
        _change(conference, entry, new, now)
        entry.about(object=new.air.programme.lead or "")


def undo(
    *, conference_id: int, back: bool, actor: Actor, now: datetime, command_id: UUID | None = None
) -> None:
    """Undo (or redo) the last change of scene or floor.

    A floor comes back only to a site that is still connected and not locked.
    """
    verb = "desk.undone" if back else "desk.redone"
    with acting(conference_id, actor, Act.CHANGE_SCENE, verb, now=now, command_id=command_id) as (
        conference,
        entry,
    ):
        require_open(ConferenceState(conference.state))
        state = conference.desired

        def allowed(key: str) -> bool:
            return key not in state.locked and _connected(conference, key, now)

        turn = rules.undone if back else rules.redone
        _change(conference, entry, turn(state, allowed=allowed), now)


# ---------------------------------------------------------------- requests and sharing


def ask_to_speak(
    *, conference_id: int, actor: Actor, now: datetime, command_id: UUID | None = None
) -> None:
    """A site asks for the floor (*đăng ký phát biểu*)."""
    site = actor.site or ""
    with acting(
        conference_id,
        actor,
        Act.ASK_TO_SPEAK,
        "request.asked",
        now=now,
        site=site,
        command_id=command_id,
    ) as (conference, entry):
        _require_own_seat(conference, actor)
        require_open(ConferenceState(conference.state))
        require_site(conference, site)
        if not _connected(conference, site, now):
            raise Refusal(
                "site_not_connected",
                "Chưa đăng ký được: điểm cầu chưa vào phòng họp.",
                "Not possible: the site is not in the conference.",
            )
        new = rules.with_request(conference.desired, site, host=conference.host_site.key, now=now)
        _change(conference, entry, new, now)


def drop_request(
    *, conference_id: int, site: str, actor: Actor, now: datetime, command_id: UUID | None = None
) -> None:
    """Take a request out of the queue: the site's own withdrawal, or the desk's decision.

    Args:
        conference_id: the conference.
        site: the site that asked; empty when a device withdraws for a site that it has not.
        actor: who does it.
        now: time of the act.
        command_id: id under which a client may ask for the outcome.
    """
    own = not site or actor.site == site
    act = Act.WITHDRAW_REQUEST if own else Act.DECLINE_REQUEST
    verb = "request.withdrawn" if own else "request.declined"
    with acting(conference_id, actor, act, verb, now=now, site=site, command_id=command_id) as (
        conference,
        entry,
    ):
        require_site(conference, site)
        if own:
            _require_own_seat(conference, actor)
        _change(conference, entry, rules.without_request(conference.desired, site), now)


def permit_share(
    *,
    conference_id: int,
    site: str,
    allowed: bool,
    actor: Actor,
    now: datetime,
    command_id: UUID | None = None,
) -> None:
    """Let a site share its screen, or end that."""
    verb = "share.permitted" if allowed else "share.ended"
    with acting(
        conference_id, actor, Act.PERMIT_SHARE, verb, now=now, site=site, command_id=command_id
    ) as (conference, entry):
        require_site(conference, site)
        _change(conference, entry, rules.with_sharing(conference.desired, site, allowed), now)


# ---------------------------------------------------------------- admission by the desk


def _seat_down(entry: RosterEntry, state: SeatState, now: datetime, *old: SeatState) -> None:
    Seat.objects.filter(entry=entry, state__in=old).update(
        state=state, state_at=now, connected=False, waiting_for=""
    )


def activate(seat: Seat, now: datetime) -> None:
    """Give a seat its site's place, under a new code."""
    seat.state = SeatState.ACTIVE
    seat.state_at = now
    seat.waiting_for = ""
    seat.connected = False
    seat.connected_at = seat.lost_at = None
    seat.code = new_code()
    seat.save()


def new_code() -> str:
    """Return a code for a seat: part of the identity in the engine, used by one device."""
    return secrets.token_hex(5)


def admit(
    *, conference_id: int, site: str, actor: Actor, now: datetime, command_id: UUID | None = None
) -> None:
    """Let a waiting or removed site in."""
    with acting(
        conference_id, actor, Act.ADMIT, "site.admitted", now=now, site=site, command_id=command_id
    ) as (conference, _):
        require_open(ConferenceState(conference.state))
        entry = require_site(conference, site)
        _admit(conference, entry, now)


def _admit(conference: Conference, entry: RosterEntry, now: datetime) -> None:
    entry.barred, entry.bar_reason, entry.admitted = False, "", True
    entry.save()
    _seat_down(entry, SeatState.LEFT, now, SeatState.REMOVED)
    waiting = (
        Seat.objects.filter(entry=entry, state=SeatState.WAITING)
        .exclude(waiting_for=WaitingFor.CONSENT)
        .order_by("state_at")
        .first()
    )
    taken = Seat.objects.filter(entry=entry, state=SeatState.ACTIVE).exists()
    if waiting is not None and not taken:
        require_room(conference)
        activate(waiting, now)


def places_left(conference: Conference) -> int:
    """Return how many more sites may be connected under the limit of simultaneous sites."""
    active = Seat.objects.filter(entry__conference=conference, state=SeatState.ACTIVE).count()
    return max(0, most_sites(conference).value - active)


def most_sites(conference: Conference) -> Limit:
    """Return how many sites may be connected at the same time."""
    return site_limit(profile_of(conference))


def require_room(conference: Conference) -> None:
    """Raise Refusal, with the clause of the limit, when no further site may be connected."""
    if not places_left(conference):
        limit = most_sites(conference)
        raise Refusal(
            "conference_full",
            f"Chưa cho vào được: đã đủ {limit.value} điểm cầu. Mời một điểm cầu ra trước.",
            f"Not admitted: {limit.value} sites are connected. Remove one first.",
            profile_of(conference).clause_label(limit.clause) if limit.clause else "",
        )


def admit_all(
    *, conference_id: int, actor: Actor, now: datetime, command_id: UUID | None = None
) -> None:
    """Let in all waiting sites that are listed, by one key."""
    with acting(
        conference_id, actor, Act.ADMIT, "site.admitted_all", now=now, command_id=command_id
    ) as (conference, entry):
        require_open(ConferenceState(conference.state))
        waiting = (
            RosterEntry.objects.filter(
                conference=conference,
                listed=True,
                barred=False,
                seats__state=SeatState.WAITING,
                seats__waiting_for=WaitingFor.NEEDS_ADMISSION,
            )
            .distinct()
            .order_by("site__number")
        )
        if not waiting:
            raise Refusal(
                "nobody_waits",
                "Không có điểm cầu trong danh sách đang chờ vào.",
                "No listed site is waiting.",
            )
        require_room(conference)
        admitted = list(waiting[: places_left(conference)])
        for found in admitted:
            _admit(conference, found, now)
        entry.about(after={"admitted": [found.site_id for found in admitted]})


def remove(
    *,
    conference_id: int,
    site: str,
    reason: str,
    actor: Actor,
    now: datetime,
    command_id: UUID | None = None,
) -> None:
    """Remove a site, with a reason. Its tokens stay valid, so the desired state keeps it out.

    Source: HUE-6.5a.
    """
    with acting(
        conference_id, actor, Act.REMOVE, "site.removed", now=now, site=site, command_id=command_id
    ) as (conference, record):
        entry = require_site(conference, site)
        if entry.site_id == conference.host_site_id:
            raise Refusal(
                "host_stays",
                "Không mời điểm cầu chủ trì ra được. Kết thúc hội nghị nếu cần.",
                "The host site cannot be removed. Close the conference if need be.",
            )
        entry.barred, entry.bar_reason, entry.admitted = True, reason, False
        entry.save()
        _seat_down(entry, SeatState.REMOVED, now, SeatState.ACTIVE, SeatState.WAITING)
        _change(conference, record, rules.without_site(conference.desired, site), now)
        record.about(after={"reason": reason})


def answer_takeover(
    *,
    conference_id: int,
    site: str,
    allow: bool,
    actor: Actor,
    now: datetime,
    command_id: UUID | None = None,
) -> None:
    """Answer a second device that asks for a site's place; the first is told by its next join."""
    verb = "site.replaced" if allow else "site.takeover_declined"
    with acting(
        conference_id, actor, Act.CONSENT_TAKEOVER, verb, now=now, site=site, command_id=command_id
    ) as (conference, _):
        entry = require_site(conference, site)
        seat = (
            Seat.objects.filter(
                entry=entry, state=SeatState.WAITING, waiting_for=WaitingFor.CONSENT
            )
            .order_by("state_at")
            .first()
        )
        if seat is None:
            raise Refusal(
                "nobody_asks",
                "Không có thiết bị nào đang xin chuyển.",
                "No device is asking for this place.",
            )
        if allow:
            replace_active(entry, seat, now)
        else:
            seat.state, seat.state_at, seat.waiting_for = SeatState.DECLINED, now, ""
            seat.save()


def replace_active(entry: RosterEntry, seat: Seat, now: datetime) -> None:
    """Give the place to ``seat``; whoever had it is replaced."""
    _seat_down(entry, SeatState.REPLACED, now, SeatState.ACTIVE)
    activate(seat, now)


# ---------------------------------------------------------------- reports of the engine


def report_presence(
    *, conference_id: int, connected: set[str], known: set[str], now: datetime
) -> None:
    """Record which active seats the engine reports as connected.

    Args:
        conference_id: the conference.
        connected: seat codes that the engine has in the room.
        known: seat codes that this report is about.
        now: time of the report.
    """
    seats = Seat.objects.filter(
        entry__conference_id=conference_id, state=SeatState.ACTIVE, code__in=known
    ).select_related("entry__site")
    with db.atomic():  # one transaction, however many come back after a cut line
        Conference.objects.claim(conference_id)
        changed = [seat for seat in seats if seat.connected is not (seat.code in connected)]
        for seat in changed:
            seat.connected = seat.code in connected
            if seat.connected:
                seat.connected_at, seat.lost_at = now, None
            else:
                seat.lost_at = now
        if not changed:
            return
        Seat.objects.bulk_update(changed, ["connected", "connected_at", "lost_at"])
        record_all(
            SYSTEM,
            [
                ("site.connected" if seat.connected else "site.lost", seat.entry.site.key)
                for seat in changed
            ],
            now=now,
            conference_id=conference_id,
        )
        bump(conference_id)


def bump(conference_id: int) -> None:
    """Let everybody who watches know that something about the conference changed."""
    Conference.objects.filter(pk=conference_id).update(version=F("version") + 1)


# ---------------------------------------------------------------- drills


def add_simulated(
    *,
    conference_id: int,
    count: int,
    actor: Actor,
    now: datetime,
    command_id: UUID | None = None,
) -> None:
    """Add simulated sites to a drill: real names, no person. Refused outside a drill."""
    with acting(
        conference_id, actor, Act.ADD_SIMULATED, "drill.sites_added", now=now, command_id=command_id
    ) as (conference, record):
        require_open(ConferenceState(conference.state))
        if not conference.is_drill:
            raise Refusal(
                "not_a_drill",
                "Chỉ thêm điểm cầu mô phỏng vào hội nghị diễn tập.",
                "Simulated sites can only be added to a drill.",
            )
        require_room(conference)
        free = list(
            RosterEntry.objects.filter(conference=conference, barred=False)
            .exclude(seats__state=SeatState.ACTIVE)
            .select_related("site")
            .order_by("site__number")[: min(count, places_left(conference))]
        )
        if not free:
            raise Refusal(
                "no_free_site",
                "Mọi điểm cầu trong danh sách đã có thiết bị.",
                "Every listed site already has a device.",
            )
        for entry in free:
            activate(
                Seat(
                    entry=entry,
                    device=f"simulated:{entry.site.key}",
                    device_label="Mô phỏng",
                    person="Điểm cầu mô phỏng",
                    unit=entry.site.name[:120],
                    simulated=True,
                ),
                now,
            )
        state = conference.desired
        added = tuple(entry.site.key for entry in free)
        conference.want(state.model_copy(update={"simulated": (*state.simulated, *added)}))
        record.about(after={"added": list(added)})
