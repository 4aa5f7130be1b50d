"""What a simulated site writes down."""

import asyncio

import pytest

from diemcau.drill.journal import Event, Journal, Kind, Seen, Sound


def test_gaps_count_the_edges_of_the_time_looked_at() -> None:
    journal = Journal()
    journal.frames.extend(Seen(at, "site-2", 2) for at in (1.0, 1.1, 1.6, 1.7))
    journal.frames.append(Seen(1.3, "site-3", 3))
    assert journal.longest_gap("site-2", 1.0, 1.7) == pytest.approx(0.5)
    assert journal.longest_gap("site-2", 1.0, 2.7) == pytest.approx(1.0)
    assert journal.longest_gap("site-4", 1.0, 2.0) == pytest.approx(1.0)


def test_only_audible_sound_counts_as_the_last_sound() -> None:
    journal = Journal()
    journal.sounds.extend(
        [
            Sound(1.0, "site-2", 2, -20.0),
            Sound(1.1, "site-2", None, -45.0),
            Sound(1.2, "site-2", None, -80.0),
            Sound(1.3, "site-3", 3, -20.0),
        ]
    )
    last = journal.last_sound("site-2")
    assert last is not None
    assert last.at == 1.1
    assert journal.last_sound("site-2", since=1.15) is None


async def test_whoever_waits_is_woken_by_what_happens() -> None:
    journal = Journal()

    async def happen() -> None:
        await asyncio.sleep(0)
        journal.take(Event(5.0, Kind.WORD, "3"))

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(happen())
        event = await journal.until(lambda: journal.first(Kind.WORD, detail="3"), 5)
    assert event.at == 5.0


async def test_waiting_ends_after_its_time() -> None:
    with pytest.raises(TimeoutError):
        await Journal().until(lambda: None, 0.01)
