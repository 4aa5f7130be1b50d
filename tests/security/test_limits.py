"""Limits stop a script, and never people: a fast operator, 200 sites that come back at once."""

import json
import re
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
import time_machine
from django.core.cache import caches
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from diemcau.conference.models import Conference
from diemcau.installation import ROOT
from diemcau.web import limits
from diemcau.web.limits import (
    COUNTERS,
    JOINS_A_MINUTE,
    LIMITS,
    LINKS,
    SITES,
    Rate,
    Window,
    number,
    seconds_to_wait,
    source,
    wait,
)
from tests.conference.cast import MINH_SITE, Cast

from .addresses import _patterns

Browser = Callable[..., Client]
NAT = "203.0.113.7"
START = 1_800_000_000.0
TODAY = time.time() // 60 * 60 + 5
"""Sessions of the tests begin now."""

# ---------------------------------------------------------------- arithmetic


def test_as_many_as_allowed_and_then_the_time_after_which_one_more_is() -> None:
    rate = Rate(3, 60)
    assert wait(Window(0, 2), 600.0, rate) == 0
    left = wait(Window(0, 3), 600.0, rate)
    assert 60 < left < 120
    assert wait(Window(3, 0), 600.0 + left, rate) == pytest.approx(0, abs=1e-9)
    assert wait(Window(3, 0), 600.0 + left - 1, rate) > 0


@given(
    before=st.integers(0, 500),
    running=st.integers(0, 500),
    count=st.integers(1, 500),
    seconds=st.integers(1, 3600),
    now=st.floats(0, 4e9),
)
def test_after_the_wait_it_is_allowed_and_the_wait_is_short(
    before: int, running: int, count: int, seconds: int, now: float
) -> None:
    rate = Rate(count, seconds)
    before, running = min(before, count), min(running, count)
    left = wait(Window(before, running), now, rate)
    assert 0 <= left <= 2 * seconds + 1e-3
    if left:
        then = now + left + 1e-3
        later = number(then, rate) - number(now, rate)
        seen = (Window(before, running), Window(running, 0), Window(0, 0))[later]
        assert wait(seen, then, rate) == 0


@given(
    steps=st.lists(st.floats(0, 0.4), min_size=20, max_size=120),
    count=st.integers(1, 20),
)
def test_in_no_window_are_there_more_than_twice_as_many(steps: list[float], count: int) -> None:
    caches["limits"].clear()
    rate, now, let_in = Rate(count, 2), START, []
    for step in steps:
        now += step
        if COUNTERS.ask("hypothesis", rate, now) == 0:
            let_in.append(now)
    for begin in let_in:
        assert sum(begin <= moment < begin + rate.seconds for moment in let_in) <= 2 * count


@given(times=st.lists(st.floats(0, 4e9), max_size=40))
def test_whoever_asks_less_than_is_allowed_is_never_refused_however_the_clock_jumps(
    times: list[float],
) -> None:
    caches["limits"].clear()
    rate = Rate(40, 60)
    assert not any(COUNTERS.ask("hypothesis", rate, moment) for moment in times)


def test_a_clock_that_was_set_back_holds_nobody() -> None:
    rate = Rate(2, 60)
    for _ in range(2):
        assert COUNTERS.ask("k", rate, START) == 0
    assert COUNTERS.ask("k", rate, START) > 0
    assert COUNTERS.ask("k", rate, START - 86_400) == 0
    assert COUNTERS.ask("k", rate, START + 86_400) == 0


def test_what_was_refused_is_not_counted() -> None:
    rate = Rate(5, 60)
    for _ in range(50):
        COUNTERS.ask("k", rate, START)
    assert COUNTERS.ask("k", rate, START + 2 * rate.seconds) == 0
    assert caches["limits"].get(f"k:{number(START, rate)}") == 5


