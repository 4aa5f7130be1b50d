"""Simulated sites in processes of their own, so that their work does not slow the measuring."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .journal import Event, Journal, Kind
from .receiver import Watch

GRACE = 10.0
"""Seconds for a simulator to let its sites leave."""


class Crew:
    """Some simulator processes, and the journal of each of their sites.

    Args:
        cache: folder of encoded pictures.
        processes: over how many processes the sites are spread.
    """

    def __init__(self, cache: Path, processes: int) -> None:
        self._cache = cache
        self._count = processes
        self._processes: list[asyncio.subprocess.Process] = []
        self._listening: list[asyncio.Task[None]] = []
        self._renew: dict[int, Callable[[], Awaitable[str | None]]] = {}
        self._orders: dict[int, dict[str, Any]] = {}
        self.journals: dict[int, Journal] = {}

    async def __aenter__(self) -> Self:
        for _ in range(self._count):
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "diemcau.drill.simulator", "--cache", str(self._cache)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
            self._processes.append(process)
            self._listening.append(asyncio.create_task(self._listen(process)))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in self._processes:
            if process.stdin is not None:
                process.stdin.close()
        for process in self._processes:
            try:
                async with asyncio.timeout(GRACE):
                    await process.wait()
            except TimeoutError:
                process.kill()
        await asyncio.gather(*self._listening)

    @property
    def pids(self) -> list[int]:
        """The process numbers."""
        return [process.pid for process in self._processes]

    def add(
        self,
        number: int,
        name: str,
        *,
        url: str,
        token: str,
        host: bool = False,
        watch: Watch = Watch.ONE,
        large: bool = False,
        bitrate: int = 0,
        renew: Callable[[], Awaitable[str | None]],
    ) -> Journal:
        """Let a site take part and return its journal, which fills as its process reports."""
        journal = self.journals[number] = Journal()
        self._renew[number] = renew
        self._orders[number] = {
            "op": "add",
            "url": url,
            "token": token,
            "number": number,
            "name": name,
            "host": host,
            "watch": watch,
            "large": large,
            "bitrate": bitrate,
        }
        self._send(number, self._orders[number])
        return journal

    def _send(self, number: int, order: dict[str, Any]) -> None:
        stdin = self._processes[number % self._count].stdin
        assert stdin is not None
        stdin.write(json.dumps(order).encode() + b"\n")

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async with asyncio.TaskGroup() as tasks:
            async for line in process.stdout:
                told = json.loads(line)
                if told["event"] == "token_wanted":
                    tasks.create_task(self._send_token(told["number"]))
                elif "at" in told:
                    journal = self.journals[told["number"]]
                    journal.take(Event(told["at"], Kind(told["event"]), told["detail"]))

    async def _send_token(self, number: int) -> None:
        token = await self._renew[number]()
        if token is None:
            self._send(number, {"op": "remove", "number": number})
        else:
            self._send(number, self._orders[number] | {"token": token})
