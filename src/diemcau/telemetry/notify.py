"""Tell systemd that the process is ready, and that it goes on (sd_notify(3)). Else nothing."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable


def tell(*lines: str) -> bool:
    """Send a notice such as ``READY=1``; True when a service manager was there to take it."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]
    with (
        contextlib.suppress(OSError),
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sending,
    ):
        sending.connect(address)
        sending.sendall("\n".join(lines).encode())
        return True
    return False


def watchdog_pause() -> float | None:
    """Seconds between two signs of life that the service manager wants; None: it wants none."""
    if os.environ.get("WATCHDOG_PID") not in (None, str(os.getpid())):
        return None
    try:
        return int(os.environ["WATCHDOG_USEC"]) / 1_000_000 / 3
    except (KeyError, ValueError):
        return None


async def keep_telling(alive: Callable[[], bool] = lambda: True) -> None:
    """Give the signs of life that the service manager wants, as long as `alive()`."""
    pause = watchdog_pause()
    while pause is not None:
        if alive():
            tell("WATCHDOG=1")
        await asyncio.sleep(pause)