def test_a_cache_out_of_reach_lets_people_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "caches", {"limits": None})
    assert COUNTERS.ask("k", Rate(1, 60), START) == 0


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("", "unknown"),
    ],
)
def test_a_source_is_counted_under_what_one_customer_has(address: str, counted: str) -> None:
    assert source(address) == counted


# ---------------------------------------------------------------- people at work


def tries(seconds: float) -> list[float]:
    """When one connection of the client asks for its place while nobody answers."""
    text = (ROOT / "client" / "src" / "engine" / "backoff.ts").read_text("utf-8")
    found = re.search(r"Math\.min\((\d+), Math\.round\((\d+) \* ([\d.]+) \*\* count\)\)", text)
    assert found, "the client waits by another rule: compute LIMITS again"
    longest, first, grows = (float(group) for group in found.groups())
    moments, moment, count = [], 0.0, 0
    while moment < seconds:
        moments.append(moment)
        moment += min(longest, first * grows**count) / 1000
        count += 1
    return moments


def test_the_figures_are_those_of_the_client() -> None:
    assert len(tries(60)) <= JOINS_A_MINUTE <= len(tries(60)) + 2


@pytest.mark.requirement("LD-8.1")
def test_200_sites_behind_one_address_come_back_at_once_and_none_is_struck() -> None:
    """The engine was started again and stays away for three minutes; all sites share one NAT."""
    asked = [(moment, site) for moment in tries(180) for site in range(SITES) for _ in range(LINKS)]
    for moment, site in sorted(asked):
        left = seconds_to_wait(
            "join", LIMITS["join"], account=site + 1, address=NAT, now=START + 37 + moment
        )
        assert left == 0, (moment, site)


def test_all_sites_sign_in_within_one_minute_from_one_address() -> None:
    for press in range(2 * SITES):
        moment = START + 60 * press / (2 * SITES)
        row = LIMITS["sign_in"]
        assert seconds_to_wait("sign_in", row, account=None, address=NAT, now=moment) == 0


def test_five_fast_operators_on_one_account_and_every_site_asking_to_speak_are_not_struck() -> None:
    row = LIMITS["commands"]
    sent = [(operator / 50 + press / 10, 1) for operator in range(5) for press in range(1200)]
    sent += [(2.0 * turn + site / SITES, 10 + site) for site in range(SITES) for turn in range(60)]
    for moment, account in sorted(sent):
        left = seconds_to_wait("commands", row, account=account, address=NAT, now=START + moment)
        assert left == 0, (moment, account)


def test_a_script_gone_wild_is_struck_alone() -> None:
    row = LIMITS["commands"]
    struck = sum(
        seconds_to_wait("commands", row, account=1, address=NAT, now=START + i / 1000) > 0
        for i in range(6000)
    )
    assert struck >= 6000 - 2 * row.account.most
    assert seconds_to_wait("commands", row, account=2, address=NAT, now=START + 6) == 0


# ---------------------------------------------------------------- the answers


