"""One process that must run: started, watched, started again when it dies, stopped."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from diemcau.installation import InstallationError
from diemcau.supervisor.logs import last_line, open_log
from diemcau.supervisor.probes import Probe

log = logging.getLogger(__name__)

POLL = 0.02
"""Seconds between two questions whether a starting process serves."""

WATCH = 2.0
"""Seconds between two questions whether a running process still serves."""

STEADY = 5.0
"""Seconds after which a process counts as running: its next death is not "again"."""

LONGEST_PAUSE = 5.0
"""Seconds between two starts of a process that dies again and again."""

GIVE_UP = 4
"""Deaths before the first readiness after which a start is reported as failed."""

SECOND_REQUEST = 0.3
"""Seconds between asking a process to end and asking once more."""

GRACE = 3.0
"""Seconds between asking a second time and ending it."""

# The kernel ends the child when the thread that started it is gone, however it went: no orphan
# outlives a supervisor that was killed. util-linux is on every Debian; a helper program instead
# of code between fork and exec, which is unsafe in a process with threads.
TIED = ("setpriv", "--pdeathsig", "KILL", "--")


@dataclass(frozen=True)
class Process:
    """What to run and how to see that it serves.

    Args:
        name: also the name of its log.
        argv: program and arguments; never a secret, every user can read them.
        environ: its whole environment.
        probe: says whether it serves; None: running is enough.
        silence: seconds without a good answer, after the first one, that end a process as hung;
            None: never.
    """

    name: str
    argv: tuple[str, ...]
    environ: Mapping[str, str] = field(repr=False)
    probe: Probe | None = None
    cwd: Path | None = None
    silence: float | None = None


def pause_before_start(deaths_in_a_row: int) -> float:
    """Seconds to wait before starting again; at once for the first two deaths in a row."""
    if deaths_in_a_row <= 2:
        return 0.0
    return min(LONGEST_PAUSE, 0.1 * 2.0 ** (deaths_in_a_row - 3))


class Child:
    """Keeps one `Process` running from `keep()` until `stop()`."""

    def __init__(self, process: Process, log_dir: Path) -> None:
        self.process = process
        self.log = log_dir / f"{process.name}.log"
        self.pid: int | None = None
        """The running process; None between a death and the next start."""
        self.restarts = 0
        """How often it was started again after a death."""
        self.hung = 0
        """How many of these deaths were ordered, because it did not answer any more."""
        self._expected = 0
        self._been_ready = False
        self._stopping = asyncio.Event()
        self._started = asyncio.Event()

    async def keep(self) -> None:
        """Run the process, and again whenever it dies, until `stop()`."""
        loop = asyncio.get_running_loop()
        stopping = loop.create_task(self._stopping.wait())
        deaths = 0
        try:
            while not self._stopping.is_set():
                begun = loop.time()
                running = await self._start()
                ended = loop.create_task(running.wait())
                watching = loop.create_task(self._watch(running))
                try:
                    await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
                    if not ended.done():
                        await self._end(running)
                    await ended
                finally:
                    watching.cancel()
                    self.pid = None
                    self._started.clear()
                    if running.returncode is None:
                        running.kill()
                if self._stopping.is_set():
                    return
                deaths = deaths + 1 if loop.time() - begun < STEADY else 1
                self.restarts += 1
                log.warning(
                    "%s ended with %s, restart %d",
                    self.process.name,
                    running.returncode,
                    self.restarts,
                )
                pause = pause_before_start(deaths)
                if pause:
                    await asyncio.wait({stopping}, timeout=pause)
        finally:
            stopping.cancel()

    async def _start(self) -> asyncio.subprocess.Process:
        log = open_log(self.log)
        try:
            running = await asyncio.create_subprocess_exec(
                *TIED,
                *self.process.argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(self.process.environ),
                cwd=self.process.cwd,
                # A Ctrl-C in the terminal reaches the supervisor only, which ends all in order.
                start_new_session=True,
            )
        finally:
            os.close(log)
        self.pid = running.pid
        self._started.set()
        return running

    async def _watch(self, running: asyncio.subprocess.Process) -> None:
        """End the process once it has served and then not answered for `silence` seconds.

        With SIGKILL: one that was stopped, or whose loop hangs, hears nothing else.
        """
        probe, silence = self.process.probe, self.process.silence
        if probe is None or silence is None:
            return
        loop = asyncio.get_running_loop()
        served: float | None = None
        while True:
            if await probe():
                served = loop.time()
            elif served is not None and loop.time() - served > silence:
                log.error("%s has not answered for %.0f s: ended", self.process.name, silence)
                self.hung += 1
                running.kill()
                return
            await asyncio.sleep(min(WATCH, silence / 4))

    async def _end(self, running: asyncio.subprocess.Process) -> None:
        # The engine waits for its participants after the first request and ends at the second.
        for request, patience in (
            (signal.SIGTERM, SECOND_REQUEST),
            (signal.SIGTERM, GRACE),
            (signal.SIGKILL, GRACE),
        ):
            if running.returncode is not None:
                return
            running.send_signal(request)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    await running.wait()

    def stop(self) -> None:
        """Ask `keep()` to end the process and return."""
        self._stopping.set()

    def kill(self) -> None:
        """SIGKILL the process as a fault would; `wait_ready()` then waits for the next one."""
        if self.pid is None:
            raise ProcessLookupError(self.process.name)
        self._expected = self.restarts + 1
        os.kill(self.pid, signal.SIGKILL)

    async def wait_ready(self, timeout: float) -> None:
        """Return when the process serves.

        Raises InstallationError with its last log line when it dies again and again or
        does not serve within `timeout` seconds.
        """
        try:
            async with asyncio.timeout(timeout):
                while not await self._serves():
                    if not self._been_ready and self.restarts >= GIVE_UP:
                        raise InstallationError(self._failed("dừng ngay sau khi chạy", "dies"))
                    await asyncio.sleep(POLL)
        except TimeoutError:
            raise InstallationError(
                self._failed(f"chưa trả lời sau {timeout:.0f} giây", "does not answer")
            ) from None
        self._been_ready = True

    async def _serves(self) -> bool:
        await self._started.wait()
        if self.restarts < self._expected:
            return False
        return self.process.probe is None or await self.process.probe()

    def _failed(self, vietnamese: str, english: str) -> str:
        return (
            f"{self.process.name} {vietnamese}: xem {self.log}. "
            f"({self.process.name} {english}; last line: {last_line(self.log)[:200]})"
        )
