"""Reads: the word, the wants of the reconciler, the desk's snapshot."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from diemcau.audit.models import Event
from diemcau.protocol.desk import (
    DeskSnapshot,
    LogLine,
    Presence,
    Rule,
    Technician,
    UndoLabel,
    WallSite,
)
from diemcau.protocol.scene import Layout, Pane, Scene, Source
from diemcau.protocol.word import ConferenceState, Holder, Request, Word
from diemcau.regulation import Controller, Profile, floor_limit, load_profiles, who_controls

from .desired import Desired, Picture
from .journal import line, verb_text
from .models import Conference, ControlGrant, DeskSeat, RosterEntry, Seat, identity_of
from .policy import Situation
from .reconcile import TALK_GRANT, Want, site_grant
from .workflow import OPEN_STATES, SeatState

LOG_LINES = 60
"""How many lines of the log the desk gets."""


@lru_cache(maxsize=1)
def _profiles() -> dict[str, Profile]:
    return {found.version_key: found for found in load_profiles()}


def profile_of(conference: Conference) -> Profile:
    """Return the profile version under which the conference was registered."""
    return _profiles()[conference.profile]


def situation(conference: Conference) -> Situation:
    """Return what of a conference matters to the question who may act."""
    found = profile_of(conference)
    who = who_controls(found, conference.host_body.tier)
    closed = conference.state == ConferenceState.CLOSED
    return Situation(
        host=conference.host_site.key,
        host_controls=who.layout is Controller.HOST_SITE_OPERATOR and not conference.host_held_back,
        # A grant lapses with the conference.
        granted=frozenset() if closed else grants(conference),
        clause=found.clause_label(who.clause) if who.clause else "",
    )


def grants(conference: Conference) -> frozenset[str]:
    """Return the keys of the sites to which the control centre has given control."""
    found = ControlGrant.objects.filter(conference=conference, ended_at__isnull=True)
    return frozenset(found.values_list("site__key", flat=True))


@dataclass(frozen=True)
class Occupied:
    """A site's place as far as captions and sound need it."""

    name: str
    person: str = ""
    identity: str = ""


def places(conference: Conference, sites: Iterable[str]) -> dict[str, Occupied]:
    """Return name, person and identity of some sites: only their rows are read."""
    keys = set(sites)
    names = dict(
        RosterEntry.objects.filter(conference=conference, site__key__in=keys).values_list(
            "site__key", "site__name"
        )
    )
    seats = {
        key: (person, code)
        for key, person, code in Seat.objects.filter(
            entry__conference=conference, entry__site__key__in=keys, state=SeatState.ACTIVE
        ).values_list("entry__site__key", "person", "code")
    }
    return {
        key: Occupied(name, seats[key][0], identity_of(key, seats[key][1]))
        if key in seats
        else Occupied(name)
        for key, name in names.items()
    }


def _scene(picture: Picture, known: dict[str, Occupied]) -> Scene:
    panes = []
    for index, key in enumerate(picture.sites):
        place = known.get(key, Occupied(key))
        screen = picture.layout is Layout.SCREEN_PERSON and index == 0
        panes.append(
            Pane(
                site=key,
                caption=place.name[:120],
                detail=place.person,
                source=Source.SCREEN if screen else Source.CAMERA,
            )
        )
    return Scene(layout=picture.layout, panes=tuple(panes))


def _named(state: Desired, host: str) -> set[str]:
    air = state.air
    return {
        host,
        *air.programme.sites,
        *air.preview.sites,
        *state.holders,
        *(asked.site for asked in state.queue),
    }


