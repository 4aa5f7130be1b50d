"""A drill conference with its people: booked through the API, joined over real WebRTC."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from diemcau.installation import ROOT
from diemcau.protocol.base import Message
from diemcau.protocol.commands import CommandResult, SetPreview, Take
from diemcau.protocol.joining import Admitted
from diemcau.protocol.scene import Layout
from diemcau.protocol.word import Word
from diemcau.supervisor.stack import Stack

from .crew import Crew
from .journal import Event, Journal, Kind
from .person import ListedSite, Operator, Refused, SiteOperator
from .picture import LARGE, SMALL, picture
from .receiver import Watch
from .site import SimulatedSite, Who

JOINED_AT_ONCE = 8
"""How many technicians press "join" at the same moment: people do not all do."""

PATIENCE = 20.0
"""Seconds until what must happen counts as not happened."""


@dataclass
class Member:
    """One site of the drill.

    Args:
        listed: the site in the directory.
        operator: its technician, signed in.
        asked: when it asked to join, in seconds of the monotonic clock.
        journal: what it saw and heard.
        site: the simulated site, if it runs in this process.
    """

    listed: ListedSite
    operator: SiteOperator
    large: bool
    asked: float = 0.0
    identity: str = ""
    journal: Journal = field(default_factory=Journal)
    site: SimulatedSite | None = None

    @property
    def key(self) -> str:
        """Key of the site."""
        return self.listed.site

    @property
    def number(self) -> int:
        """Number of the site."""
        return self.listed.number


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
        stubborn: places of sites that open their microphone whenever the engine lets them.
    """

    sites: int
    cache: Path
    witnesses: int = 1
    processes: int = 0
    bitrates: tuple[int, int] = (0, 0)
    large: Callable[[int], bool] = lambda place: place % 2 == 0
    stubborn: frozenset[int] = frozenset()


class Rehearsal:
    """A drill in progress. Made by `rehearse`."""

    def __init__(
        self, stack: Stack, operator: Operator, conference: int, members: list[Member], plan: Plan
    ) -> None:
        self.stack = stack
        self.operator = operator
        self.conference = conference
        self.members = members
        self.plan = plan

    @property
    def host(self) -> Member:
        """The host site."""
        return self.members[0]

    @property
    def witnesses(self) -> list[Member]:
        """The sites that judge what they receive."""
        return self.members[-self.plan.witnesses :]

    @property
    def witness(self) -> SimulatedSite:
        """The first witness."""
        site = self.witnesses[0].site
        assert site is not None
        return site

    async def command(self, command: Message) -> CommandResult:
        """Give a command that must be done. Raises Refused."""
        return await self.operator.command(self.conference, command)

    async def show(self, layout: Layout, members: list[Member]) -> CommandResult:
        """Prepare a scene and take it."""
        keys = tuple(member.key for member in members)
        await self.command(SetPreview(layout=layout, panes=keys))
        return await self.command(Take())

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

    async def word(
        self, result: CommandResult, *, since: float, members: list[Member] | None = None
    ) -> dict[str, float]:
        """When each site was told of what a command did, in seconds after ``since``."""
        return await self.events(
            Kind.WORD,
            since=since,
            members=members,
            judge=lambda event: int(event.detail) >= result.version,
        )

    async def until(self, member: Member, look: Callable[[Word], bool]) -> None:
        """Wait until a site in this process has been told a word. Raises TimeoutError."""
        site = member.site
        assert site is not None
        await site.journal.until(lambda: site.word is not None and look(site.word), PATIENCE)


@asynccontextmanager
async def rehearse(stack: Stack, plan: Plan) -> AsyncIterator[Rehearsal]:
    """Book a drill, sign everybody in and let every site join.

    Raises Refused when the server does not let it.
    """
    web = stack.installation.web_url
    async with AsyncExitStack() as things:
        operator = await things.enter_async_context(Operator(web))
        await operator.sign_in(await _operator_link(stack))
        listed = (await operator.sites())[: plan.sites]
        if len(listed) < plan.sites:
            raise Refused(f"danh bạ chỉ có {len(listed)} điểm cầu")
        now = datetime.now(UTC)
        conference = await operator.book(
            "Diễn tập", listed[0].site, [s.site for s in listed], now, now + timedelta(minutes=15)
        )
        members = []
        for place, site in enumerate(listed):
            technician = SiteOperator(web, conference, site.name)
            await things.enter_async_context(technician)
            await technician.sign_in(await operator.link_for(site.site))
            members.append(Member(site, technician, plan.large(place)))
        rehearsal = Rehearsal(stack, operator, conference, members, plan)
        crew = await things.enter_async_context(Crew(plan.cache, plan.processes))
        tasks = await things.enter_async_context(asyncio.TaskGroup())
        try:
            await _join_all(rehearsal, crew, tasks)
            yield rehearsal
        finally:
            for member in members:
                if member.site is not None:
                    member.site.leave()


async def _operator_link(stack: Stack) -> str:
    """The control operator's first sign-in link, as `make run` prints it."""
    asked = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "diemcau.config.first_links"),
        stdout=asyncio.subprocess.PIPE,
        env=stack.installation.child_environ(),
        cwd=ROOT,
    )
    output, _ = await asked.communicate()
    if asked.returncode != 0:
        raise Refused("không tạo được liên kết đăng nhập đầu tiên")
    return str(json.loads(output)[0]["path"])


async def _join_all(rehearsal: Rehearsal, crew: Crew, tasks: asyncio.TaskGroup) -> None:
    plan = rehearsal.plan
    for place, member in enumerate(rehearsal.members):
        # Encoded beforehand: a camera has its picture when somebody presses "join".
        await asyncio.to_thread(
            picture,
            member.listed.name,
            member.number,
            LARGE if member.large else SMALL,
            cache=plan.cache,
            bitrate=plan.bitrates[0 if member.large else 1],
        )
        del place
    pressing = asyncio.Semaphore(JOINED_AT_ONCE)

    async def press(place: int, member: Member) -> None:
        async with pressing:
            await _join(rehearsal, crew, tasks, place, member)

    await asyncio.gather(*(press(place, m) for place, m in enumerate(rehearsal.members)))


async def _join(
    rehearsal: Rehearsal, crew: Crew, tasks: asyncio.TaskGroup, place: int, member: Member
) -> None:
    plan = rehearsal.plan
    member.asked = time.monotonic()
    answer = await member.operator.join()
    if not isinstance(answer, Admitted):
        raise Refused(f"{member.listed.name}: {answer.outcome}")
    member.identity = answer.identity
    judges = place >= len(rehearsal.members) - plan.witnesses
    url = rehearsal.stack.installation.signal_url
    bitrate = plan.bitrates[0 if member.large else 1]
    if plan.processes and not judges:
        member.journal = crew.add(
            member.number,
            member.listed.name,
            url=url,
            token=answer.token,
            host=place == 0,
            large=member.large,
            bitrate=bitrate,
            renew=member.operator.token,
        )
        return
    member.site = SimulatedSite(
        Who(member.key, member.number, member.listed.name, host=place == 0),
        url=url,
        token=answer.token,
        loop=picture(
            member.listed.name,
            member.number,
            LARGE if member.large else SMALL,
            cache=plan.cache,
            bitrate=bitrate,
        ),
        watch=Watch.SCENE if judges else Watch.ONE,
        renew=member.operator.token,
        stubborn=place in plan.stubborn,
    )
    member.journal = member.site.journal
    tasks.create_task(member.site.run())
