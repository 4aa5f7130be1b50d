"""Drives the reconciler: one task per conference, woken by nudges, webhooks and a sweep.

The conductor keeps a mirror of what the engine reported, so that a command costs one small read
and the calls that it needs, however many sites there are. A sweep compares the mirror with the
engine itself.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from diemcau.media.engine import (
    Engine,
    EngineDown,
    EngineEvent,
    EventKind,
    Grant,
    NoSuchParticipant,
    NoSuchRoom,
)
from diemcau.protocol.card import ParticipantKind, parse_identity
from diemcau.telemetry import context, worker_metrics
from diemcau.telemetry.pulse import Pulse

from .queries import Wants
from .reconcile import (
    Action,
    CreateRoom,
    DeleteRoom,
    Expel,
    Have,
    Permit,
    SetWord,
    Want,
    actions,
    is_talk,
)

log = logging.getLogger(__name__)

SWEEP = 1.0
"""Seconds between two looks at the database: a lost nudge costs no more than that."""

LIST_EVERY = 5
"""Every n-th sweep asks the engine itself for rooms and participants."""

DESK_TOPIC = "desk"
COALESCE = 0.1
"""Seconds between two notices to the desks: the first goes at once, what follows is gathered."""


class StoreDown(Exception):
    """The database did not answer (locked, full, gone). What was asked may be asked again."""


class Store(Protocol):
    """The database as the conductor sees it. Every method raises StoreDown."""

    async def open_conferences(self) -> list[int]:
        """Return the ids of conferences whose rooms should exist, and of those lately closed."""

    async def version(self, conference: int) -> int | None:
        """Return the version of a conference, or None."""

    async def wants(self, conference: int) -> Wants | None:
        """Return what the engine should hold."""

    async def presence(self, conference: int, connected: set[str], known: set[str]) -> None:
        """Record who is connected; ``known`` are the seats the report is about."""

    async def start_due(self) -> None:
        """Open for connections what is due."""


@dataclass
class _Mirror:
    """What the engine reported of the two rooms of a conference."""

    main: Have = field(default_factory=Have)
    talk: Have = field(default_factory=Have)
    complete: bool = False
    """The engine itself was asked since it last came up."""


class _Conducted:
    """One conference: its mirror, its wake-up, its task."""

    def __init__(self, pk: int) -> None:
        self.pk = pk
        self.mirror = _Mirror()
        self.wake = asyncio.Event()
        self.wants: Wants | None = None
        self.ask = True
        self.told = 0
        self.told_at = float("-inf")
        self.reminder: asyncio.TimerHandle | None = None
        self.events: list[EngineEvent] = []
        self.seen: set[str] | None = None
        self.following: asyncio.Task[None] | None = None


class Conductor:
    """Makes the engine follow the desired state of every open conference.

    Args:
        engine: the media engine.
        store: the database.
        simulate: called with a conference's wants whenever they change, to keep the simulated
            sites of drills running.
        sweep: seconds between two looks at the database.
        pulse: told of every sweep and round, for those who watch that the conductor goes on.
    """

    def __init__(
        self,
        engine: Engine,
        store: Store,
        *,
        simulate: Callable[[Wants], Awaitable[None]] | None = None,
        sweep: float = SWEEP,
        pulse: Pulse | None = None,
    ) -> None:
        self._engine = engine
        self._store = store
        self._simulate = simulate
        self._pause = sweep
        self._pulse = pulse or Pulse()
        self._open: dict[int, _Conducted] = {}
        self._rooms: dict[str, int] = {}
        self._tasks: asyncio.TaskGroup | None = None

    async def run(self) -> None:
        """Conduct until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            tasks.create_task(self._sweep(), name="sweep")
            tasks.create_task(self._watch(), name="watch engine")

    # -- what wakes it

    def nudge(self, conference: int) -> None:
        """A conference changed."""
        conducted = self._open.get(conference)
        if conducted is None:
            conducted = self._take_up(conference)
        conducted.wake.set()

    def report(self, event: EngineEvent) -> None:
        """The engine reports something."""
        # A room that is not known yet is looked at when its conference is taken up.
        conducted = self._open.get(self._rooms.get(event.room, 0))
        if conducted is not None:
            conducted.events.append(event)
            conducted.wake.set()

    def _take_up(self, conference: int) -> _Conducted:
        assert self._tasks is not None
        conducted = self._open[conference] = _Conducted(conference)
        self._tasks.create_task(self._conduct(conducted), name=f"conference {conference}")
        return conducted

    async def _sweep(self) -> None:
        turn = 0
        while True:
            try:
                await self._store.start_due()
                for conference in await self._store.open_conferences():
                    self.nudge(conference)
                self._swept(database=True)
            except StoreDown as down:
                log.warning("sweep: database down (%s)", down)
                self._swept(database=False)
            turn += 1
            if turn % LIST_EVERY == 0:
                for conducted in self._open.values():
                    conducted.ask = True
                    conducted.wake.set()
            await asyncio.sleep(self._pause)

    def _swept(self, *, database: bool) -> None:
        self._pulse.swept(database=database)
        worker_metrics.SWEEPS.labels("done" if database else "database_down").inc()
        worker_metrics.OPEN_CONFERENCES.set(len(self._open))
        worker_metrics.CONNECTED_SITES.set(
            sum(
                sum(map(_is_site, conducted.mirror.main.grants))
                for conducted in self._open.values()
            )
        )

    async def _watch(self) -> None:
        async for up in self._engine.watch():
            log.info("engine %s", "up" if up else "lost")
            self._pulse.engine_up = up
            for conducted in self._open.values():
                conducted.mirror = _Mirror()
                conducted.ask = True
                if up:
                    conducted.wake.set()

    # -- one conference

    async def _conduct(self, conducted: _Conducted) -> None:
        context.conference_id.set(conducted.pk)  # this task's own
        while True:
            await conducted.wake.wait()
            conducted.wake.clear()
            outcome = "failed"
            try:
                with self._pulse.round(conducted.pk), worker_metrics.ROUND_SECONDS.time():
                    over = await self._round(conducted)
                outcome = "done"
                if over:
                    return
            except (EngineDown, StoreDown) as down:
                # Its return wakes every conference; the sweep does so if that is missed.
                log.info("conference %s: %s (%s)", conducted.pk, type(down).__name__, down)
                outcome = "engine_down" if isinstance(down, EngineDown) else "database_down"
                conducted.ask = True
            except Exception:
                # A fault in one conference must not end the others; the sweep tries it again.
                log.exception("conference %s: round failed", conducted.pk)
                conducted.ask = True
            finally:
                worker_metrics.ROUNDS.labels(outcome).inc()

    async def _round(self, conducted: _Conducted) -> bool:
        """Bring the engine one step nearer; return True when the conference is over for good."""
        version = await self._store.version(conducted.pk)
        if conducted.wants is None or conducted.wants.version != version:
            conducted.wants = await self._store.wants(conducted.pk)
        wants = conducted.wants
        if wants is None:
            self._forget(conducted)
            return True
        self._rooms[wants.main.room] = self._rooms[wants.talk.room] = conducted.pk
        if not conducted.mirror.complete and wants.main.open:
            # After a start, of the engine or of this process: rooms first, whoever is in them.
            await self._create(conducted, wants)
        self._apply_events(conducted)
        # A command first, by what is known; only then is the engine asked, which costs more
        # with every site.
        if conducted.mirror.complete:
            await self._make_both(conducted, wants)
        if conducted.ask:
            conducted.ask = False
            await self._look(conducted, wants)
            await self._make_both(conducted, wants, drift=conducted.mirror.complete)
        await self._report_presence(conducted, wants)
        await self._tell_desks(conducted, wants)
        self._follow(conducted, wants)
        over = not wants.main.open and not conducted.mirror.main.exists
        if over and not conducted.wake.is_set():  # nothing came meanwhile, an opening say
            self._forget(conducted)
            return True
        return False

    def _forget(self, conducted: _Conducted) -> None:
        self._open.pop(conducted.pk, None)
        if conducted.reminder is not None:
            conducted.reminder.cancel()
        if conducted.wants is not None:
            self._rooms.pop(conducted.wants.main.room, None)
            self._rooms.pop(conducted.wants.talk.room, None)

    async def _create(self, conducted: _Conducted, wants: Wants) -> None:
        main, _ = await asyncio.gather(
            self._engine.create_room(wants.main.room, spoken(wants.main, wants.version)),
            self._engine.create_room(wants.talk.room, ""),
        )
        conducted.mirror.main = replace(
            conducted.mirror.main, exists=True, word=heard(main.metadata)
        )
        conducted.mirror.talk = replace(conducted.mirror.talk, exists=True)
        conducted.mirror.complete = True

    async def _look(self, conducted: _Conducted, wants: Wants) -> None:
        """Ask the engine itself: what a lost webhook did not tell."""
        for which, want in (("main", wants.main), ("talk", wants.talk)):
            room = await self._engine.room(want.room)
            people = await self._engine.participants(want.room) if room else {}
            have = Have(
                exists=room is not None,
                word=heard(room.metadata) if room else "",
                grants={identity: person.grant for identity, person in people.items()},
            )
            setattr(conducted.mirror, which, have)

    def _apply_events(self, conducted: _Conducted) -> None:
        events, conducted.events = conducted.events, []
        for event in events:
            which = "talk" if is_talk(event.room) else "main"
            have: Have = getattr(conducted.mirror, which)
            person = event.participant
            grants = dict(have.grants)
            if event.kind is EventKind.ROOM_FINISHED:
                conducted.ask = True
            elif person is not None and event.kind is EventKind.LEFT:
                grants.pop(person.identity, None)
                conducted.ask = conducted.ask or which == "main"
            elif person is not None and event.kind is EventKind.JOINED:
                # About somebody who is known already it may be late, and untrue by now.
                conducted.ask = conducted.ask or person.identity in grants
                grants[person.identity] = person.grant
            setattr(conducted.mirror, which, replace(have, grants=grants))

    def _follow(self, conducted: _Conducted, wants: Wants) -> None:
        """Let the simulated sites follow, beside the round: a child that hangs holds up nothing."""
        if self._simulate is None or (conducted.following and not conducted.following.done()):
            return
        assert self._tasks is not None
        conducted.following = self._tasks.create_task(self._simulated(self._simulate, wants))

    async def _simulated(self, simulate: Callable[[Wants], Awaitable[None]], wants: Wants) -> None:
        try:
            await simulate(wants)
        except Exception:
            # Simulated sites are for drills: their trouble must not end the conductor.
            log.exception("conference %s: simulated sites failed", wants.conference)

    async def _make_both(self, conducted: _Conducted, wants: Wants, *, drift: bool = False) -> None:
        done = await asyncio.gather(
            self._make(conducted, wants.main, "main", wants.word.version, drift),
            self._make(conducted, wants.talk, "talk", wants.word.version, drift),
            return_exceptions=True,
        )
        # Both have ended: nothing of this round acts behind the next one.
        for result in done:
            if isinstance(result, BaseException):
                raise result

    async def _make(
        self, conducted: _Conducted, want: Want, which: str, version: int, drift: bool
    ) -> None:
        for phase in actions(want, getattr(conducted.mirror, which)):
            for action in phase:
                kind = type(action).__name__
                worker_metrics.ACTIONS.labels(kind).inc()
                if drift:
                    worker_metrics.DRIFT.labels(kind).inc()
            done = await asyncio.gather(
                *(self._do(want, action, version) for action in phase), return_exceptions=True
            )
            have: Have = getattr(conducted.mirror, which)
            for action, result in zip(phase, done, strict=True):
                if isinstance(result, NoSuchRoom):
                    have = Have()
                    conducted.ask = True
                    conducted.wake.set()
                elif isinstance(result, NoSuchParticipant):
                    have = _without(have, getattr(action, "identity", ""))
                elif isinstance(result, BaseException):
                    conducted.ask = True
                    raise result
                else:
                    have = _after(have, action)
            setattr(conducted.mirror, which, have)

    async def _do(self, want: Want, action: Action, version: int) -> None:
        match action:
            case CreateRoom():
                await self._engine.create_room(want.room, spoken(want, version))
            case DeleteRoom():
                await self._engine.delete_room(want.room)
            case SetWord():
                await self._engine.set_metadata(want.room, spoken(want, version))
            case Permit(identity, grant):
                await self._engine.permit(want.room, identity, grant)
            case Expel(identity):
                await self._engine.expel(want.room, identity)

    async def _report_presence(self, conducted: _Conducted, wants: Wants) -> None:
        active = set(wants.main.grants)
        connected = active & set(conducted.mirror.main.grants)
        # The first report of this process is about every seat: some may have gone unseen.
        changed = active if conducted.seen is None else (connected ^ conducted.seen) & active
        if changed:
            await self._store.presence(
                conducted.pk, {_seat(i) for i in connected}, {_seat(i) for i in changed}
            )
            conducted.wake.set()
        conducted.seen = connected

    async def _tell_desks(self, conducted: _Conducted, wants: Wants) -> None:
        if wants.version == conducted.told or not conducted.mirror.main.exists:
            return
        loop = asyncio.get_running_loop()
        if loop.time() < conducted.told_at + COALESCE:
            if conducted.reminder is None:
                due = conducted.told_at + COALESCE
                conducted.reminder = loop.call_at(due, self._remind, conducted)
            return
        desks = [i for i in conducted.mirror.main.grants if not _is_site(i)]
        conducted.told, conducted.told_at = wants.version, loop.time()
        if desks:
            message = json.dumps({"version": wants.version}).encode()
            try:
                await self._engine.send(wants.main.room, DESK_TOPIC, message, desks)
            except NoSuchRoom:
                conducted.ask = True

    def _remind(self, conducted: _Conducted) -> None:
        conducted.reminder = None
        conducted.wake.set()


