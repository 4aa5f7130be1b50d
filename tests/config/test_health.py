"""Alive is one thing, ready another; and a storm of questions costs nothing."""

import threading
from collections.abc import AsyncIterator, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from django.test import Client

from diemcau.config import health
from diemcau.config.health import Readiness, Unready
from diemcau.config.worker import signs_of_life
from diemcau.telemetry.pulse import SILENCE, Pulse

WELL: Callable[[], None] = lambda: None  # noqa: E731


def ill() -> None:
    raise Unready("nothing answers")


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the parts be as a test says."""

    def be(**checks: Callable[[], None]) -> None:
        monkeypatch.setattr(health, "_readiness", Readiness(checks))

    return be


def test_alive_asks_no_database() -> None:
    # Without the mark of a test with a database, any query would fail here.
    assert Client().get("/health").json() == {"status": "ok"}


def test_ready_names_each_part_to_this_machine(answering: Callable[..., None]) -> None:
    answering(database=WELL, engine=WELL)
    answer = Client().get("/ready")
    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "parts": {"database": {"ok": True}, "engine": {"ok": True}},
    }


def test_the_part_that_fails_is_named_with_its_reason(answering: Callable[..., None]) -> None:
    answering(database=WELL, engine=ill)
    answer = Client().get("/ready")
    assert answer.status_code == 503
    assert answer.json()["parts"]["engine"] == {"ok": False, "reason": "nothing answers"}


@pytest.mark.parametrize("check", [WELL, ill])
def test_outside_is_told_yes_or_no_and_nothing_more(
    check: Callable[[], None], answering: Callable[..., None]
) -> None:
    answering(engine=check)
    answer = Client(REMOTE_ADDR="203.0.113.9").get("/ready")
    assert answer.json() == {"ready": check is WELL}


def test_a_storm_of_questions_is_one_look_a_second() -> None:
    looks: list[int] = []
    now = [50.0]
    readiness = Readiness({"x": lambda: looks.append(1)}, kept=1.0, clock=lambda: now[0])
    asking = [threading.Thread(target=readiness.parts) for _ in range(20)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert len(looks) == 1
    now[0] += 1.1
    readiness.parts()
    assert len(looks) == 2
    readiness.close()


def test_a_part_that_hangs_is_named_in_time_and_not_asked_again_meanwhile() -> None:
    looks: list[int] = []
    go_on = threading.Event()

    def hang() -> None:
        looks.append(1)
        go_on.wait(20)

    readiness = Readiness({"db": hang, "engine": WELL}, patience=0.05, kept=0.0)
    for _ in range(3):
        database, engine = readiness.parts()
        assert (database.ok, database.reason) == (False, "no answer in time")
        assert engine.ok
    assert len(looks) == 1
    go_on.set()
    readiness.close()


def test_the_words_of_a_driver_go_to_the_log_and_not_to_whoever_asks(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail() -> None:
        raise OSError("10.0.0.9 refused hoa")

    readiness = Readiness({"db": fail})
    (part,) = readiness.parts()
    assert part.reason == "OSError"
    assert "10.0.0.9" in caplog.text
    readiness.close()


@pytest.mark.django_db(transaction=True)
def test_a_database_that_lacks_a_migration_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    health.database()
    monkeypatch.setattr(health, "_known", [*health._on_disk(), ("web", "9999_later")])
    with pytest.raises(Unready, match=r"1 migrations not applied, web\.9999_later"):
        health.database()


def test_a_worker_and_an_engine_that_are_not_there_are_not_ready() -> None:
    for check in (health.worker, health.engine):
        with pytest.raises(Unready, match="no answer"):
            check()


# ---------------------------------------------------------------- the worker's own


class Clock:
    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pulse(clock: Clock) -> Pulse:
    return Pulse(clock)


@pytest.fixture
async def worker(pulse: Pulse) -> AsyncIterator[TestClient]:
    app = web.Application()
    app.add_routes(signs_of_life(pulse))
    async with TestClient(TestServer(app)) as client:
        yield client


async def test_a_worker_whose_conductor_hangs_says_so(
    worker: TestClient, pulse: Pulse, clock: Clock
) -> None:
    pulse.swept(database=True)
    assert (await worker.get("/health")).status == 200
    clock.at += SILENCE + 1
    answer = await worker.get("/health")
    assert (answer.status, await answer.json()) == (503, {"status": "the conductor hangs"})


async def test_a_worker_without_database_or_engine_is_alive_but_not_ready(
    worker: TestClient, pulse: Pulse
) -> None:
    pulse.swept(database=False)
    pulse.engine_up = True
    assert (await worker.get("/health")).status == 200
    answer = await worker.get("/ready")
    assert answer.status == 503
    assert (await answer.json())["parts"] == {
        "conductor": {"ok": True},
        "database": {"ok": False},
        "engine": {"ok": True},
    }
    pulse.swept(database=True)
    assert (await worker.get("/ready")).status == 200
