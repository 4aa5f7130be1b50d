"""The sites of a drill: who takes part, how they join, and when something happened at each."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from .crew import Crew
from .journal import Event, Journal, Kind
from .picture import LARGE, SMALL, Loop, picture
from .receiver import Watch
from .site import SimulatedSite, Who

JOINED_AT_ONCE = 2
"""How many sites are on their way in at the same moment. More would measure how fast this one
machine can set up the *simulated* ends of so many connections."""

PATIENCE = 20.0
"""Seconds until what must happen counts as not happened."""


class Door(Protocol):
    """How a site gets in."""

    async def enter(self) -> str:
        """Ask for the site's place and return a token. Raises Refused."""

    async def token(self) -> str | None:
        """Another token for a site that was in, or None when it has no place any more."""


@dataclass
class Member:
    """One site of the drill.

    Args:
        key, number, name: the site in the directory.
        door: how it gets in.
        large: whether it sends 640×360; else 320×180.
        asked: when it asked to join, in seconds of the monotonic clock.
        journal: what it saw and heard.
        site: the simulated site, if it runs in this process.
    """

    key: str
    number: int
    name: str
    door: Door
    large: bool
    asked: float = 0.0
    journal: Journal = field(default_factory=Journal)
    site: SimulatedSite | None = None


@dataclass(frozen=True)
class Plan:
    """Who takes part, and how.

    Args:
        sites: how many sites, the host among them.
        witnesses: how many of them receive and judge everything; the last ones.
        cache: folder of encoded pictures.
        processes: in how many processes the others run; 0: in this one.
        bitrates: bits per second of large and small pictures; 0: what they need.
        large: whether the site at this place (0 is the host) sends 640×360; else 320×180.
        first: places of the sites of the scene. They join first, so that each of the others finds
            a picture and its own time to the first frame is measured, not the camera's.
        stubborn: places of sites that open their microphone whenever the engine lets them.
    """

    sites: int
    cache: Path
    witnesses: int = 1
    processes: int = 0
    bitrates: tuple[int, int] = (0, 0)
    large: Callable[[int], bool] = lambda place: place % 2 == 0
    first: frozenset[int] = frozenset(range(4))
    stubborn: frozenset[int] = frozenset()


class Assembly:
    """The sites that take part, the host first and the witnesses last."""

    def __init__(self, members: list[Member], plan: Plan) -> None:
        self.members = members
        self.plan = plan

    @property
    def host(self) -> Member:
        """The host site."""
        return self.members[0]

    @property
    def witnesses(self) -> list[SimulatedSite]:
        """The sites that judge what they receive."""
        found = [member.site for member in self.members[-self.plan.witnesses :]]
        return [site for site in found if site is not None]

    @property
    def witness(self) -> SimulatedSite:
        """The first witness."""
        return self.witnesses[0]

    async def events(
        self,
        kind: Kind,
        *,
        since: float,
        members: list[Member] | None = None,
        judge: Callable[[Event], bool] = lambda event: True,
        timeout: float = PATIENCE,
    ) -> dict[str, float]:
        """When something first happened at each site, in seconds after ``since``.

        Args:
            kind: what.
            since: from when to look, monotonic.
            members: at which sites; None: all.
            judge: whether an event counts.
            timeout: seconds after which the rest is given up; they are left out.
        """

        def found(journal: Journal) -> Event | None:
            return next(
                (e for e in journal.events if e.kind is kind and e.at >= since and judge(e)), None
            )

        async def wait(member: Member) -> tuple[str, float] | None:
            try:
                event = await member.journal.until(lambda: found(member.journal), timeout)
            except TimeoutError:
                return None
            return member.key, event.at - since

        looked_at = self.members if members is None else members
        results = await asyncio.gather(*(wait(member) for member in looked_at))
        return dict(result for result in results if result is not None)

    def missing(self, found: dict[str, float]) -> str:
        """The names of the sites that are not in ``found``, for a report."""
        return ", ".join(member.name for member in self.members if member.key not in found)

    # ------------------------------------------------------------------ joining

    async def join(self, url: str, crew: Crew, tasks: asyncio.TaskGroup) -> None:
        """Let every site join; returns when each has its camera on.

        Args:
            url: the engine's signalling address.
            crew: simulator processes, used when the plan says so.
            tasks: owner of the sites in this process. Leave them with `leave`.
        """
        # Encoded beforehand: a camera has its picture when somebody presses "join".
        loops = [await asyncio.to_thread(self._loop, member) for member in self.members]
        pressing = asyncio.Semaphore(JOINED_AT_ONCE)

        async def press(place: int, member: Member) -> None:
            async with pressing:
                member.asked = time.monotonic()
                token = await member.door.enter()
                self._begin(place, member, url, token, loops[place], crew, tasks)
                await self.events(Kind.CAMERA, since=0.0, members=[member])

        everybody = list(enumerate(self.members))
        early = [(place, member) for place, member in everybody if place in self.plan.first]
        late = [(place, member) for place, member in everybody if place not in self.plan.first]
        await asyncio.gather(*(press(place, member) for place, member in early))
        await asyncio.gather(*(press(place, member) for place, member in late))

    def _begin(
        self,
        place: int,
        member: Member,
        url: str,
        token: str,
        loop: Loop,
        crew: Crew,
        tasks: asyncio.TaskGroup,
    ) -> None:
        judges = place >= len(self.members) - self.plan.witnesses
        if self.plan.processes and not judges:
            self._send(crew, url, token, member)
            return
        site = SimulatedSite(
            Who(member.key, member.number, member.name, host=member is self.host),
            url=url,
            token=token,
            loop=loop,
            watch=Watch.SCENE if judges else Watch.ONE,
            renew=member.door.token,
            stubborn=place in self.plan.stubborn,
        )
        member.site, member.journal = site, site.journal
        tasks.create_task(site.run())

    def leave(self) -> None:
        """Let the sites in this process go."""
        for member in self.members:
            if member.site is not None:
                member.site.leave()

    def _send(self, crew: Crew, url: str, token: str, member: Member) -> None:
        member.journal = crew.add(
            member.number,
            member.name,
            url=url,
            token=token,
            host=member is self.host,
            large=member.large,
            bitrate=self._bitrate(member),
            renew=member.door.token,
        )

    def _bitrate(self, member: Member) -> int:
        return self.plan.bitrates[0 if member.large else 1]

    def _loop(self, member: Member) -> Loop:
        return picture(
            member.name,
            member.number,
            LARGE if member.large else SMALL,
            cache=self.plan.cache,
            bitrate=self._bitrate(member),
        )
