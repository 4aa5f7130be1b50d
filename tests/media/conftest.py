"""Both engines for the contract."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from .rigs import FakeRig, Heard, LiveRig, Rig, live_stack


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def live(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple]:
    """One real engine for all tests of a module: each test has rooms of its own."""
    listeners: list[Heard] = []
    async with live_stack(tmp_path_factory.mktemp("engine"), listeners) as stack:
        yield stack, listeners


@pytest_asyncio.fixture(
    loop_scope="module",
    params=["fake", pytest.param("livekit", marks=pytest.mark.engine)],
)
async def rig(request: pytest.FixtureRequest, live: tuple) -> AsyncIterator[Rig]:
    """An engine: what is true of one must be true of the other."""
    if request.param == "fake":
        yield FakeRig()
        return
    stack, listeners = live
    found = LiveRig(stack)
    listeners.append(found.heard)
    yield found
    listeners.remove(found.heard)
    await found.close()
