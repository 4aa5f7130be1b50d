"""A backup in the middle of a real drill, brought back on another machine."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from diemcau.backup.databases import contents
from diemcau.backup.making import Made
from diemcau.drill.run import LEAST_SITES, drill
from diemcau.installation import Installation
from diemcau.media.engine import Grant, Pass
from diemcau.media.tokens import mint
from diemcau.supervisor.stack import Stack
from tests.backup.house import (
    PEOPLE,
    WAYS_IN,
    back_up,
    bring_back,
    counts,
    elsewhere,
    key_in,
    new_installation,
    python,
)
from tests.backup.test_kinds import unnamed

pytestmark = pytest.mark.engine


ROOM = """
from diemcau.conference.models import Conference
print(json.dumps(Conference.objects.get(title="Diễn tập").room))
"""


async def until_live(installation: Installation, drilling: "asyncio.Task[object]") -> None:
    """Wait until every site has its place and the conference was opened."""
    live = (
        "from diemcau.conference.models import Conference, Seat\n"
        "print(json.dumps([Conference.objects.filter(state='live').count(),"
        " Seat.objects.filter(state='active').count()]))"
    )
    async with asyncio.timeout(60):
        while await asyncio.to_thread(python, installation, live) != [1, LEAST_SITES]:
            assert not drilling.done(), "the drill ended before"


async def engine_takes(installation: Installation, room: str, key: str, secret: str) -> int:
    """What the engine answers to a token of these keys for a room."""
    token = mint(Pass(room, "site:x:s", "X", Grant(), "{}"), key=key, secret=secret)
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.get(
            f"{installation.engine_url}/rtc/validate", params={"access_token": token}
        )
    return answer.status_code


def browser(installation: Installation, cookies: dict[str, str]) -> httpx.AsyncClient:
    """A browser that still has its cookies."""
    return httpx.AsyncClient(base_url=installation.web_url, cookies=cookies, trust_env=False)


async def test_a_backup_of_a_drill_gives_the_same_counts_and_a_log_in_and_no_old_session_works(
    tmp_path: Path,
) -> None:
    house = new_installation(tmp_path / "var")
    key = key_in(tmp_path, house)
    async with Stack(house) as stack:
        before = await asyncio.to_thread(python, house, PEOPLE)
        cookie = {"sessionid": before["session"]}
        drilling = asyncio.create_task(drill(stack, LEAST_SITES, tmp_path / "loops"))
        await until_live(house, drilling)
        made: Made = await asyncio.to_thread(back_up, house, key, tmp_path / "to")
        report = await drilling
        assert report.ok, report.text()
        async with browser(house, cookie) as http:
            assert (await http.get("/api/me")).status_code == 200
        assert unnamed(house.data_dir) == []
    assert made.manifest.counts["conference_seat"] == LEAST_SITES
    assert made.manifest.audit.count < contents(house).audit.count

    there = elsewhere(house, tmp_path / "there")
    done = await asyncio.to_thread(bring_back, there, made.file, key)
    assert done is not None
    assert "Diễn tập" in {title for _, title in done.ready.open}, "sites may come back to it"
    gained = {t: n - made.manifest.counts[t] for t, n in counts(there).items()}
    assert {t: n for t, n in gained.items() if n} == {
        "audit_event": 1,
        "django_session": -made.manifest.counts["django_session"],
        "login_liveclaim": -made.manifest.counts["login_liveclaim"],
    }

    there = replace(there)  # read its secrets anew, as a new process does
    async with Stack(there):
        async with browser(there, cookie) as http:
            assert (await http.get("/api/me")).status_code == 401
            assert (await http.get(before["link"])).status_code == 410
        ways = await asyncio.to_thread(python, there, WAYS_IN, json.dumps(before))
        assert (ways["password"], ways["new_session"]) == (True, 200)
        old, new = house.secrets, there.secrets
        room = await asyncio.to_thread(python, there, ROOM)
        async with asyncio.timeout(20):  # until the worker has made the room again
            while await engine_takes(there, room, new.engine_key, new.engine_secret) != 200:
                pass
        assert await engine_takes(there, room, old.engine_key, old.engine_secret) == 401
        assert await engine_takes(there, room, new.engine_key, old.engine_secret) == 401
