"""A process that is there but does not go on is ended and started again."""

import asyncio
import os
import signal
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from diemcau.installation import Installation
from diemcau.supervisor import numbers, ports
from diemcau.supervisor.process import Process
from diemcau.supervisor.stack import Stack, processes_of
from tests.supervisor.stubs import only, python, server
from tests.supervisor.test_stack import alive, until

HANGS = """
import http.server, sys
class Answer(http.server.BaseHTTPRequestHandler):
    asked = 0
    def do_GET(self):
        Answer.asked += 1
        self.send_response(200 if Answer.asked <= 2 else 503); self.end_headers()
    def log_message(self, *words): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""
"""Serves, and after the second question says of itself that its work hangs."""


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(tmp_path, "lam-dong", None, **ports.free_ports())


async def test_a_stopped_process_is_ended_and_another_takes_its_place(
    installation: Installation,
) -> None:
    watched = replace(server("web", installation.port), silence=0.4)
    beside = replace(server("engine", installation.engine_port), silence=0.4)
    async with Stack(installation, processes=only(beside, watched), prepare=()) as stack:
        hung, engine = stack.pid("web"), stack.pid("engine")
        # The watch must have seen it serve, which the start of the stack has not waited for.
        await asyncio.sleep(0.2)
        os.kill(hung, signal.SIGSTOP)
        await until(lambda: stack.hung("web") == 1)
        await until(lambda: stack.runs("web"))
        await stack.wait_ready()
        assert stack.pid("web") != hung
        assert not alive(hung)
        assert (stack.pid("engine"), stack.restarts("engine")) == (engine, 0)


async def test_a_process_that_says_its_work_hangs_is_ended_too(
    installation: Installation,
) -> None:
    process = replace(
        python("worker", HANGS, str(installation.worker_port), port=installation.worker_port),
        silence=0.4,
    )
    async with Stack(installation, processes=only(process), prepare=()) as stack:
        await until(lambda: stack.hung("worker") == 1)


async def test_a_process_that_never_served_is_left_to_its_slow_start(
    installation: Installation,
) -> None:
    sleeps = "import time; time.sleep(60)"
    slow = replace(python("web", sleeps, port=installation.port), silence=0.05)
    stack = Stack(installation, processes=only(slow), prepare=())
    starting = asyncio.create_task(stack.__aenter__())
    await until(lambda: "web" in stack.names and stack.runs("web"))
    await asyncio.sleep(0.6)
    assert stack.restarts("web") == 0
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)


async def test_the_real_worker_is_brought_back_when_it_is_stopped(
    installation: Installation,
) -> None:
    def worker(here: Installation) -> Sequence[Process]:
        return [replace(process, silence=1.5) for process in processes_of(here, only="worker")]

    async with Stack(installation, processes=worker) as stack:
        hung = stack.pid("worker")
        await asyncio.sleep(0.5)
        os.kill(hung, signal.SIGSTOP)
        await until(lambda: stack.hung("worker") == 1, seconds=20)
        await stack.wait_ready()
        await until(lambda: stack.runs("worker"))
        assert stack.pid("worker") != hung

        def value(name: str) -> float | None:
            return numbers.of(stack).get_sample_value(name, {"name": "worker"})

        assert value("diemcau_process_up") == 1
        assert value("diemcau_process_restarts_total") == 1
        assert value("diemcau_process_hung_total") == 1