def word_and_preview(conference: Conference) -> tuple[Word, Scene]:
    """Return what every client is told, and the desk's prepared scene."""
    state = conference.desired
    host = conference.host_site.key
    known = places(conference, _named(state, host))
    speakers = state.speakers(host)
    word = Word(
        version=conference.version,
        conference=conference.pk,
        title=conference.title,
        host_body=conference.host_body.name,
        state=ConferenceState(conference.state),
        drill=conference.is_drill,
        connect_at=conference.connect_at,
        opening_at=conference.opening_at,
        opened_at=conference.opened_at,
        host=host,
        host_mic_open=state.host_mic_open,
        expected=RosterEntry.objects.filter(conference=conference, listed=True).count(),
        scene=_scene(state.air.programme, known),
        preview=tuple(dict.fromkeys(state.air.preview.sites)),
        floor=tuple(
            Holder(site=t.site, caption=known.get(t.site, Occupied(t.site)).name, since=t.since)
            for t in state.air.floor
        ),
        queue=tuple(
            Request(site=a.site, caption=known.get(a.site, Occupied(a.site)).name, since=a.since)
            for a in state.queue
        ),
        locked=state.locked,
        sharing=state.sharing,
        audible=tuple(known[s].identity for s in speakers if s in known and known[s].identity),
    )
    return word, _scene(state.air.preview, known)


def word_of(conference: Conference) -> Word:
    """Return what every client is told."""
    return word_and_preview(conference)[0]


@dataclass(frozen=True)
class Wants:
    """What both rooms of a conference should be, at one version of it."""

    conference: int
    version: int
    word: Word
    main: Want
    talk: Want
    simulated: tuple[str, ...]


def body(word: Word) -> str:
    """Return the word without its version: equal bodies mean that nothing has to be said."""
    return word.model_copy(update={"version": 0}).model_dump_json()


def wants(conference: Conference) -> Wants:
    """Return what the engine should hold for this conference."""
    state = conference.desired
    open_ = ConferenceState(conference.state) in OPEN_STATES
    word = word_of(conference)
    speaks = set(state.speakers(conference.host_site.key))
    seats = Seat.objects.filter(entry__conference=conference, state=SeatState.ACTIVE).values_list(
        "entry__site__key", "code"
    )
    grants = {
        identity_of(key, code): site_grant(speaks=key in speaks, shares=key in state.sharing)
        for key, code in seats
    }
    talk = {identity: TALK_GRANT for identity in grants}
    desks = frozenset(
        desk.identity
        for desk in DeskSeat.objects.filter(conference=conference, ended_at__isnull=True)
    )
    return Wants(
        conference=conference.pk,
        version=conference.version,
        word=word,
        main=Want(conference.room, open_, body(word), grants, desks=desks),
        talk=Want(conference.talk_room, open_, "", talk, desk=TALK_GRANT, desks=desks),
        simulated=state.simulated,
    )


def find(conference_id: int) -> Conference | None:
    """Return a conference with what the word needs, in one query."""
    return (
        Conference.objects.select_related("host_site", "host_body").filter(pk=conference_id).first()
    )


def version_of(conference_id: int) -> int | None:
    """Return the version of a conference: one small read."""
    return Conference.objects.filter(pk=conference_id).values_list("version", flat=True).first()


_PRESENCE_ORDER = {
    SeatState.ACTIVE: 0,
    SeatState.WAITING: 1,
    SeatState.REMOVED: 2,
    SeatState.DECLINED: 3,
    SeatState.LEFT: 4,
    SeatState.REPLACED: 5,
}


def wall(conference: Conference) -> tuple[WallSite, ...]:
    """Return all sites of the roster with the state of their place, by number."""
    entries = (
        RosterEntry.objects.filter(conference=conference)
        .select_related("site", "site__technician")
        .order_by("site__number")
    )
    seats: dict[int, list[Seat]] = {}
    for seat in Seat.objects.filter(entry__conference=conference).order_by("state_at"):
        seats.setdefault(seat.entry_id, []).append(seat)
    host = conference.host_site_id
    return tuple(
        _wall_site(entry, seats.get(entry.pk, []), entry.site_id == host) for entry in entries
    )


