"""One process by itself, for a service manager that keeps it."""

import asyncio
import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from diemcau.installation import Installation, InstallationError
from diemcau.supervisor import one
from diemcau.supervisor.stack import processes_of
from diemcau.telemetry import notify


class Became(Exception):
    """This process would have become another."""


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    monkeypatch.setenv("DIEMCAU_DATA", str(tmp_path / "var"))
    monkeypatch.setattr(os, "chdir", lambda folder: None)

    def become(program: str, argv: Sequence[str], environ: dict[str, str]) -> None:
        raise Became(tuple(argv), environ)

    monkeypatch.setattr(os, "execvpe", become)
    return Installation.from_environ()


@pytest.mark.parametrize("name", ["web", "worker"])
def test_it_becomes_what_the_supervisor_would_start(
    name: str, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    (wanted,) = processes_of(installation, only=name)
    monkeypatch.setenv("NOTIFY_SOCKET", "/run/x")
    monkeypatch.setenv("WATCHDOG_USEC", "60000000")
    with pytest.raises(Became) as became:
        one.main([name])
    argv, environ = became.value.args
    assert argv == wanted.argv
    assert Installation.from_environ(environ) == installation
    assert environ["WATCHDOG_USEC"] == "60000000"
    assert "NOTIFY_SOCKET" not in wanted.environ, "under the supervisor it is the supervisor's"


def test_without_a_public_host_there_is_no_edge_to_run(installation: Installation) -> None:
    with pytest.raises(InstallationError, match="PUBLIC_HOST"):
        one.main(["edge"])


def test_preparing_becomes_the_step_before_every_start(installation: Installation) -> None:
    with pytest.raises(Became) as became:
        one.prepare([])
    assert became.value.args[0] == (sys.executable, "-m", "diemcau.config.prepare")


def test_a_machine_that_runs_the_web_alone_needs_no_engine(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> Path:
        raise InstallationError("no engine")

    monkeypatch.setattr("diemcau.supervisor.engine.require", missing)
    assert [p.name for p in processes_of(installation, only="web")] == ["web"]


def test_the_service_manager_hears_that_the_process_is_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        assert notify.tell("READY=1", "STATUS=http://localhost")
        assert manager.recv(100) == b"READY=1\nSTATUS=http://localhost"
    assert not notify.tell("READY=1"), "it is gone, and nothing breaks"
    monkeypatch.delenv("NOTIFY_SOCKET")
    assert not notify.tell("READY=1")


def test_signs_of_life_come_three_times_in_the_time_allowed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    assert notify.watchdog_pause() is None
    monkeypatch.setenv("WATCHDOG_USEC", "60000000")
    assert notify.watchdog_pause() == 20
    monkeypatch.setenv("WATCHDOG_PID", "1")
    assert notify.watchdog_pause() is None, "meant for another process"


async def test_a_worker_that_hangs_gives_no_sign_of_life(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as manager:
        manager.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "3000")
        monkeypatch.delenv("WATCHDOG_PID", raising=False)
        asked = asyncio.Event()
        alive = [True]

        def says() -> bool:
            asked.set()
            return alive[0]

        telling = asyncio.create_task(notify.keep_telling(says))
        await asked.wait()
        await asyncio.sleep(0)
        assert manager.recv(100) == b"WATCHDOG=1"
        alive[0] = False
        for _ in range(3):
            asked.clear()
            await asked.wait()
        while True:
            try:
                manager.recv(100)  # what was sent before it hung
            except BlockingIOError:
                break
        asked.clear()
        await asked.wait()
        await asyncio.sleep(0.01)
        with pytest.raises(BlockingIOError):
            manager.recv(100)
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
