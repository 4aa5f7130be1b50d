"""The row of blocks at the top of a simulated picture, by which a machine knows the site."""

import numpy as np
from numpy.typing import NDArray

HIGHEST = 511
"""The largest site number that a mark (and a tone) can carry."""

BLOCKS = 16
_NUMBER_BITS, _CHECK_BITS = 9, 4
_START = (1, 0, 1)
_DARK, _LIGHT = 100, 150
"""Mean luma below and above which a block counts: what lies between is no mark."""


def bits(number: int) -> tuple[int, ...]:
    """Return the blocks of a mark, 1 for white: start, number, checksum.

    Raises ValueError for a number outside 0…511.
    """
    if not 0 <= number <= HIGHEST:
        raise ValueError(f"a mark carries 0…{HIGHEST}, not {number}")
    return (*_START, *_digits(number, _NUMBER_BITS), *_digits(_check(number), _CHECK_BITS))


def rows(height: int) -> int:
    """How many lines at the top of a picture of this height the mark takes."""
    return max(8, height // 22)


def read_mark(luma: NDArray[np.uint8]) -> int | None:
    """Return the site number in a decoded picture, or None where there is no clean mark.

    Args:
        luma: the Y plane, height × width.
    """
    height, width = luma.shape
    if width < 4 * BLOCKS or height < rows(height):
        return None
    tall, wide = rows(height), width / BLOCKS
    found: list[int] = []
    for block in range(BLOCKS):
        # The inner part only: the edges are soft after coding and scaling.
        left, right = int((block + 0.25) * wide), int((block + 0.75) * wide)
        mean = float(luma[tall // 4 : max(tall // 4 + 1, tall * 3 // 4), left:right].mean())
        if _DARK <= mean <= _LIGHT:
            return None
        found.append(int(mean > _LIGHT))
    number = _value(found[len(_START) : len(_START) + _NUMBER_BITS])
    return number if tuple(found) == bits(number) else None


def _digits(value: int, count: int) -> tuple[int, ...]:
    return tuple(value >> place & 1 for place in reversed(range(count)))


def _value(digits: list[int]) -> int:
    return int("".join(map(str, digits)), 2)


def _check(number: int) -> int:
    """Four bits that differ for neighbouring numbers and are never all equal to the number's."""
    return (number ^ number >> 4 ^ number >> 8 ^ 0b1010) & 0b1111
