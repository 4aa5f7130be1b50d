"""Numbers for Prometheus: one registry for each process, on a port of its own.

Labels are few and known beforehand: never a site, a person, a conference or a path as it was
asked. How many series there are depends on the code, not on how many sites take part.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    start_http_server,
)

# A second series beside each counter, with its birthday: nobody asks for it.
disable_created_metrics()  # type: ignore[no-untyped-call]

FAST = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds; the bounds of the histograms."""


def registry() -> CollectorRegistry:
    """Return a registry with what every process tells: memory, open files, processor time."""
    made = CollectorRegistry()
    ProcessCollector(registry=made)
    PlatformCollector(registry=made)
    GCCollector(registry=made)
    return made


@contextmanager
def served(registry: CollectorRegistry, host: str, port: int) -> Iterator[None]:
    """Answer on `port` with the numbers, from a thread: also while the process's work hangs.

    Raises OSError when the port is taken.
    """
    server, thread = start_http_server(port, addr=host, registry=registry)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
