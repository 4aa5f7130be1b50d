"""When a screen that nobody uses is locked. Pure: clocks, the kind of page, and now.

Source: TCVN 14423:2026 level 3 figures as reported: 5 minutes for administration, 15 for business,
never a live conference screen.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class PageClass(StrEnum):
    """Kinds of pages.

    ``OPEN`` is needed to sign in or out; ``LIVE`` is what an open conference screen calls.
    """

    OPEN = "open"
    BUSINESS = "business"
    ADMINISTRATION = "administration"
    LIVE = "live"


@dataclass(frozen=True)
class Limits:
    """After how long without use a page is locked."""

    business: timedelta
    administration: timedelta


@dataclass(frozen=True)
class Clocks:
    """Last use, kept apart: work elsewhere must not open administration again once it is locked.

    Args:
        business: of any page, or a call of an open conference screen.
        administration: the last use by which administration stayed open.
    """

    business: datetime
    administration: datetime


def locked(page: PageClass, clocks: Clocks, *, limits: Limits, now: datetime) -> bool:
    """Return whether the page asks for the password, the factor or a new link first."""
    if page is PageClass.ADMINISTRATION:
        return now - clocks.administration > limits.administration or locked(
            PageClass.BUSINESS, clocks, limits=limits, now=now
        )
    if page is PageClass.BUSINESS:
        return now - clocks.business > limits.business
    return False


def used(page: PageClass, clocks: Clocks, *, limits: Limits, now: datetime) -> Clocks:
    """Return the clocks after a page was opened that was not locked."""
    if page is PageClass.OPEN:
        return clocks
    if page is PageClass.LIVE or now - clocks.administration > limits.administration:
        return replace(clocks, business=now)
    return Clocks(now, now)


def left(page: PageClass, clocks: Clocks, *, limits: Limits, now: datetime) -> timedelta:
    """Return how long the page stays open without use; zero when it is locked."""
    ends = clocks.business + limits.business
    if page is PageClass.ADMINISTRATION:
        ends = min(ends, clocks.administration + limits.administration)
    return max(ends - now, timedelta(0))
