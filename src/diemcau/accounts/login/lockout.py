"""For how long a source waits after failed sign-ins. Pure.

A lock holds for one account from one address: a stranger who guesses the chair's password locks
himself, never the chair.
"""

from dataclasses import dataclass
from datetime import timedelta

LONGEST = timedelta(hours=1)
"""A lock never lasts longer: a typing error on the morning of a conference must pass by itself."""


@dataclass(frozen=True)
class LockPolicy:
    """The figures.

    Args:
        after: failures of one account from one address before the first pause.
        source_after: failures from one address, whatever the account.
        first: the first pause; each further failure doubles it.
        forget: failures older than this are forgotten.
    """

    after: int = 5
    source_after: int = 30
    first: timedelta = timedelta(minutes=1)
    forget: timedelta = timedelta(hours=12)


def pause(failures: int, *, after: int, first: timedelta) -> timedelta:
    """Return how long nothing is tried after so many failures in a row."""
    if failures < after:
        return timedelta(0)
    doubled = min(failures - after, 12)
    return min(LONGEST, first * 2**doubled)