def _is_site(identity: str) -> bool:
    who = parse_identity(identity)
    return who is not None and who.kind is ParticipantKind.SITE


def _seat(identity: str) -> str:
    who = parse_identity(identity)
    return who.seat if who else ""


def _without(have: Have, identity: str) -> Have:
    return replace(have, grants={k: v for k, v in have.grants.items() if k != identity})


def _after(have: Have, action: Action) -> Have:
    """Return the mirror once the engine has confirmed an action."""
    match action:
        case CreateRoom(word):
            return Have(exists=True, word=word)
        case DeleteRoom():
            return Have()
        case SetWord(word):
            return replace(have, word=word)
        case Permit(identity, grant):
            grants: dict[str, Grant] = {**have.grants, identity: grant}
            return replace(have, grants=grants)
        case Expel(identity):
            return _without(have, identity)


def spoken(want: Want, version: int) -> str:
    """Return the metadata for a word: its body with the version that goes out with it."""
    if not want.word:
        return ""
    word = json.loads(want.word)
    word["version"] = version
    return json.dumps(word, ensure_ascii=False, separators=(",", ":"))


def heard(metadata: str) -> str:
    """Return the body of a word that the engine shows, without its version."""
    if not metadata:
        return ""
    word = json.loads(metadata)
    word["version"] = 0
    return json.dumps(word, ensure_ascii=False, separators=(",", ":"))
