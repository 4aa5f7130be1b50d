"""All processes of one installation as one thing that starts, serves, survives and stops.

Used by `diemcau up`, and as a library by the tests, the drill and the benchmark:

    async with Stack.isolated(tmp_path) as stack:
        stack.kill("engine")
        await stack.wait_ready()
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from diemcau.installation import ROOT, Installation, InstallationError, SignIn
from diemcau.supervisor import edge, engine, ports, swap
from diemcau.supervisor.logs import last_line, open_log, turn_over
from diemcau.supervisor.probes import http_probe, tls_probe
from diemcau.supervisor.process import TIED, Child, Process

READY_TIMEOUT = 60.0
"""Seconds for all processes to serve; a cold disk on an old server included."""

LOG_CHECK = 60.0
"""Seconds between two looks at the length of the logs."""

SILENCE = 20.0
"""Seconds without an answer after which a process is ended and started again. A machine under
full load answers late, but not that late."""

MANAGER = frozenset({"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
"""What a service manager tells the one process that it started."""

PREPARE = ("-m", "diemcau.config.prepare")


def processes_of(installation: Installation, only: str | None = None) -> list[Process]:
    """What runs in `installation`, in the order in which it is started.

    Writes the settings of the engine and the edge.

    Args:
        installation: whose processes.
        only: name of the one process that is wanted, when this machine runs no other.

    Raises InstallationError.
    """
    makers = {"engine": _engine, "web": _web, "worker": _worker}
    if installation.public_host is not None:
        makers["edge"] = _edge
    return [make(installation) for name, make in makers.items() if only in (None, name)]


def _engine(installation: Installation) -> Process:
    return Process(
        name="engine",
        argv=(str(engine.require()), "--config", str(engine.write_settings(installation))),
        # The engine needs nothing of ours, and reads its settings from LIVEKIT_* if there.
        environ={"PATH": os.environ.get("PATH", os.defpath)},
        probe=http_probe(installation.engine_url),
        silence=SILENCE,
    )


def _web(installation: Installation) -> Process:
    return Process(
        name="web",
        argv=(
            *(sys.executable, "-m", "uvicorn", "diemcau.config.asgi:application"),
            *("--host", installation.web_host, "--port", str(installation.port)),
            # One-time links stand in addresses: no list of requests.
            *("--no-access-log", "--no-server-header"),
            *("--proxy-headers", "--forwarded-allow-ips", installation.edge_host),
            # The numbers for monitoring are served from the start to the end of the process.
            *("--lifespan", "on"),
            *("--timeout-graceful-shutdown", "1"),
            # Longer than pages and edge keep a connection: none is closed under a command.
            *("--timeout-keep-alive", "75"),
        ),
        environ=_environ(installation),
        probe=http_probe(f"{installation.web_url}/health"),
        silence=SILENCE,
        cwd=ROOT,
    )


def _worker(installation: Installation) -> Process:
    return Process(
        name="worker",
        argv=(sys.executable, "-m", "diemcau.config.worker"),
        environ=_environ(installation),
        probe=http_probe(installation.worker_health_url),
        silence=SILENCE,
        cwd=ROOT,
    )


def _edge(installation: Installation) -> Process:
    assert installation.public_host is not None
    settings = edge.write_settings(installation)
    return Process(
        name="edge",
        argv=(
            *(str(edge.require()), "run"),
            *("--config", str(settings), "--adapter", "caddyfile"),
        ),
        environ={
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(installation.run_dir),
        },
        probe=tls_probe(installation.edge_port, installation.public_host),
    )


def _environ(installation: Installation) -> dict[str, str]:
    """The environment of our own processes. They give no signs of life to our service manager:
    that is the supervisor's."""
    given = installation.child_environ() | {"PYTHONUNBUFFERED": "1"}
    return {name: value for name, value in given.items() if name not in MANAGER}


