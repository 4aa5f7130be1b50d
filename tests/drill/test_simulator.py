"""The process that runs simulated sites for another one."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from diemcau.drill.receiver import Watch
from tests.drill.centre import NAMES, Centre

pytestmark = pytest.mark.engine

SOON = 15.0


class Child:
    """A running simulator."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        assert process.stdin is not None
        assert process.stdout is not None
        self._stdin, self._stdout = process.stdin, process.stdout

    def order(self, **order: object) -> None:
        self._stdin.write(json.dumps(order).encode() + b"\n")

    async def event(self, *wanted: str) -> dict[str, object]:
        """The next event of one of these kinds."""
        async with asyncio.timeout(SOON):
            while True:
                found: dict[str, object] = json.loads(await self._stdout.readline())
                if found["event"] in wanted:
                    return found

    def close_input(self) -> None:
        self._stdin.close()


@asynccontextmanager
async def simulator(cache: Path) -> AsyncIterator[Child]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "diemcau.drill.simulator", "--cache", str(cache)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    child = Child(process)
    try:
        yield child
    finally:
        child.close_input()
        async with asyncio.timeout(SOON):
            await process.wait()
        assert process.stderr is not None
        assert await process.stderr.read() == b""


def entry(centre: Centre, number: int) -> dict[str, object]:
    return {
        "op": "add",
        "url": centre.stack.installation.signal_url,
        "token": centre.token(number),
        "number": number,
        "name": NAMES[number],
    }


async def test_sites_are_added_and_removed_by_lines_of_json(centre: Centre, tmp_path: Path) -> None:
    await centre.show(2)
    witness = centre.site(1, watch=Watch.SCENE)
    async with simulator(tmp_path / "loops") as child:
        child.order(**entry(centre, 2))
        connected = await child.event("connected")
        assert (connected["number"], connected["detail"]) == (2, "site:site-2:s")
        await witness.journal.until(lambda: witness.journal.frame_of(2), SOON)
        child.order(op="remove", number=2)
        assert (await child.event("left"))["number"] == 2
        child.order(op="quit")
        async with asyncio.timeout(SOON):
            assert await child.process.wait() == 0


async def test_it_ends_with_the_process_that_needs_it(centre: Centre, tmp_path: Path) -> None:
    async with simulator(tmp_path / "loops") as child:
        child.order(**entry(centre, 2))
        await child.event("camera")
        child.close_input()
        async with asyncio.timeout(SOON):
            assert await child.process.wait() == 0


async def test_a_site_that_was_put_out_comes_back_only_with_a_new_token(
    centre: Centre, tmp_path: Path
) -> None:
    async with simulator(tmp_path / "loops") as child:
        child.order(**entry(centre, 2))
        await child.event("camera")
        await centre.remove(2)
        asked = await child.event("token_wanted", "connected")
        assert (asked["event"], asked["number"], asked["detail"]) == (
            "token_wanted",
            2,
            "put out",
        )
        child.order(**entry(centre, 2))
        assert (await child.event("connected", "token_wanted"))["event"] == "connected"


async def test_an_order_that_it_does_not_understand_is_reported_and_the_rest_goes_on(
    centre: Centre, tmp_path: Path
) -> None:
    async with simulator(tmp_path / "loops") as child:
        child.order(op="dance")
        await child.event("not_understood")
        child.order(**entry(centre, 3))
        await child.event("connected")
