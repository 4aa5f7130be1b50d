"""A simulated site against a real engine."""

import asyncio
import time

import pytest

from diemcau.drill.journal import Kind
from diemcau.drill.picture import LARGE, SMALL
from diemcau.drill.receiver import Watch
from diemcau.drill.site import SimulatedSite
from tests.drill.centre import Centre

pytestmark = pytest.mark.engine

SOON = 10.0
"""Seconds within which something must have happened, however busy the machine is."""


async def seconds_pass(seconds: float) -> float:
    """Observe for a while; return the monotonic time."""
    await asyncio.sleep(seconds)
    return time.monotonic()


async def shown(witness: SimulatedSite, number: int, *, since: float = 0.0) -> None:
    await witness.journal.until(lambda: witness.journal.frame_of(number, since=since), SOON)


async def heard(witness: SimulatedSite, number: int, *, since: float = 0.0) -> None:
    await witness.journal.until(lambda: witness.journal.tone_of(number, since=since), SOON)


async def test_a_witness_sees_the_sites_of_the_scene_and_no_other(centre: Centre) -> None:
    await centre.show(2, 3)
    witness = centre.site(1, watch=Watch.SCENE)
    centre.site(2)
    centre.site(3, size=LARGE)
    centre.site(4)
    await shown(witness, 2)
    await shown(witness, 3)
    changed = time.monotonic()
    await centre.show(4)
    await shown(witness, 4)
    await seconds_pass(1)
    assert {f.mark for f in witness.journal.frames if f.at < changed} == {2, 3}
    assert {f.mark for f in witness.journal.frames if f.at > changed + 0.5} == {4}
    assert all(f.site == f"site-{f.mark}" for f in witness.journal.frames)


async def test_another_site_receives_only_the_smallest_picture_of_the_scene(
    centre: Centre,
) -> None:
    await centre.show(2, 3)
    for large_or_small in (centre.site(2, size=LARGE), centre.site(3, size=SMALL)):
        seen = large_or_small.journal
        await seen.until(lambda seen=seen: seen.first(Kind.CAMERA), SOON)
    other = centre.site(4, watch=Watch.ONE)
    await shown(other, 3)
    await seconds_pass(0.5)
    assert {frame.mark for frame in other.journal.frames} == {3}


async def test_only_the_holder_of_the_floor_is_heard(centre: Centre) -> None:
    witness = centre.site(1, watch=Watch.SCENE)
    two, three = centre.site(2), centre.site(3)
    for site in (witness, two, three):
        await site.journal.until(lambda site=site: site.journal.first(Kind.CAMERA), SOON)

    await centre.give_floor(2)
    await heard(witness, 2)
    assert two.mic_open
    assert not three.mic_open

    given = time.monotonic()
    await centre.give_floor(3)
    await heard(witness, 3, since=given)
    await two.journal.until(lambda: not two.mic_open, SOON)

    muted = time.monotonic()
    await centre.give_floor()
    await three.journal.until(lambda: not three.mic_open, SOON)
    quiet = await seconds_pass(0.5)
    assert witness.journal.last_sound("site-3", since=quiet) is None
    last = witness.journal.last_sound("site-3", since=muted)
    assert last is None or last.at - muted < 1.0
    assert {sound.number for sound in witness.journal.sounds} <= {None, 2, 3}


async def test_a_site_that_disobeys_cannot_open_its_microphone_without_permission(
    centre: Centre,
) -> None:
    await centre.say(audible=["site:site-2:s"])
    witness = centre.site(1, watch=Watch.SCENE)
    rebel = centre.site(2, stubborn=True)
    await rebel.journal.until(lambda: rebel.journal.first(Kind.CAMERA), SOON)
    await seconds_pass(0.5)
    assert not rebel.mic_open
    await centre.permit(2, microphone=True)
    await heard(witness, 2)
    await centre.permit(2, microphone=False)
    quiet = await seconds_pass(0.5)
    await seconds_pass(0.5)
    assert witness.journal.last_sound("site-2", since=quiet) is None


async def test_a_voice_that_the_server_does_not_name_is_not_received(centre: Centre) -> None:
    witness = centre.site(1, watch=Watch.SCENE)
    rebel = centre.site(2, stubborn=True, token=centre.token(2, microphone=True))
    await rebel.journal.until(lambda: rebel.mic_open, SOON)
    await seconds_pass(0.5)
    assert len(witness.journal.sounds) == 0


async def test_a_site_comes_back_after_the_engine_was_killed(centre: Centre) -> None:
    await centre.show(2, 3)
    witness = centre.site(1, watch=Watch.SCENE)
    centre.site(2)
    centre.site(3, watch=Watch.ONE)
    await shown(witness, 2)
    await shown(witness, 3)

    killed = time.monotonic()
    centre.stack.kill("engine")
    await centre.stack.wait_ready("engine")
    await centre.make_room()
    await shown(witness, 2, since=killed + 0.3)
    await shown(witness, 3, since=killed + 0.3)
    assert witness.journal.first(Kind.LOST, since=killed)


async def test_a_dropped_site_stays_away_until_it_is_brought_back(centre: Centre) -> None:
    await centre.show(2)
    witness = centre.site(1, watch=Watch.SCENE)
    site = centre.site(2)
    await shown(witness, 2)
    site.drop()
    await site.journal.until(lambda: site.journal.first(Kind.LOST), SOON)
    away = await seconds_pass(0.5)
    await seconds_pass(0.5)
    assert witness.journal.frame_of(2, since=away) is None
    site.restore()
    await shown(witness, 2, since=away)


async def test_a_removed_site_asks_before_it_comes_back(centre: Centre) -> None:
    asked = asyncio.Event()

    async def refuse() -> None:
        asked.set()

    site = centre.site(2, renew=refuse)
    await site.journal.until(lambda: site.journal.first(Kind.CAMERA), SOON)
    await centre.remove(2)
    async with asyncio.timeout(SOON):
        await centre.life(site)
    assert asked.is_set()
    assert len([e for e in site.journal.events if e.kind is Kind.CONNECTED]) == 1


@pytest.mark.parametrize("after", [0.0, 0.02, 0.05])
async def test_a_site_that_is_cancelled_on_its_way_in_leaves_nobody_behind(
    centre: Centre, after: float
) -> None:
    site = centre.site(2)
    await seconds_pass(after)
    await centre.cut_off(site)
    assert not await centre.is_here(2)


async def test_a_token_that_is_refused_is_renewed(centre: Centre) -> None:
    async def renew() -> str:
        return centre.token(2)

    site = centre.site(2, token="forged", renew=renew)
    await site.journal.until(lambda: site.journal.first(Kind.CONNECTED), SOON)


async def test_the_journal_holds_no_token_that_the_engine_refused(centre: Centre) -> None:
    head, claims, _ = centre.token(2).split(".")
    site = centre.site(2, token=f"{head}.{claims}.forged")
    refused = await site.journal.until(lambda: site.journal.first(Kind.REFUSED), SOON)
    assert "401" in refused.detail
    assert claims not in refused.detail


async def test_simulated_sites_are_silent_in_the_terminal(
    centre: Centre, capfd: pytest.CaptureFixture[str]
) -> None:
    await centre.show(2)
    witness = centre.site(1, watch=Watch.SCENE)
    site = centre.site(2)
    await shown(witness, 2)
    centre.stack.kill("engine")
    await centre.stack.wait_ready("engine")
    await site.journal.until(lambda: site.journal.first(Kind.REFUSED), SOON)
    site.leave()
    await centre.life(site)
    assert capfd.readouterr() == ("", "")
