"""The conductor's database: Django's ORM, used by one thread of its own."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

from django.db import DatabaseError, close_old_connections, connections
from django.utils import timezone

from diemcau.protocol.word import ConferenceState

from . import desks, services
from .conductor import StoreDown
from .models import Conference
from .queries import Wants, find, version_of, wants

log = logging.getLogger(__name__)

T = TypeVar("T")

CLOSED_LATELY = timedelta(hours=24)
"""For how long a closed conference's rooms are still looked after, until they are gone."""


class DatabaseStore:
    """See conductor.Store."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._gone: set[int] = set()

    async def _run(self, work: Callable[[], T]) -> T:
        def call() -> T:
            close_old_connections()
            try:
                return work()
            except DatabaseError as error:
                raise StoreDown(str(error)) from error

        return await asyncio.get_running_loop().run_in_executor(self._thread, call)

    async def open_conferences(self) -> list[int]:
        """See Store."""

        def read() -> list[int]:
            rows = Conference.objects.filter(
                state__in=[ConferenceState.JOINING, ConferenceState.LIVE]
            ) | Conference.objects.filter(
                state=ConferenceState.CLOSED, closed_at__gt=timezone.now() - CLOSED_LATELY
            )
            return [
                pk
                for pk, state in rows.values_list("pk", "state")
                if not (state == ConferenceState.CLOSED and pk in self._gone)
            ]

        return await self._run(read)

    async def version(self, conference: int) -> int | None:
        """See Store."""
        return await self._run(lambda: version_of(conference))

    async def wants(self, conference: int) -> Wants | None:
        """See Store."""

        def read() -> Wants | None:
            found = find(conference)
            if found is None:
                return None
            if found.state == ConferenceState.CLOSED:
                self._gone.add(conference)
            return wants(found)

        return await self._run(read)

    async def presence(self, conference: int, connected: set[str], known: set[str]) -> None:
        """See Store."""
        await self._run(
            lambda: services.report_presence(
                conference_id=conference, connected=connected, known=known, now=timezone.now()
            )
        )

    async def start_due(self) -> None:
        """See Store."""

        def start() -> None:
            due = Conference.objects.filter(
                state=ConferenceState.SCHEDULED, connect_at__lte=timezone.now()
            )
            for pk in list(due.values_list("pk", flat=True)):
                try:
                    services.start_if_due(conference_id=pk, now=timezone.now())
                except DatabaseError:
                    raise
                except Exception:
                    # One conference that cannot be opened must not keep the others shut.
                    log.exception("conference %s: not opened for connections", pk)
            desks.end_unentitled(now=timezone.now())

        await self._run(start)

    def close(self) -> None:
        """Give back the thread and its connection."""
        self._thread.submit(connections.close_all)
        self._thread.shutdown()
