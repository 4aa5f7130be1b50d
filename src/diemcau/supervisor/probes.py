"""Ask a process on this machine whether it serves. One question, one short time-out, no retry."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from diemcau.installation import LOOPBACK

Probe = Callable[[], Awaitable[bool]]
"""True when the process behind it serves; never raises."""

PATIENCE = 1.0
"""Seconds for one answer."""


def http_probe(url: str) -> Probe:
    """A probe that wants status 200 from `url` (plain http on this machine)."""
    parts = urlsplit(url)
    host, port, path = parts.hostname or "", parts.port or 80, parts.path or "/"
    request = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode()

    async def ask() -> bool:
        reader, writer = await asyncio.open_connection(host, port)
        try:
            writer.write(request)
            status = await reader.readline()
        finally:
            writer.close()
        return status.split(b" ", 2)[1:2] == [b"200"]

    return _patient(ask)


def tls_probe(port: int, name: str) -> Probe:
    """A probe that wants a TLS handshake for `name` on this machine.

    The edge takes connections some moments before it has made its certificate. Whether that
    certificate is the right one is for the browsers to judge, not for this probe.
    """
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE

    async def ask() -> bool:
        _, writer = await asyncio.open_connection(LOOPBACK, port, ssl=context, server_hostname=name)
        writer.close()
        return True

    return _patient(ask)


def _patient(ask: Probe) -> Probe:
    async def probe() -> bool:
        try:
            async with asyncio.timeout(PATIENCE):
                return await ask()
        except (OSError, TimeoutError):
            return False

    return probe