class Stack:
    """The running processes of one installation; an async context manager.

    Entering it makes the data folders, takes the lock, checks the ports, prepares the database,
    starts every process and returns when all serve. Leaving it ends them all. Enter it in a
    thread that lives as long as it does: the kernel ends the processes with their thread.

    Args:
        installation: what to run.
        processes: which processes; None: `processes_of`.
        prepare: arguments for this Python to make the data ready, () for nothing to prepare.
        tell: called with the name of each step as it begins.

    Raises InstallationError on entering, one sentence that names the mend.
    """

    def __init__(
        self,
        installation: Installation,
        *,
        processes: Callable[[Installation], Sequence[Process]] = processes_of,
        prepare: Sequence[str] = PREPARE,
        tell: Callable[[str], None] = lambda step: None,
    ) -> None:
        self.installation = installation
        self._processes = processes
        self._prepare = tuple(prepare)
        self._tell = tell
        self._children: dict[str, Child] = {}
        self._lock: contextlib.ExitStack = contextlib.ExitStack()
        self._keeper: asyncio.Task[None] | None = None

    @classmethod
    def isolated(
        cls,
        data_dir: Path,
        *,
        province: str = "lam-dong",
        public_host: str | None = None,
        database_url: str | None = None,
        sign_in: SignIn | None = None,
        tell: Callable[[str], None] = lambda step: None,
    ) -> Stack:
        """A whole installation of its own in `data_dir`, on free ports, beside any other."""
        free: dict[str, Any] = {**ports.free_ports()}
        installation = Installation(
            data_dir=data_dir,
            province=province,
            public_host=public_host,
            database_url=database_url,
            tls_cert=None,
            tls_key=None,
            audit_anchor_file=None,
            audit_syslog=None,
            sign_in=sign_in or SignIn(),
            **free,
        )
        return cls(installation, tell=tell)

    async def __aenter__(self) -> Stack:
        try:
            await self._start()
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stop()

    # ---------------------------------------------------------- what runs

    @property
    def names(self) -> tuple[str, ...]:
        """The processes, in the order of their start."""
        return tuple(self._children)

    def pid(self, name: str) -> int:
        """Process number. Raises ProcessLookupError between its death and its next start."""
        pid = self._children[name].pid
        if pid is None:
            raise ProcessLookupError(name)
        return pid

    def runs(self, name: str) -> bool:
        """True while the process is there."""
        return self._children[name].pid is not None

    def restarts(self, name: str) -> int:
        """How often the process was started again after it died."""
        return self._children[name].restarts

    def hung(self, name: str) -> int:
        """How many of these restarts were ordered because the process did not answer."""
        return self._children[name].hung

    def kill(self, name: str) -> None:
        """SIGKILL one process, as a fault would. It is started again at once."""
        self._children[name].kill()

    def log(self, name: str) -> Path:
        """The file that the process's output goes to."""
        return self._children[name].log

    async def wait_ready(self, name: str | None = None, *, timeout: float = READY_TIMEOUT) -> None:
        """Return when one process (None: every process) serves; after `kill`, the new one.

        Raises InstallationError when it does not within `timeout` seconds or when the
        processes could not be kept.
        """
        children = list(self._children.values()) if name is None else [self._children[name]]
        waiting = asyncio.create_task(_all_ready(children, timeout))
        await self._unless_keeping_fails(waiting)

    async def run_until(self, stop: asyncio.Event) -> None:
        """Keep everything running until `stop` is set."""
        await self._unless_keeping_fails(asyncio.create_task(_until_set(stop)))

    async def _unless_keeping_fails(self, waiting: asyncio.Task[None]) -> None:
        """Await `waiting`, but raise at once what ended the keeping of the processes."""
        assert self._keeper is not None
        try:
            await asyncio.wait({waiting, self._keeper}, return_when=asyncio.FIRST_COMPLETED)
            if self._keeper.done():
                self._keeper.result()
            await waiting
        finally:
            waiting.cancel()

    # ------------------------------------------------------- start and stop

    async def _start(self) -> None:
        installation = self.installation
        installation.make_folders()
        if shutil.which(TIED[0]) is None:
            raise InstallationError(
                f"Thiếu chương trình {TIED[0]}: chạy apt-get install util-linux. "
                f"({TIED[0]} of util-linux is missing.)"
            )
        self._lock.enter_context(lock(installation))
        if swap.finish(installation):
            self._tell("Hoàn tất lần phục hồi dở (finished a restore that was cut off)")
        for port in ports.needed(installation):
            if problem := ports.complaint(port):
                raise InstallationError(problem)
        wanted = list(self._processes(installation))
        self._children = {p.name: Child(p, installation.log_dir) for p in wanted}
        self._tell("Chuẩn bị cơ sở dữ liệu (preparing the database)")
        await self._make_data_ready()
        self._tell(f"Khởi động {', '.join(self.names)} (starting)")
        self._keeper = asyncio.create_task(self._keep())
        await self.wait_ready()

    async def _keep(self) -> None:
        async with asyncio.TaskGroup() as group:
            kept = [group.create_task(child.keep()) for child in self._children.values()]
            turning = group.create_task(self._keep_logs_short())
            await asyncio.wait(kept)
            turning.cancel()

    async def _keep_logs_short(self) -> None:
        while True:
            for child in self._children.values():
                turn_over(child.log)
            await asyncio.sleep(LOG_CHECK)

    async def _make_data_ready(self) -> None:
        if not self._prepare:
            return
        path = self.installation.log_dir / "prepare.log"
        path.unlink(missing_ok=True)
        log = open_log(path)
        try:
            preparing = await asyncio.create_subprocess_exec(
                *TIED,
                sys.executable,
                *self._prepare,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.installation.child_environ(),
                cwd=ROOT,
                start_new_session=True,
            )
        finally:
            os.close(log)
        try:
            code = await preparing.wait()
        except asyncio.CancelledError:
            preparing.kill()
            await preparing.wait()
            raise
        if code != 0:
            raise InstallationError(
                f"Chưa chuẩn bị được cơ sở dữ liệu: {last_line(path)[:300] or code} "
                f"(preparing the database failed: see {path})"
            )

    async def _stop(self) -> None:
        for child in self._children.values():
            child.stop()
        keeper, self._keeper = self._keeper, None
        try:
            if keeper is not None:
                await keeper
        finally:
            self._lock.close()


async def _all_ready(children: Sequence[Child], timeout: float) -> None:
    for child in children:
        await child.wait_ready(timeout)


async def _until_set(event: asyncio.Event) -> None:
    await event.wait()


@contextlib.contextmanager
def lock(installation: Installation) -> Iterator[None]:
    """Hold the installation: one supervisor at a time. Raises InstallationError for a second."""
    path = installation.run_dir / "lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 32).decode("ascii", "replace").strip()
            raise InstallationError(
                f"diemcau đang chạy trên {installation.data_dir} (tiến trình {holder or '?'}): "
                "dừng nó trước, hoặc đặt DIEMCAU_DATA khác. (Already running: stop it first.)"
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)
