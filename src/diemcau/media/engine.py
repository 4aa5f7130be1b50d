"""What the rest of the program may ask of a media engine, in plain values."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class TrackSource(StrEnum):
    """What a participant publishes."""

    CAMERA = "camera"
    MICROPHONE = "microphone"
    SCREEN = "screen_share"
    SCREEN_AUDIO = "screen_share_audio"


@dataclass(frozen=True)
class Grant:
    """What the engine lets a participant do.

    Args:
        publish: sources that may be published; empty means that nothing may be.
        subscribe: may receive others.
        data: may send data and change its own metadata. Never for sites: scene and floor
            travel by the server's word only.
        hidden: sees all and is seen by none (the desk).
    """

    publish: frozenset[TrackSource] = frozenset()
    subscribe: bool = True
    data: bool = False
    hidden: bool = False


@dataclass(frozen=True)
class Participant:
    """A participant as the engine reports it."""

    identity: str
    grant: Grant
    sid: str = ""
    published: frozenset[TrackSource] = frozenset()
    """What it publishes; the engine's list lags behind its events by some 0.2 s."""


@dataclass(frozen=True)
class EngineRoom:
    """A room as the engine reports it."""

    name: str
    metadata: str
    sid: str = ""


class EngineDown(Exception):
    """The engine did not answer, or not in time. Nothing is known about what it did."""


class NoSuchRoom(Exception):
    """The room does not exist (any more): after a restart it has to be created again."""


class NoSuchParticipant(Exception):
    """The participant is not in the room (any more)."""


class EventKind(StrEnum):
    """What the engine reports by itself."""

    JOINED = "joined"
    LEFT = "left"
    PUBLISHED = "published"
    UNPUBLISHED = "unpublished"
    ROOM_STARTED = "room_started"
    ROOM_FINISHED = "room_finished"


@dataclass(frozen=True)
class EngineEvent:
    """One report of the engine (a verified webhook).

    Args:
        kind: what happened.
        room: where.
        participant: to whom. The engine tells its rights with JOINED and LEFT; with PUBLISHED and
            UNPUBLISHED only who it is.
        source: what was published.
        at: seconds since 1970 by the engine's clock, whole seconds.
    """

    kind: EventKind
    room: str
    participant: Participant | None = None
    source: TrackSource | None = None
    at: float = 0.0


class Engine(Protocol):
    """The media engine. Every method raises EngineDown when it cannot be reached."""

    async def create_room(self, name: str, metadata: str) -> EngineRoom:
        """Create the room, or return it unchanged if it exists."""

    async def delete_room(self, name: str) -> None:
        """Delete the room and disconnect everybody; no error if it does not exist."""

    async def room(self, name: str) -> EngineRoom | None:
        """Return the room, or None."""

    async def set_metadata(self, name: str, metadata: str) -> None:
        """Replace the room's metadata. Raises NoSuchRoom."""

    async def participants(self, name: str) -> Mapping[str, Participant]:
        """Return the participants by identity; empty for a room that does not exist."""

    async def permit(self, name: str, identity: str, grant: Grant) -> Participant:
        """Replace a participant's rights as a whole. Raises NoSuchParticipant.

        What it publishes and may not publish any more ends at once.
        """

    async def expel(self, name: str, identity: str) -> None:
        """Disconnect a participant. Its token stays valid: the desired state keeps it out.

        Raises NoSuchParticipant.
        """

    async def send(self, name: str, topic: str, data: bytes, identities: list[str]) -> None:
        """Send server data to some participants, to everybody if the list is empty.

        Nobody is told about identities that are not in the room. Raises NoSuchRoom.
        """

    def watch(self) -> AsyncIterator[bool]:
        """Yield True whenever the engine has (again) become reachable, False when it is lost.

        Two True in a row: it was lost for so short a time that only its return was seen.
        """

    async def aclose(self) -> None:
        """Give back connections."""


@dataclass(frozen=True)
class Pass:
    """What goes into a token: who enters which room with which rights."""

    room: str
    identity: str
    name: str
    grant: Grant
    metadata: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
