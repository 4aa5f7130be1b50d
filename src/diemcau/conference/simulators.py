"""Simulated sites of drills: one child process for each drill that has some.

The child speaks lines of JSON (see ``diemcau.drill.simulator``) and knows no database: it gets
each site's token, and asks for another when the engine has forgotten it.
"""

import asyncio
import json
import logging
import sys
from contextlib import suppress
from types import TracebackType

from django.conf import settings

from .models import Conference, Seat
from .passes import seat_tokens
from .queries import Wants
from .workflow import SeatState

log = logging.getLogger(__name__)

PROGRAM = "diemcau.drill.simulator"
RESTART = 1.0
"""Seconds before a simulator that died is started again."""


class _Child:
    """The simulator of one drill."""

    def __init__(self, conference: int) -> None:
        self.conference = conference
        self.wanted: tuple[str, ...] = ()
        self.running: dict[str, int] = {}
        self.process: asyncio.subprocess.Process | None = None
        self.reader: asyncio.Task[None] | None = None


class Simulators:
    """Keeps the simulated sites of all drills running, as the desired state says."""

    def __init__(self) -> None:
        self._children: dict[int, _Child] = {}
        self._lock = asyncio.Lock()

    async def __aenter__(self) -> "Simulators":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for child in list(self._children.values()):
            await self._end(child)

    async def follow(self, wants: Wants) -> None:
        """Start, extend or end the simulator of a conference."""
        wanted = wants.simulated if wants.main.open else ()
        child = self._children.get(wants.conference)
        if child is None and not wanted:
            return
        async with self._lock:
            child = self._children.setdefault(wants.conference, _Child(wants.conference))
            if not wanted:
                await self._end(child)
                return
            if child.process is None or child.process.returncode is not None:
                await self._start(child)
            child.wanted = wanted
            await self._add(child)

    async def _start(self, child: _Child) -> None:
        child.running.clear()
        child.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            PROGRAM,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        child.reader = asyncio.create_task(self._listen(child, child.process))

    async def _listen(self, child: _Child, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            try:
                told = json.loads(line)
            except ValueError:
                continue
            if told.get("event") == "token_wanted":
                number = told.get("number")
                for key, running in list(child.running.items()):
                    if running == number:
                        del child.running[key]
                with suppress(Exception):
                    await self._add(child)
        log.info("simulator of conference %s ended", child.conference)

    async def _add(self, child: _Child) -> None:
        missing = [key for key in child.wanted if key not in child.running]
        if not missing or child.process is None or child.process.stdin is None:
            return
        for number, line in await asyncio.to_thread(_orders, child.conference, missing):
            child.process.stdin.write(line)
            child.running[json.loads(line)["site"]] = number
        with suppress(ConnectionError):
            await child.process.stdin.drain()

    async def _end(self, child: _Child) -> None:
        self._children.pop(child.conference, None)
        process = child.process
        if process is not None and process.returncode is None:
            assert process.stdin is not None
            process.stdin.close()
            try:
                async with asyncio.timeout(5):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
        if child.reader is not None:
            child.reader.cancel()
            with suppress(asyncio.CancelledError):
                await child.reader


def _orders(conference_id: int, sites: list[str]) -> list[tuple[int, bytes]]:
    """Return the number and the order line for each site, with a fresh token."""
    conference = Conference.objects.select_related("host_site").get(pk=conference_id)
    seats = Seat.objects.filter(
        entry__conference=conference,
        entry__site__key__in=sites,
        state=SeatState.ACTIVE,
        simulated=True,
    ).select_related("entry__site")
    orders = []
    for seat in seats:
        site = seat.entry.site
        token, _ = seat_tokens(conference, seat, site)
        order = {
            "op": "add",
            "url": settings.LOCAL_SIGNAL_URL,
            "token": token,
            "number": site.number,
            "site": site.key,
            "name": site.name,
            "host": site.pk == conference.host_site_id,
        }
        orders.append((site.number, json.dumps(order, ensure_ascii=False).encode() + b"\n"))
    return orders