def _wall_site(entry: RosterEntry, seats: list[Seat], host: bool) -> WallSite:
    site = entry.site
    by_state: dict[SeatState, Seat] = {}
    for seat in seats:  # by time: the desk answers whoever has waited longest
        if seat.state != SeatState.WAITING or SeatState.WAITING not in by_state:
            by_state[SeatState(seat.state)] = seat
    active, waiting = by_state.get(SeatState.ACTIVE), by_state.get(SeatState.WAITING)
    shown = active or waiting
    since = None
    if entry.barred:
        presence = Presence.REMOVED
        removed = by_state.get(SeatState.REMOVED)
        since = removed.state_at if removed else None
    elif active is not None and active.connected:
        presence, since = Presence.CONNECTED, active.connected_at
    elif active is not None and active.lost_at is not None:
        presence, since = Presence.LOST, active.lost_at
    elif active is not None:
        # Let in, and not arrived yet: nobody waits for the desk.
        presence = Presence.ABSENT
    elif waiting is not None:
        presence, since = Presence.WAITING, waiting.state_at
    else:
        presence = Presence.ABSENT
    technician = site.technician
    return WallSite(
        site=site.key,
        number=site.number,
        name=site.name,
        short_name=site.short_name,
        area=site.area,
        host=host,
        listed=entry.listed,
        presence=presence,
        since=since,
        waiting_for=waiting.waiting_for if waiting else "",
        reason=entry.bar_reason if entry.barred else "",
        identity=identity_of(site.key, active.code) if active else "",
        person=shown.person if shown else "",
        unit=shown.unit if shown else "",
        device=shown.device_label if shown else "",
        asking=f"{waiting.person}, {waiting.device_label}" if waiting else "",
        simulated=bool(active and active.simulated),
        technician=Technician(name=technician.name, phone=technician.phone),
    )


def log(conference: Conference) -> tuple[LogLine, ...]:
    """Return the newest lines of the conference's log, newest first."""
    events = Event.objects.filter(conference_id=conference.pk).order_by("-id")[:LOG_LINES]
    names = dict(
        RosterEntry.objects.filter(
            conference=conference, site__key__in={e.object for e in events if e.object}
        ).values_list("site__key", "site__name")
    )
    return tuple(line(event, names.get(event.object, event.object)) for event in events)


def _undo(step: object, conference: Conference) -> UndoLabel | None:
    verb, site = getattr(step, "verb", ""), getattr(step, "site", "")
    if not verb:
        return None
    name = places(conference, [site])[site].name if site else ""
    vi, en = verb_text(verb, name)
    return UndoLabel(verb=verb, text_vi=vi, text_en=en)


def rules(found: Profile) -> tuple[Rule, ...]:
    """Return the rules that the desk shows, each with its clause."""
    limit, who, microphone = floor_limit(found), who_controls(found), found.mic.member_open

    def label(clause: str | None) -> str:
        return found.clause_label(clause) if clause else ""

    return (
        Rule(
            key="floor.max_holders",
            text_vi=limit.reason_vi,
            text_en=limit.reason_en,
            clause=label(limit.clause),
        ),
        Rule(
            key="control.layout_by",
            text_vi=who.reason_vi,
            text_en=who.reason_en,
            clause=label(who.clause),
        ),
        Rule(
            key="mic.member_open",
            text_vi=microphone.note_vi,
            text_en=microphone.note_en,
            clause=label(microphone.clause),
        ),
    )


def _regulation_title(found: Profile) -> str:
    number = getattr(found.regulation, "number", None)
    return f"Quy chế {number}" if number else "Quy chế (chưa rõ số)"


def snapshot(conference: Conference, *, operator: str) -> DeskSnapshot:
    """Return everything the desk needs after a start or a change."""
    found, held = profile_of(conference), situation(conference)
    state = conference.desired
    word, preview = word_and_preview(conference)
    return DeskSnapshot(
        version=conference.version,
        word=word,
        preview=preview,
        operator=operator,
        regulation=_regulation_title(found),
        sites=wall(conference),
        log=log(conference),
        undo=_undo(state.undo, conference),
        redo=_undo(state.redo, conference),
        floor_limit=floor_limit(found).value,
        rules=rules(found),
        controllers=tuple(sorted(held.granted | ({held.host} if held.host_controls else set()))),
    )