def post(client: Client, path: str, body: dict | None = None) -> object:
    return client.post(path, json.dumps(body or {}), content_type="application/json")


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everything happen twice a minute, for an account and for a source."""
    for key, row in LIMITS.items():
        few = limits.Limit(row.names, row.account and Rate(2), row.source and Rate(6), row.methods)
        for name in row.names:
            monkeypatch.setitem(limits._BY_NAME, name, (key, few))


def request(client: Client, name: str, conference: Conference) -> object:
    paths = {
        "api:join": f"/api/conferences/{conference.pk}/join",
        "api:leave": f"/api/conferences/{conference.pk}/leave",
        "api:desk_tokens": f"/api/conferences/{conference.pk}/desk/tokens",
        "api:command": f"/api/conferences/{conference.pk}/commands",
        "api:sign_in_link": "/api/sign-in-links",
        "api:language": "/api/language",
        "api:book": "/api/conferences",
        "language": "/ngon-ngu",
        "new-conference": "/hoi-nghi/moi",
        "sign-in": "/vao/khong-co",
    }
    bodies = {
        "api:command": {"id": str(uuid.uuid4()), "command": {"type": "mute_all"}},
        "api:language": {"language": "en"},
        "api:sign_in_link": {"site": MINH_SITE},
    }
    return post(client, paths[name], bodies.get(name))


ROWS = [(key, name) for key, row in LIMITS.items() for name in row.names]


@pytest.mark.parametrize(("key", "name"), ROWS)
def test_too_many_are_answered_with_what_to_do_and_when(
    key: str, name: str, narrow: None, conference: Conference, browser: Browser
) -> None:
    hoa = browser("Hoa")
    allowed = 2 if LIMITS[key].account else 6
    with time_machine.travel(TODAY, tick=False):
        for _ in range(allowed):
            assert request(hoa, name, conference).status_code != 429
        answer = request(hoa, name, conference)
        assert answer.status_code == 429
        seconds = int(answer.headers["Retry-After"])
        assert 0 < seconds <= 120
        if name.startswith("api:"):
            assert answer.json()["code"] == "too_many"
            assert answer.json()["detail_vi"] == (
                f"Gửi quá nhiều yêu cầu. Đợi {seconds} giây rồi làm lại."
            )
            assert str(seconds) in answer.json()["detail_en"]
        else:
            assert f"Đợi {seconds} giây rồi làm lại." in answer.text
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        if LIMITS[key].account:
            assert request(browser("Lan"), name, conference).status_code != 429, "alone"
    with time_machine.travel(TODAY + seconds, tick=False):
        assert request(hoa, name, conference).status_code != 429, "as it was told"


def test_nobody_who_is_not_signed_in_escapes_by_another_name(
    narrow: None, cast: Cast, browser: Browser
) -> None:
    with time_machine.travel(TODAY, tick=False):
        told = [post(Client(), "/api/language", {"language": "en"}).status_code for _ in range(10)]
        forged = Client(headers={"X-Forwarded-For": "198.51.100.1", "X-Real-IP": "198.51.100.2"})
        assert post(forged, "/api/language", {"language": "en"}).status_code == 429
    assert told == [204] * 6 + [429] * 4


def test_a_command_that_was_too_many_was_not_carried_out(
    narrow: None, conference: Conference, browser: Browser
) -> None:
    hoa = browser("Hoa")
    known = str(uuid.uuid4())
    with time_machine.travel(TODAY, tick=False):
        for _ in range(2):
            request(hoa, "api:command", conference)
        path = f"/api/conferences/{conference.pk}/commands"
        said = {"id": known, "command": {"type": "mute_all"}}
        assert post(hoa, path, said).status_code == 429
        assert hoa.get(f"/api/commands/{known}").json()["outcome"] == "unknown"


def test_each_row_names_addresses_that_are_there_and_the_api_says_429_where_it_can_come() -> None:
    pages = {name for path, name in _patterns() if not path.startswith("api/")}
    served = pages | {f"api:{name}" for path, name in _patterns() if path.startswith("api/")}
    named = {name for row in LIMITS.values() for name in row.names}
    assert named <= served
    described = json.loads((Path(ROOT) / "docs" / "openapi.json").read_text("utf-8"))
    declared = {
        operation["operationId"].rsplit("_api_", 1)[-1]
        for methods in described["paths"].values()
        for operation in methods.values()
        if "429" in operation["responses"]
    }
    assert declared == {n.removeprefix("api:") for n in named if n.startswith("api:")}


def test_every_operation_that_writes_has_a_limit() -> None:
    named = {name for row in LIMITS.values() for name in row.names}
    described = json.loads((Path(ROOT) / "docs" / "openapi.json").read_text("utf-8"))
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            if method != "get":
                name = operation["operationId"].rsplit("_api_", 1)[-1]
                assert f"api:{name}" in named, f"{method} {path}"
