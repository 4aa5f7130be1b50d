"""A real engine of its own on free loopback ports."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from diemcau.installation import Installation
from diemcau.supervisor.ports import free_ports
from diemcau.supervisor.stack import Stack, processes_of
from tests.drill.centre import Centre


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[Centre]:
    """A running engine with one empty room, and who commands it."""
    installation = Installation(data_dir=tmp_path / "var", **free_ports())
    stack = Stack(installation, processes=lambda i: processes_of(i)[:1], prepare=())
    async with stack, Centre(stack, tmp_path / "loops") as centre:
        await centre.make_room()
        yield centre
