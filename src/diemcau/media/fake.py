"""An honest fake of the engine: the same contract tests run against it and the real one.

It keeps LiveKit's habits that hurt: rooms are not made by joining, a token brings its old
rights back, removing a participant does not void its token, and a restart forgets every room.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace

from .engine import (
    EngineDown,
    EngineEvent,
    EngineRoom,
    EventKind,
    Grant,
    NoSuchParticipant,
    NoSuchRoom,
    Participant,
    Pass,
    TrackSource,
)

Call = tuple[str, ...]
"""Name of the method, room, and whom or what it is about."""


@dataclass
class _Room:
    metadata: str
    sid: str
    people: dict[str, Participant] = field(default_factory=dict)


class FakeEngine:
    """An engine in memory.

    Args:
        report: called with every event, as the real engine calls the webhook.
        called: called with every call that is made, before it is answered.
    """

    def __init__(
        self,
        report: Callable[[EngineEvent], None] | None = None,
        called: Callable[[Call], None] | None = None,
    ) -> None:
        self._rooms: dict[str, _Room] = {}
        self._report = report or (lambda event: None)
        self._up = True
        self._hangs = False
        self._starts = 1
        self._changed = asyncio.Event()
        self._count = 0
        self.sent: list[tuple[str, str, bytes, tuple[str, ...]]] = []
        self.calls: list[Call] = []
        self._called = called or (lambda call: None)

    def listen(self, report: Callable[[EngineEvent], None], called: Callable[[Call], None]) -> None:
        """Report to somebody else from now on, as after a restart of who listened."""
        self._report, self._called = report, called

    # -- what the world does to it

    def enter(self, entry: Pass) -> Participant:
        """Let a client in with a token; whoever has its identity is put out.

        Raises NoSuchRoom: rooms are never made by joining.
        """
        if not self._up:
            raise EngineDown("fake engine is down")
        room = self._room(entry.room)
        self.leave(entry.room, entry.identity)
        self._count += 1
        grant = entry.grant
        person = Participant(entry.identity, grant, f"PA_{self._count}")
        room.people[entry.identity] = person
        self._tell(EventKind.JOINED, entry.room, person)
        return person

    def leave(self, room: str, identity: str) -> None:
        """A client goes, or its line is cut."""
        person = self._room(room).people.pop(identity, None)
        if person is not None:
            self._tell(EventKind.LEFT, room, person)

    def publish(self, room: str, identity: str, source: TrackSource) -> bool:
        """A client tries to publish; return whether the engine let it."""
        person = self._room(room).people[identity]
        if source not in person.grant.publish:
            return False
        person = replace(person, published=person.published | {source})
        self._room(room).people[identity] = person
        self._tell(EventKind.PUBLISHED, room, person, source)
        return True

    def told(self, room: str) -> str:
        """What every client of a room knows as its metadata."""
        return self._room(room).metadata

    def exists(self, room: str) -> bool:
        """Whether there is such a room."""
        return room in self._rooms

    def grants(self, room: str) -> dict[str, Grant]:
        """Return the rights of everybody in a room; empty for one that does not exist."""
        found = self._rooms.get(room)
        return {i: person.grant for i, person in found.people.items()} if found else {}

    def sid(self, room: str, identity: str) -> str:
        """Return which connection has an identity now, or nothing."""
        found = self._rooms.get(room)
        return found.people[identity].sid if found and identity in found.people else ""

    def crash(self) -> None:
        """Die: every room and participant is forgotten."""
        self._rooms.clear()
        self._up = False
        self._changed.set()

    def hang(self) -> None:
        """Answer no call any more, while everything in the rooms goes on."""
        self._hangs = True

    def recover(self) -> None:
        """Answer again."""
        self._hangs = False

    def forget(self, room: str, identity: str) -> None:
        """Somebody goes, and the webhook that tells of it is lost."""
        del self._room(room).people[identity]

    def start(self) -> None:
        """Come up again, empty."""
        self._up = True
        self._starts += 1
        self._changed.set()

    # -- Engine

    async def create_room(self, name: str, metadata: str) -> EngineRoom:
        """See Engine."""
        self._answer("create_room", name)
        if name not in self._rooms:
            self._count += 1
            self._rooms[name] = _Room(metadata, f"RM_{self._count}")
            self._tell(EventKind.ROOM_STARTED, name)
        made = self._rooms[name]
        return EngineRoom(name, made.metadata, made.sid)

    async def delete_room(self, name: str) -> None:
        """See Engine."""
        self._answer("delete_room", name)
        if name in self._rooms:
            for identity in list(self._rooms[name].people):
                self.leave(name, identity)
            del self._rooms[name]
            self._tell(EventKind.ROOM_FINISHED, name)

    async def room(self, name: str) -> EngineRoom | None:
        """See Engine."""
        self._answer("room", name)
        found = self._rooms.get(name)
        return EngineRoom(name, found.metadata, found.sid) if found else None

    async def set_metadata(self, name: str, metadata: str) -> None:
        """See Engine."""
        self._answer("set_metadata", name)
        self._room(name).metadata = metadata

    async def participants(self, name: str) -> Mapping[str, Participant]:
        """See Engine."""
        self._answer("participants", name)
        found = self._rooms.get(name)
        return dict(found.people) if found else {}

    async def permit(self, name: str, identity: str, grant: Grant) -> Participant:
        """See Engine."""
        self._answer("permit", name, identity)
        person = self._person(name, identity)
        lost = person.published - grant.publish
        person = replace(person, grant=grant, published=person.published - lost)
        self._rooms[name].people[identity] = person
        for source in sorted(lost):
            self._tell(EventKind.UNPUBLISHED, name, person, source)
        return person

    async def expel(self, name: str, identity: str) -> None:
        """See Engine."""
        self._answer("expel", name, identity)
        self._person(name, identity)
        self.leave(name, identity)

    async def send(self, name: str, topic: str, data: bytes, identities: list[str]) -> None:
        """See Engine."""
        self._answer("send", name, topic)
        self._room(name)
        self.sent.append((name, topic, data, tuple(identities)))

    async def watch(self) -> AsyncIterator[bool]:
        """See Engine."""
        known, seen = False, 0
        while True:
            if self._up and seen != self._starts:
                known, seen = True, self._starts
                yield True
            elif known and not self._up:
                known = False
                yield False
            else:
                self._changed.clear()
                await self._changed.wait()

    async def aclose(self) -> None:
        """See Engine."""

    # -- inside

    def _answer(self, *call: str) -> None:
        self.calls.append(call)
        self._called(call)
        if not self._up or self._hangs:
            raise EngineDown("fake engine is down")

    def _room(self, name: str) -> _Room:
        if name not in self._rooms:
            raise NoSuchRoom(name)
        return self._rooms[name]

    def _person(self, name: str, identity: str) -> Participant:
        room = self._rooms.get(name)
        if room is None or identity not in room.people:
            raise NoSuchParticipant(identity)
        return room.people[identity]

    def _tell(
        self,
        kind: EventKind,
        room: str,
        person: Participant | None = None,
        source: TrackSource | None = None,
    ) -> None:
        if person is not None and source is not None:
            # As the real one: about a track it says only whose it is.
            person = Participant(person.identity, Grant(subscribe=False), person.sid)
        self._report(EngineEvent(kind, room, person, source))
