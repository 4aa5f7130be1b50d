"""The supervisor keeps what it started, and leaves nothing behind."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from diemcau.installation import Installation, InstallationError
from diemcau.supervisor import ports
from diemcau.supervisor.process import pause_before_start
from diemcau.supervisor.stack import Stack
from tests.supervisor.stubs import DIES, only, python, server, two_servers


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(tmp_path, "lam-dong", None, **ports.free_ports())


def alive(pid: int) -> bool:
    """True while the process runs; one that ended and waits to be read counts as gone."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in "ZX"


async def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


async def test_entering_returns_when_every_process_serves(installation: Installation) -> None:
    async with Stack(installation, processes=two_servers, prepare=()) as stack:
        assert stack.names == ("engine", "web")
        for port in (installation.engine_port, installation.port):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            await writer.wait_closed()


async def test_leaving_ends_every_process_also_one_that_ignores_the_first_request(
    installation: Installation,
) -> None:
    wanted = only(
        server("engine", installation.engine_port, "stubborn"), server("web", installation.port)
    )
    async with Stack(installation, processes=wanted, prepare=()) as stack:
        pids = [stack.pid(name) for name in stack.names]
        assert all(alive(pid) for pid in pids)
    assert not any(alive(pid) for pid in pids)


async def test_a_killed_process_is_started_again_and_the_others_go_on(
    installation: Installation,
) -> None:
    async with Stack(installation, processes=two_servers, prepare=()) as stack:
        engine, web = stack.pid("engine"), stack.pid("web")
        stack.kill("engine")
        await until(lambda: stack.restarts("engine") == 1 and _pid(stack, "engine") is not None)
        await stack.wait_ready()
        assert stack.pid("engine") != engine
        assert not alive(engine)
        assert (stack.pid("web"), stack.restarts("web")) == (web, 0)


async def test_after_a_kill_readiness_means_the_new_process(installation: Installation) -> None:
    async with Stack(installation, processes=two_servers, prepare=()) as stack:
        for turn in range(1, 4):
            stack.kill("engine")
            await stack.wait_ready("engine")
            assert stack.restarts("engine") == turn


def _pid(stack: Stack, name: str) -> int | None:
    try:
        return stack.pid(name)
    except ProcessLookupError:
        return None


def test_only_a_process_that_dies_again_and_again_waits_before_its_next_start() -> None:
    assert [pause_before_start(n) for n in (1, 2)] == [0, 0]
    assert 0 < pause_before_start(3) < pause_before_start(5) <= pause_before_start(50) == 5


async def test_a_process_that_cannot_run_is_reported_with_its_last_words(
    installation: Installation,
) -> None:
    wanted = only(server("engine", installation.engine_port), python("web", DIES, port=1))
    with pytest.raises(InstallationError, match=r"web.*no such table: site"):
        async with Stack(installation, processes=wanted, prepare=()):
            pytest.fail("started")
    assert ports.complaint(ports.needed(installation)[1]) is None


async def test_data_that_cannot_be_prepared_stops_the_start_before_any_process(
    installation: Installation,
) -> None:
    stack = Stack(installation, processes=two_servers, prepare=("-c", DIES))
    with pytest.raises(InstallationError, match="no such table: site"):
        await stack.__aenter__()
    assert not (installation.log_dir / "engine.log").exists()


async def test_a_second_supervisor_on_the_same_data_says_so_and_leaves_the_first_alone(
    installation: Installation,
) -> None:
    async with Stack(installation, processes=two_servers, prepare=()) as first:
        other = Installation(installation.data_dir, "lam-dong", None, **ports.free_ports())
        with pytest.raises(InstallationError, match=f"tiến trình {os.getpid()}"):
            await Stack(other, processes=two_servers, prepare=()).__aenter__()
        await first.wait_ready()
        assert first.restarts("engine") == 0
    async with Stack(installation, processes=two_servers, prepare=()):
        pass


async def test_a_taken_port_is_named_with_its_holder_and_the_variable_to_set(
    installation: Installation,
) -> None:
    taking = await asyncio.start_server(lambda r, w: None, "127.0.0.1", installation.engine_port)
    async with taking:
        with pytest.raises(InstallationError, match=r"ENGINE_PORT.*") as refusal:
            await Stack(installation, processes=two_servers, prepare=()).__aenter__()
    assert str(os.getpid()) in str(refusal.value)
    assert "\n" not in str(refusal.value)


async def test_output_goes_to_a_log_that_only_its_owner_reads(installation: Installation) -> None:
    async with Stack(installation, processes=two_servers, prepare=()) as stack:
        log = stack.log("engine")
        assert "listening" in log.read_text()
        assert log.stat().st_mode & 0o777 == 0o600


SUPERVISOR = """
import asyncio, os, sys
from pathlib import Path
from diemcau.installation import Installation
from diemcau.supervisor.stack import Stack
from tests.supervisor.stubs import two_servers

async def main():
    here = Installation.from_environ()
    async with Stack(here, processes=two_servers, prepare=()) as stack:
        print(*(stack.pid(name) for name in stack.names), flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_no_process_outlives_a_supervisor_that_was_killed(
    installation: Installation,
) -> None:
    root = Path(__file__).resolve().parents[2]
    environ = installation.child_environ() | {"PYTHONPATH": f"{root}:{root / 'src'}"}
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR], env=environ, stdout=subprocess.PIPE, text=True
    )
    with supervisor:
        assert supervisor.stdout is not None
        pids = [int(pid) for pid in supervisor.stdout.readline().split()]
        assert len(pids) == 2
        assert all(alive(pid) for pid in pids)
        supervisor.send_signal(signal.SIGKILL)
    await until(lambda: not any(alive(pid) for pid in pids))
