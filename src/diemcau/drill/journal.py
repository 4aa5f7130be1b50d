"""What a simulated site saw and heard, with the times, for whoever judges a drill.

Times are seconds of the monotonic clock, which all processes of one machine share.
"""

import asyncio
import itertools
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

KEPT = 60_000
"""Frames and windows of sound kept: half an hour of one picture, 20 minutes of one voice."""

AUDIBLE_DBFS = -50.0
"""What is louder counts as sound; the simulated tones arrive at about -20."""


class Kind(StrEnum):
    """What can happen to a simulated site."""

    CONNECTED = "connected"
    LOST = "lost"
    REFUSED = "refused"
    LEFT = "left"
    WORD = "word"
    CAMERA = "camera"
    MIC_OPEN = "mic_open"
    MIC_CLOSED = "mic_closed"
    PICTURE = "picture"


@dataclass(frozen=True)
class Event:
    """One thing that happened.

    Args:
        at: when.
        kind: what.
        detail: of whom or why: a site's key, a word's version, a reason.
    """

    at: float
    kind: Kind
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """A decoded frame: when, whose camera (key of the site), and the site number in its mark."""

    at: float
    site: str
    mark: int | None


@dataclass(frozen=True, slots=True)
class Sound:
    """20 ms of decoded sound: when, whose microphone, which tone, how loud."""

    at: float
    site: str
    number: int | None
    dbfs: float

    @property
    def audible(self) -> bool:
        """True for anything that an ear in the hall would hear."""
        return self.dbfs > AUDIBLE_DBFS


Found = TypeVar("Found")
Timed = TypeVar("Timed", Seen, Sound)


@dataclass
class Journal:
    """The record of one simulated site. Only that site writes it."""

    events: list[Event] = field(default_factory=list)
    frames: deque[Seen] = field(default_factory=lambda: deque(maxlen=KEPT))
    sounds: deque[Sound] = field(default_factory=lambda: deque(maxlen=KEPT))
    tell: Callable[[Event], None] | None = None
    """Called with each event as it happens."""
    _waiting: set[asyncio.Event] = field(default_factory=set)

    def note(self, kind: Kind, detail: str = "") -> None:
        """Write down an event."""
        self.take(Event(time.monotonic(), kind, detail))

    def take(self, event: Event) -> None:
        """Write down an event that another process saw."""
        self.events.append(event)
        if self.tell:
            self.tell(event)
        self.changed()

    def saw(self, site: str, mark: int | None) -> None:
        """Write down a decoded frame."""
        self.frames.append(Seen(time.monotonic(), site, mark))
        self.changed()

    def heard(self, site: str, number: int | None, dbfs: float) -> None:
        """Write down 20 ms of sound."""
        self.sounds.append(Sound(time.monotonic(), site, number, dbfs))
        self.changed()

    def changed(self) -> None:
        """Wake whoever waits in `until`."""
        for waiting in self._waiting:
            waiting.set()

    async def until(self, look: Callable[[], Found | None], timeout: float) -> Found:
        """Wait until ``look`` returns something other than None or False, and return it.

        Args:
            look: called after each change.
            timeout: seconds. Raises TimeoutError.
        """
        news = asyncio.Event()
        self._waiting.add(news)
        try:
            async with asyncio.timeout(timeout):
                while not (found := look()):
                    await news.wait()
                    news.clear()
                return found
        finally:
            self._waiting.discard(news)

    # -------------------------------------------------------------- reading

    def first(self, kind: Kind, *, since: float = 0.0, detail: str | None = None) -> Event | None:
        """The first event of a kind at or after ``since``."""
        return next(
            (
                event
                for event in self.events
                if event.kind is kind
                and event.at >= since
                and (detail is None or event.detail == detail)
            ),
            None,
        )

    def frame_of(self, number: int, *, since: float = 0.0) -> Seen | None:
        """The first frame at or after ``since`` that shows site ``number``."""
        return next((f for f in _newest(self.frames, since) if f.mark == number), None)

    def tone_of(self, number: int, *, since: float = 0.0) -> Sound | None:
        """The first sound at or after ``since`` that is the tone of site ``number``."""
        return next((s for s in _newest(self.sounds, since) if s.number == number), None)

    def first_sound(self, site: str, *, since: float = 0.0) -> Sound | None:
        """The first audible sound from ``site`` at or after ``since``."""
        return next((s for s in _newest(self.sounds, since) if s.site == site and s.audible), None)

    def last_sound(self, site: str, *, since: float = 0.0) -> Sound | None:
        """The last audible sound from ``site`` at or after ``since``."""
        heard = [s for s in _newest(self.sounds, since) if s.site == site and s.audible]
        return heard[-1] if heard else None

    def longest_gap(self, site: str, since: float, until: float) -> float:
        """The longest time without a new frame of ``site`` between two moments, in seconds."""
        return _longest_gap((f.at for f in self.frames if f.site == site), since, until)

    def longest_silence(self, site: str, since: float, until: float) -> float:
        """The longest time without audible sound of ``site`` between two moments, in seconds."""
        heard = (s.at for s in self.sounds if s.site == site and s.audible)
        return _longest_gap(heard, since, until)


def _newest(all_of_them: deque[Timed], since: float) -> list[Timed]:
    found: list[Timed] = []
    for item in reversed(all_of_them):
        if item.at < since:
            break
        found.append(item)
    found.reverse()
    return found


def _longest_gap(times: Iterable[float], since: float, until: float) -> float:
    inside = [at for at in times if since <= at <= until]
    edges = [since, *inside, until]
    return max(later - earlier for earlier, later in itertools.pairwise(edges))
