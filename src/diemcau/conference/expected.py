"""Which sites are needed soon."""

from datetime import datetime, timedelta

from diemcau.protocol.word import ConferenceState

from .models import Conference, RosterEntry

AHEAD = timedelta(days=14)
"""Whoever is on a roster of these days keeps the account, however long it slept."""


def sites_expected(*, now: datetime) -> frozenset[int]:
    """Return the primary keys of the sites of conferences that run or open in the next days."""
    coming = Conference.objects.exclude(state=ConferenceState.CLOSED).filter(
        opening_at__lte=now + AHEAD
    )
    sites = set(RosterEntry.objects.filter(conference__in=coming).values_list("site", flat=True))
    sites |= set(coming.values_list("host_site", flat=True))
    return frozenset(sites)
