"""A drill conference with its people: booked through the API, joined over real WebRTC."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta

from diemcau.installation import ROOT
from diemcau.protocol.base import Message
from diemcau.protocol.commands import CommandResult, SetPreview, StartJoining, Take
from diemcau.protocol.scene import Layout
from diemcau.protocol.word import Word
from diemcau.supervisor.stack import Stack

from .assembly import PATIENCE, Assembly, Member, Plan
from .crew import Crew
from .journal import Kind
from .person import Operator, Refused, SiteOperator


class Rehearsal(Assembly):
    """A drill in progress. Made by `rehearse`."""

    def __init__(
        self, stack: Stack, operator: Operator, conference: int, members: list[Member], plan: Plan
    ) -> None:
        super().__init__(members, plan)
        self.stack = stack
        self.operator = operator
        self.conference = conference

    async def command(self, command: Message) -> CommandResult:
        """Give a command that must be done. Raises Refused."""
        return await self.operator.command(self.conference, command)

    async def show(self, layout: Layout, members: list[Member]) -> CommandResult:
        """Prepare a scene and take it."""
        keys = tuple(member.key for member in members)
        await self.command(SetPreview(layout=layout, panes=keys))
        return await self.command(Take())

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

    async def told(self, look: Callable[[Word], bool]) -> None:
        """Wait until the first witness has been told such a word. Raises TimeoutError."""
        site = self.witness
        await site.journal.until(lambda: site.word is not None and look(site.word), PATIENCE)


@asynccontextmanager
async def rehearse(
    stack: Stack,
    plan: Plan,
    *,
    layout: Layout = Layout.GRID_2X2,
    panes: tuple[int, ...] = (0, 1, 2, 3),
) -> AsyncIterator[Rehearsal]:
    """Book a drill, sign everybody in and let every site join.

    Args:
        stack: the running installation.
        plan: who takes part, and how.
        layout: of the scene that stands from the beginning.
        panes: places of the sites that it shows.

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
            members.append(Member(site.site, site.number, site.name, technician, plan.large(place)))
        rehearsal = Rehearsal(stack, operator, conference, members, plan)
        # The scene stands before anybody comes: each first picture is measured from joining.
        # It is due, so the worker opens it by itself too: whoever is second is refused.
        await operator.ask(conference, StartJoining())
        await rehearsal.show(layout, [members[place] for place in panes])
        crew = await things.enter_async_context(Crew(plan.cache, plan.processes))
        tasks = await things.enter_async_context(asyncio.TaskGroup())
        try:
            await rehearsal.join(stack.installation.signal_url, crew, tasks)
            yield rehearsal
        finally:
            rehearsal.leave()


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
