"""The conductor with the real database, through its own thread."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from diemcau.conference import services
from diemcau.conference.conductor import Conductor, StoreDown
from diemcau.conference.models import Conference, Seat
from diemcau.conference.reconcile import site_grant
from diemcau.conference.store import DatabaseStore
from diemcau.media.engine import Pass
from diemcau.media.fake import FakeEngine
from diemcau.protocol import commands as c

from .cast import MINH_SITE, Cast, book, fresh, make_cast, order, seat_all
from .stage import SOON

pytestmark = pytest.mark.django_db(transaction=True)


async def done(work: Callable) -> object:
    """Do something with the database, in a thread that gives its connection back."""

    def call() -> object:
        try:
            return work()
        finally:
            connections.close_all()

    return await asyncio.to_thread(call)


@pytest.fixture
async def store() -> AsyncIterator[DatabaseStore]:
    """The store, ended as the worker ends it."""
    found = DatabaseStore()
    yield found
    found.close()


def booked() -> tuple[Cast, Conference]:
    cast = make_cast(4)
    now = timezone.now()
    return cast, book(cast, connect_at=now, opening_at=now + timedelta(hours=1))


async def test_a_conference_that_is_due_opens_by_itself(store: DatabaseStore) -> None:
    _, conference = await done(booked)
    assert await store.open_conferences() == []
    await store.start_due()
    assert await store.open_conferences() == [conference.pk]
    assert (await done(lambda: fresh(conference))).state == "joining"
    await store.start_due()


async def test_what_a_command_wants_is_made_and_who_comes_is_recorded(
    store: DatabaseStore,
) -> None:
    cast, conference = await done(booked)
    fake = FakeEngine()
    conductor = Conductor(fake, store, sweep=0.01)
    stirred = asyncio.Event()
    fake.listen(conductor.report, lambda call: stirred.set())

    async def until(holds: Callable[[], object]) -> None:
        async with asyncio.timeout(SOON):
            while not holds():
                stirred.clear()
                await stirred.wait()
                await asyncio.sleep(0)

    running = asyncio.ensure_future(conductor.run())
    try:
        await until(lambda: fake.exists(conference.room))
        await done(lambda: seat_all(conference, [MINH_SITE]))
        identity = f"site:{MINH_SITE}:seat2"
        await done(lambda: order(conference, cast.hoa, c.GiveFloor(site=MINH_SITE)))
        conductor.nudge(conference.pk)
        await until(lambda: identity in fake.told(conference.room))
        fake.enter(Pass(conference.room, identity, "Minh", site_grant(speaks=False, shares=False)))
        await until(lambda: "microphone" in fake.grants(conference.room)[identity].publish)
        async with asyncio.timeout(SOON):
            while not await done(lambda: Seat.objects.get(code="seat2").connected):
                pass
        await done(
            lambda: services.close(
                conference_id=conference.pk, reason="", actor=cast.hoa, now=timezone.now()
            )
        )
        await until(lambda: not fake.exists(conference.room))
        await until(lambda: not fake.exists(conference.talk_room))
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_rooms_of_a_conference_closed_lately_are_looked_after_once(
    store: DatabaseStore,
) -> None:
    cast, conference = await done(booked)
    await done(
        lambda: services.close(
            conference_id=conference.pk, reason="", actor=cast.hoa, now=timezone.now()
        )
    )
    assert await store.open_conferences() == [conference.pk]
    wants = await store.wants(conference.pk)
    assert wants is not None
    assert not wants.main.open
    assert await store.open_conferences() == []


async def test_a_conference_that_does_not_exist_is_nothing(store: DatabaseStore) -> None:
    assert await store.version(4711) is None
    assert await store.wants(4711) is None


async def test_a_database_that_fails_is_said_to_be_down(store: DatabaseStore) -> None:
    def fail() -> None:
        connections["default"].cursor().execute("SELECT * FROM no_such_table")

    with pytest.raises(StoreDown):
        await store._run(fail)
