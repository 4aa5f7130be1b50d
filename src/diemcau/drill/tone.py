"""The sound of a simulated site: two tones that name it, and the ear that knows them again.

Like the keys of a telephone, a site number is a pair: one of 24 low and one of 24 high tones.
All lie where Opus keeps speech, and far enough apart for a window of 80 ms.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .mark import HIGHEST

SAMPLE_RATE = 48_000
"""Samples per second of what is published."""

LOW = tuple(400 + 40 * step for step in range(24))
HIGH = tuple(1600 + 60 * step for step in range(24))
"""Hertz."""

EACH_DBFS = -20.0
"""Level of each of the two tones."""

_AUDIBLE_DBFS = -50.0
_AHEAD_DB = 6.0
"""By how much the tone named must exceed the next best of its group."""


@dataclass(frozen=True)
class Heard:
    """What a window of sound holds.

    Args:
        number: the site whose tone it is, or None for silence and anything else.
        dbfs: level of the whole, RMS against full scale; -120 for digital silence.
    """

    number: int | None
    dbfs: float


def frequencies(number: int) -> tuple[int, int]:
    """Return the low and the high tone in hertz. Raises ValueError outside 0…511."""
    if not 0 <= number <= HIGHEST:
        raise ValueError(f"a tone names 0…{HIGHEST}, not {number}")
    low, high = divmod(number, len(HIGH))
    return LOW[low], HIGH[high]


def tone(number: int, seconds: float, *, start: int = 0) -> NDArray[np.int16]:
    """Return the tone of a site, mono, 48 kHz.

    Args:
        number: the site's number.
        seconds: length.
        start: sample at which to begin, so that pieces join without a click.
    """
    at = np.arange(start, start + round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    peak = 10 ** (EACH_DBFS / 20)
    wave = sum(peak * np.sin(2 * np.pi * hertz * at) for hertz in frequencies(number))
    return np.asarray(wave * 32767, dtype=np.int16)


def level(pcm: NDArray[np.int16]) -> float:
    """RMS of the samples in dBFS, never below -120."""
    if not len(pcm):
        return -120.0
    rms = float(np.sqrt(np.mean(np.square(pcm.astype(np.float64) / 32768))))
    return max(-120.0, 20 * float(np.log10(rms))) if rms > 0 else -120.0


class Ear:
    """Names tones in windows of one length (Goertzel's filter for all 48 tones at once).

    Args:
        samples: length of a window; 80 ms or more.
        rate: samples per second.
    """

    def __init__(self, samples: int, rate: int) -> None:
        at = np.arange(samples) / rate
        turning = 2 * np.pi * np.outer(np.array(LOW + HIGH), at)
        window = np.hanning(samples)
        weight = window * (2 / window.sum()) / 32768
        # Cosines above sines, in single precision: one product judges a window in microseconds.
        self._probe = np.vstack([np.cos(turning) * weight, np.sin(turning) * weight]).astype(
            np.float32
        )

    def hear(self, pcm: NDArray[np.int16]) -> Heard:
        """Return which site's tone the window holds, and how loud it is."""
        dbfs = level(pcm)
        if dbfs < _AUDIBLE_DBFS:
            return Heard(None, dbfs)
        parts = self._probe @ pcm.astype(np.float32)
        strength = np.hypot(parts[: len(parts) // 2], parts[len(parts) // 2 :])
        low = _clear_best(strength[: len(LOW)])
        high = _clear_best(strength[len(LOW) :])
        if low is None or high is None:
            return Heard(None, dbfs)
        number = low * len(HIGH) + high
        return Heard(number if number <= HIGHEST else None, dbfs)


def _clear_best(strength: NDArray[np.float32]) -> int | None:
    second, best = np.partition(strength, -2)[-2:]
    if best < 10 ** (_AUDIBLE_DBFS / 20) or best < second * 10 ** (_AHEAD_DB / 20):
        return None
    return int(strength.argmax())
