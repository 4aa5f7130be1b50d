"""What is done once a day: by the worker at its start, and daily from then on."""

import asyncio
import logging
from datetime import timedelta

from django.db import close_old_connections, connection
from django.utils import timezone

from diemcau.accounts.login import attempts, sessions
from diemcau.accounts.login.dormancy import sweep_dormant
from diemcau.conference.expected import sites_expected

DAY = timedelta(days=1)

_log = logging.getLogger(__name__)


def sweep() -> None:
    """Disable the accounts that slept too long, end and forget what is over.

    Doing it twice changes nothing.
    """
    close_old_connections()
    try:
        now = timezone.now()
        struck = sweep_dormant(needed_sites=sites_expected(now=now), now=now)
        sessions.sweep(now=now)
        attempts.sweep(now=now)
        if struck:
            _log.info("disabled %d accounts that nobody used", len(struck))
    finally:
        connection.close()


async def run() -> None:
    """Sweep now, and every day; a day that fails is made up for by the next."""
    while True:
        try:
            await asyncio.to_thread(sweep)
        except Exception:
            _log.exception("the daily sweep failed")
        await asyncio.sleep(DAY.total_seconds())
