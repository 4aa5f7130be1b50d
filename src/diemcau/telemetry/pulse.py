"""Whether the work of a process goes on: not only that the process is there."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator

SILENCE = 30.0
"""Seconds without a sweep after which the worker counts as hung. A sweep that waits for a
database that is gone takes some 10 s."""

LONGEST_ROUND = 60.0
"""Seconds that one round of one conference may take; each call to the engine has its own limit."""


class Pulse:
    """The heartbeat of the worker, kept by the conductor and read by health checks and metrics.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begun = clock()
        self._swept: float | None = None
        self._read: float | None = None
        self._rounds: dict[int, float] = {}
        self.engine_up = False
        """What the engine last said, or did not say."""

    def swept(self, *, database: bool) -> None:
        """A sweep ended; `database` says whether it could read."""
        self._swept = self._clock()
        if database:
            self._read = self._swept

    @contextlib.contextmanager
    def round(self, conference: int) -> Iterator[None]:
        """A round of a conference runs."""
        self._rounds[conference] = self._clock()
        try:
            yield
        finally:
            self._rounds.pop(conference, None)

    @property
    def sweep_age(self) -> float:
        """Seconds since the last sweep ended, or since the start."""
        return self._clock() - (self._begun if self._swept is None else self._swept)

    @property
    def database_age(self) -> float:
        """Seconds since the database was last read, or since the start."""
        return self._clock() - (self._begun if self._read is None else self._read)

    @property
    def round_age(self) -> float:
        """Seconds that the oldest running round has taken."""
        begun = list(self._rounds.values())  # read from another thread
        return max(0.0, self._clock() - min(begun)) if begun else 0.0

    @property
    def alive(self) -> bool:
        """The conductor goes on."""
        return self.sweep_age < SILENCE and self.round_age < LONGEST_ROUND

    @property
    def database_up(self) -> bool:
        """The last sweep read the database, and not long ago."""
        return self._read is not None and self._read == self._swept
