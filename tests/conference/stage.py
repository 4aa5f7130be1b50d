"""A conductor on a fake engine and a database in memory, and a way to wait for what it does."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from diemcau.conference.conductor import Conductor, StoreDown
from diemcau.conference.queries import Wants, body
from diemcau.conference.reconcile import TALK_GRANT, Want, site_grant
from diemcau.media.engine import Grant, Pass
from diemcau.media.fake import FakeEngine
from diemcau.protocol.word import ConferenceState, Word

from .cast import NOW

SOON = 20.0
"""Seconds within which something must have happened, however busy the machine is."""

LAN = "site:ubnd-tinh:lan"
MINH = "site:xa-da-teh:minh"
HOA = "desk:7:hoa"
SILENT, SPEAKS = site_grant(speaks=False, shares=False), site_grant(speaks=True, shares=False)


def site(number: int) -> str:
    """The identity of one of many."""
    return f"site:xa-so-{number}:s{number}"


def wants(
    version: int = 1,
    *,
    sites: Iterable[str] = (LAN, MINH),
    speak: Iterable[str] = (LAN,),
    open: bool = True,
    title: str = "Giao ban",
    pk: int = 1,
) -> Wants:
    """What a conference should be, without a database."""
    speakers = tuple(speak)
    word = Word(
        version=version,
        conference=pk,
        title=title,
        host_body="UBND tỉnh",
        state=ConferenceState.LIVE if open else ConferenceState.CLOSED,
        connect_at=NOW,
        opening_at=NOW,
        host="ubnd-tinh",
        audible=speakers,
    )
    grants = {i: SPEAKS if i in speakers else SILENT for i in sites}
    talk = dict.fromkeys(grants, TALK_GRANT)
    return Wants(
        conference=pk,
        version=version,
        word=word,
        main=Want(f"c-{pk}", open, body(word), grants, desks=frozenset({HOA})),
        talk=Want(f"c-{pk}-talk", open, "", talk, desk=TALK_GRANT, desks=frozenset({HOA})),
        simulated=(),
    )


class MemoryStore:
    """The database of a few conferences."""

    def __init__(self, stirred: asyncio.Event) -> None:
        self.all: dict[int, Wants] = {}
        self.reports: list[tuple[set[str], set[str]]] = []
        self.down = False
        self._stirred = stirred

    async def open_conferences(self) -> list[int]:
        self._answer()
        return [pk for pk, found in self.all.items() if found.main.open]

    async def version(self, conference: int) -> int | None:
        self._answer()
        found = self.all.get(conference)
        return found.version if found else None

    async def wants(self, conference: int) -> Wants | None:
        self._answer()
        return self.all.get(conference)

    async def presence(self, conference: int, connected: set[str], known: set[str]) -> None:
        self._answer()
        self.reports.append((connected, known))
        # As the real one: what it records is a change of the conference.
        found = self.all[conference]
        self.all[conference] = replace(found, version=found.version + 1)

    async def start_due(self) -> None:
        self._answer()

    def _answer(self) -> None:
        self._stirred.set()
        if self.down:
            raise StoreDown("database is locked")


@dataclass
class Stage:
    """What a test has in its hands."""

    fake: FakeEngine
    store: MemoryStore
    conductor: Conductor
    stirred: asyncio.Event

    async def until(self, holds: Callable[[], object]) -> None:
        """Return as soon as ``holds()`` is true."""
        async with asyncio.timeout(SOON):
            while not holds():
                self.stirred.clear()
                await self.stirred.wait()
                await asyncio.sleep(0)

    async def still(self) -> None:
        """Return when nothing more is done: no call in many turns of the event loop."""
        quiet = 0
        while quiet < 50:
            self.stirred.clear()
            await asyncio.sleep(0)
            quiet = 0 if self.stirred.is_set() else quiet + 1

    def want(self, wanted: Wants) -> None:
        """Change the database and nudge."""
        self.store.all[wanted.conference] = wanted
        self.conductor.nudge(wanted.conference)

    def enter(self, identity: str, grant: Grant = SILENT, room: str = "c-1") -> None:
        """A client comes with a token of these rights."""
        self.fake.enter(Pass(room, identity, identity, grant))

    def grant(self, identity: str, room: str = "c-1") -> Grant | None:
        """The rights that the engine gives to somebody now."""
        return self.fake.grants(room).get(identity)

    def since(self, mark: int) -> list[tuple[str, ...]]:
        """The calls after the first ``mark``."""
        return self.fake.calls[mark:]


@asynccontextmanager
async def conducting(
    *, fake: FakeEngine | None = None, store: MemoryStore | None = None, sweep: float = 60.0
) -> AsyncIterator[Stage]:
    """A running conductor; with ``sweep`` so long that only what a test does wakes it."""
    stirred = asyncio.Event()
    engine = fake or FakeEngine()
    found = store or MemoryStore(stirred)
    found._stirred = stirred
    conductor = Conductor(engine, found, sweep=sweep)
    engine.listen(conductor.report, lambda call: stirred.set())
    task = asyncio.ensure_future(conductor.run())
    stage = Stage(engine, found, conductor, stirred)
    await asyncio.sleep(0)
    try:
        yield stage
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
