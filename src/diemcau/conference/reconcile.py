"""Desired against reported state: pure, no clock, no network.

``actions`` is the one place that says what the engine must be told. A restart of anything is
the same code path as a normal change.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from diemcau.media.engine import Grant, TrackSource

SITE_BASE = frozenset({TrackSource.CAMERA})
DESK_GRANT = Grant(publish=frozenset(), hidden=True)
TALK_GRANT = Grant(publish=frozenset({TrackSource.MICROPHONE}))


TALK = "-talk"


def talk_room(room: str) -> str:
    """Return the name of a conference's second room, for talk beside it."""
    return room + TALK


def is_talk(room: str) -> bool:
    """Whether a room is the second one of its conference."""
    return room.endswith(TALK)


@dataclass(frozen=True)
class Want:
    """What one room of the engine should be.

    Args:
        room: name of the room in the engine.
        open: whether it should exist.
        word: metadata to show, without its version; "" for none.
        grants: rights by identity. A site identity that is not named here does not belong in
            the room: it was removed or replaced, or comes with a token of another time.
        desk: rights of every desk.
        desks: identities of the desks whose people may see it now; no other desk belongs here.
    """

    room: str
    open: bool
    word: str = ""
    grants: Mapping[str, Grant] = field(default_factory=dict)
    desk: Grant = DESK_GRANT
    desks: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Have:
    """What the engine reports of one room."""

    exists: bool = False
    word: str = ""
    grants: Mapping[str, Grant] = field(default_factory=dict)


@dataclass(frozen=True)
class CreateRoom:
    """Create the room with its word: before anything else, or returning sites meet a 404."""

    word: str


@dataclass(frozen=True)
class DeleteRoom:
    """Delete the room: everybody is disconnected."""


@dataclass(frozen=True)
class SetWord:
    """Tell everybody the new word."""

    word: str


@dataclass(frozen=True)
class Permit:
    """Replace a participant's rights."""

    identity: str
    grant: Grant


@dataclass(frozen=True)
class Expel:
    """Disconnect a participant who does not belong here."""

    identity: str


Action = CreateRoom | DeleteRoom | SetWord | Permit | Expel


def site_grant(*, speaks: bool, shares: bool) -> Grant:
    """Return the rights of a site in the conference room.

    Without the floor a microphone cannot be published, whatever the client does (KH-9.2a,
    LC-8.2a2, HUE-6.3b).
    """
    publish = SITE_BASE
    if speaks:
        publish |= {TrackSource.MICROPHONE}
    if shares:
        publish |= {TrackSource.SCREEN}
    return Grant(publish=publish)


def wanted_grant(want: Want, identity: str) -> Grant | None:
    """Return the rights that ``identity`` should have, or None if it does not belong here."""
    return want.desk if identity in want.desks else want.grants.get(identity)


def actions(want: Want, have: Have) -> list[tuple[Action, ...]]:
    """Return what must be told to the engine so that ``have`` becomes ``want``.

    The answer is a list of phases; the actions of one phase may run at the same time, and a
    phase starts when the one before has ended: rights are withdrawn and the word is spoken
    before new rights are given.
    """
    if not want.open:
        return [(DeleteRoom(),)] if have.exists else []
    if not have.exists:
        return [(CreateRoom(want.word),)]
    first: list[Action] = []
    then: list[Action] = []
    for identity, grant in have.grants.items():
        right = wanted_grant(want, identity)
        if right is None:
            first.append(Expel(identity))
        elif right != grant:
            grows = right.publish > grant.publish and right.data == grant.data
            (then if grows else first).append(Permit(identity, right))
    if want.word != have.word:
        first.append(SetWord(want.word))
    return [tuple(phase) for phase in (first, then) if phase]
