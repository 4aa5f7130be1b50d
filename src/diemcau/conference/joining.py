"""A device asks for its site's place, and leaves it."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction as db

from diemcau.accounts.services import still
from diemcau.audit.actor import Actor, Scope
from diemcau.audit.models import Event
from diemcau.audit.refusal import Refusal
from diemcau.audit.services import transaction
from diemcau.directory.models import ControlCentre, Site
from diemcau.protocol.joining import (
    Admitted,
    Elsewhere,
    Ended,
    Full,
    JoinAnswer,
    JoinRequest,
    NotOpen,
    OwnSite,
    Removed,
    Replaced,
    Waiting,
    WaitingFor,
)
from diemcau.protocol.word import ConferenceState
from diemcau.regulation import admission_is_manual

from . import desired as rules
from . import services
from .admission import Decision, Facts, decide
from .models import Conference, RosterEntry, Seat
from .nudge import nudge
from .passes import seat_tokens
from .policy import Act
from .queries import find, profile_of, word_of
from .workflow import SeatState


@dataclass(frozen=True)
class Device:
    """The device that asks.

    Args:
        hash: of its secret cookie.
        label: what a person would call it, e.g. ``"Chrome · Windows"``.
        told_at: when it was told that the place is taken, if it was.
        link_issued_at: when the link was issued by which it signed in.
    """

    hash: str
    label: str
    told_at: datetime | None = None
    link_issued_at: datetime | None = None

    def signed_in_again(self, taken_at: datetime) -> bool:
        """Whether it signed in by a link younger than the notice that the place is taken.

        Args:
            taken_at: since when the other device has the place: a link counts for one taking.
        """
        return (
            self.told_at is not None
            and self.link_issued_at is not None
            and self.link_issued_at > max(self.told_at, taken_at)
        )


@dataclass
class _Claim:
    """The rows that a decision is made from."""

    conference: Conference
    site: Site
    entry: RosterEntry | None
    mine: Seat | None
    other: Seat | None
    facts: Facts


def join(
    *, conference_id: int, actor: Actor, device: Device, request: JoinRequest, now: datetime
) -> JoinAnswer:
    """Answer a device that asks for its site's place.

    Listed sites are let in by themselves, others wait for the desk; the profile may want each
    one admitted. The same device always resumes its seat; a second one never displaces the
    first without a new sign-in or the desk's consent.

    Raises Refusal when the actor acts for no site or there is no such conference.
    Source: LD-3.7, HUE-5.3a (only who is listed), HUE-6.5a (identity: site, person, unit).
    """
    _start_if_due(conference_id, now)
    claim = _claim(conference_id, actor, device, request, now)
    decision, waits_for = decide(claim.facts)
    if _unchanged(claim, decision, waits_for, request):
        return _answer(claim, decision, now)
    return _write(conference_id, actor, device, request, now)


def _start_if_due(conference_id: int, now: datetime) -> None:
    conference = find(conference_id)
    if (
        conference is not None
        and conference.state == ConferenceState.SCHEDULED
        and conference.connect_at <= now
    ):
        services.start_if_due(conference_id=conference_id, now=now)


def _claim(
    conference_id: int, actor: Actor, device: Device, request: JoinRequest, now: datetime
) -> _Claim:
    conference = find(conference_id)
    if conference is None:
        raise Refusal("no_conference", "Không có hội nghị này.", "There is no such conference.")
    services.authorise(conference, actor, Act.JOIN)
    site = Site.objects.get(key=actor.site)
    entry = RosterEntry.objects.filter(conference=conference, site=site).first()
    if entry is None and _is_guest(actor):
        raise Refusal(
            "not_invited",
            "Lời mời của bạn là cho hội nghị khác. Về trang đầu và chọn hội nghị đó.",
            "Your invitation is for another conference. Go back to the start and choose it.",
        )
    seats = list(Seat.objects.filter(entry=entry).order_by("-state_at", "-pk")) if entry else []
    mine = next((s for s in seats if s.device == device.hash and _counts(s)), None)
    other = next(
        (s for s in seats if s.device != device.hash and s.state == SeatState.ACTIVE), None
    )
    profile = profile_of(conference)
    facts = Facts(
        state=ConferenceState(conference.state),
        due=conference.connect_at <= now,
        listed=entry is not None and entry.listed,
        barred=entry is not None and entry.barred,
        admitted=entry is not None and entry.admitted,
        manual=admission_is_manual(profile).allowed,
        mine=SeatState(mine.state) if mine else None,
        mine_waits_for=WaitingFor(mine.waiting_for) if mine and mine.waiting_for else None,
        # A simulated site makes way for the real one.
        occupied=other is not None and not other.simulated,
        room_left=services.places_left(conference) > 0,
        signed_in_again=device.signed_in_again(other.state_at if other else now),
        wants_takeover=request.takeover,
        wants_consent=request.ask_consent,
    )
    return _Claim(conference, site, entry, mine, other, facts)


def _is_guest(actor: Actor) -> bool:
    return all(h.scope is Scope.CONFERENCE for h in actor.holdings if h.site == actor.site)


def _counts(seat: Seat) -> bool:
    return seat.state != SeatState.LEFT


def _unchanged(
    claim: _Claim, decision: Decision, waits_for: WaitingFor | None, request: JoinRequest
) -> bool:
    """Whether the answer can be given without writing anything."""
    mine = claim.mine
    if decision is Decision.RESUME:
        return mine is not None and (mine.person, mine.unit) == (request.person, request.unit)
    if decision is Decision.WAIT:
        return (
            mine is not None and mine.state == SeatState.WAITING and mine.waiting_for == waits_for
        )
    if decision is Decision.FULL:
        # It asks again and again: one event says it.
        last = Event.objects.filter(conference_id=claim.conference.pk, object=claim.site.key)
        found = last.order_by("-id").values_list("verb", flat=True).first()
        return found == _VERBS[Decision.FULL]
    return decision not in (Decision.TAKE_PLACE, Decision.TAKE_OVER, Decision.ASK_CONSENT)


_VERBS = {
    Decision.RESUME: "site.joined",
    Decision.TAKE_PLACE: "site.joined",
    Decision.TAKE_OVER: "site.replaced",
    Decision.ASK_CONSENT: "site.elsewhere",
    Decision.WAIT: "site.waiting",
    Decision.FULL: "site.refused_entry",
}


def _write(
    conference_id: int, actor: Actor, device: Device, request: JoinRequest, now: datetime
) -> JoinAnswer:
    with db.atomic():
        Conference.objects.claim(conference_id)
        claim = _claim(conference_id, still(actor, now=now), device, request, now)
        decision, waits_for = decide(claim.facts)
        verb = _VERBS.get(decision)
        if verb is None:  # it was decided meanwhile
            return _answer(claim, decision, now)
        with transaction(
            actor, verb, now=now, conference_id=conference_id, object=claim.site.key
        ) as record:
            record.about(
                after={
                    "person": request.person,
                    "unit": request.unit,
                    "device": device.label,
                    "decision": decision,
                }
            )
            _carry_out(claim, decision, waits_for, device, request, actor.id, now)
        claim.conference.touch()
        nudge(conference_id)
        return _answer(claim, decision, now)


def _carry_out(
    claim: _Claim,
    decision: Decision,
    waits_for: WaitingFor | None,
    device: Device,
    request: JoinRequest,
    account: int | None,
    now: datetime,
) -> None:
    if decision is Decision.FULL:
        return
    if claim.entry is None:
        claim.entry = RosterEntry.objects.create(
            conference=claim.conference, site=claim.site, listed=False
        )
    seat = claim.mine
    if seat is None or seat.state in (SeatState.REPLACED, SeatState.DECLINED, SeatState.REMOVED):
        seat = Seat(entry=claim.entry, device=device.hash, code=services.new_code())
    seat.device_label = device.label
    seat.person, seat.unit = request.person, request.unit
    seat.account_id = account
    if decision is Decision.RESUME:
        seat.save()
    elif decision is Decision.TAKE_OVER:
        services.replace_active(claim.entry, seat, now)
    elif decision is Decision.TAKE_PLACE:
        if claim.other is not None and claim.other.simulated:
            state = claim.conference.desired
            rest = tuple(key for key in state.simulated if key != claim.site.key)
            claim.conference.want(state.model_copy(update={"simulated": rest}))
        services.replace_active(claim.entry, seat, now)
    else:
        seat.state, seat.state_at = SeatState.WAITING, now
        seat.waiting_for = str(waits_for)
        seat.save()
    claim.mine = seat


def _answer(claim: _Claim, decision: Decision, now: datetime) -> JoinAnswer:
    conference, mine, other = claim.conference, claim.mine, claim.other
    own = _own(claim)
    match decision:
        case Decision.ENDED:
            return Ended(own=own, at=conference.closed_at or now)
        case Decision.NOT_OPEN:
            return NotOpen(
                own=own,
                title=conference.title,
                connect_at=conference.connect_at,
                opening_at=conference.opening_at,
            )
        case Decision.FULL:
            return Full(own=own, limit=services.most_sites(conference).value)
        case Decision.REMOVED:
            assert claim.entry is not None
            return Removed(
                own=own, reason=claim.entry.bar_reason, at=mine.state_at if mine else now
            )
        case Decision.ELSEWHERE | Decision.REPLACED if other is not None:
            if decision is Decision.REPLACED:
                return Replaced(own=own, by=other.device_label, at=other.state_at)
            return Elsewhere(
                own=own,
                device=other.device_label,
                since=other.state_at,
                declined=mine is not None and mine.state == SeatState.DECLINED,
            )
        case Decision.WAIT | Decision.ASK_CONSENT:
            assert mine is not None
            return Waiting(own=own, why=WaitingFor(mine.waiting_for), since=mine.state_at)
    assert mine is not None
    token, talk = seat_tokens(conference, mine, claim.site)
    return Admitted(
        own=own,
        engine_url=settings.SIGNAL_URL,
        token=token,
        identity=mine.identity,
        talk_token=talk,
        word=word_of(conference),
    )


def _own(claim: _Claim) -> OwnSite:
    centre = ControlCentre.objects.first()
    return OwnSite(
        site=claim.site.key,
        number=claim.site.number,
        name=claim.site.name,
        host=claim.site.pk == claim.conference.host_site_id,
        technician_phone=centre.phone if centre else "",
    )


def leave(*, conference_id: int, actor: Actor, device: Device, now: datetime) -> None:
    """The device gives its place back: turn and request end; it may come again."""
    with transaction(
        actor, "site.left", now=now, conference_id=conference_id, object=actor.site or ""
    ) as record:
        conference = Conference.objects.claim(conference_id)
        services.authorise(conference, actor, Act.JOIN)
        seats = Seat.objects.filter(
            entry__conference=conference,
            entry__site__key=actor.site,
            device=device.hash,
            state__in=[SeatState.ACTIVE, SeatState.WAITING],
        )
        was_active = seats.filter(state=SeatState.ACTIVE).exists()
        if not seats.update(state=SeatState.LEFT, state_at=now, connected=False):
            record.drop()
            return
        if was_active:
            conference.want(rules.without_site(conference.desired, actor.site or ""))
        conference.touch()
        nudge(conference_id)
