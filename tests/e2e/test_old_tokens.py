"""A token is no right: whoever comes back with an older one is corrected."""

import asyncio
import time
from datetime import timedelta

from livekit import rtc
from playwright.async_api import expect

from diemcau.conference.models import identity_of
from diemcau.media.engine import Grant, Pass, TrackSource
from diemcau.media.tokens import mint
from diemcau.supervisor.stack import Stack

from .conftest import HOST, MINH, Cast, until
from .test_floor import HEARD

LISTEN = """
() => {
  const room = window.__diemcau.room;
  window.__heard = [];
  room.on("trackSubscribed", (track, publication, participant) => {
    if (track.kind === "audio") window.__heard.push(participant.identity);
  });
}
"""

SAMPLES = """
async () => {
  const samples = {};
  for (const pc of [window.__diemcau.room.engine.pcManager.subscriber,
                    window.__diemcau.room.engine.pcManager.publisher]) {
    if (!pc) continue;
    const stats = await pc.getStats();
    stats.forEach((s) => {
      if (s.type === "inbound-rtp" && s.kind === "audio")
        samples[s.id] = s.totalSamplesReceived ?? 0;
    });
  }
  return samples;
}
"""


async def speak(room: rtc.Room) -> None:
    """Publish a microphone with a loud tone and go on until cancelled."""
    source = rtc.AudioSource(48000, 1)
    track = rtc.LocalAudioTrack.create_audio_track("microphone", source)
    options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
    publishing = asyncio.ensure_future(room.local_participant.publish_track(track, options))
    loud = b"\x00\x40\x00\xc0" * 240
    try:
        while True:
            await source.capture_frame(rtc.AudioFrame(loud, 48000, 1, 480))
    finally:
        publishing.cancel()


async def test_a_site_that_lost_the_floor_cannot_open_its_microphone_with_an_older_token(
    cast: Cast, stack: Stack
) -> None:
    lan, minh = await cast.person(HOST), await cast.person(MINH)
    await lan.join()
    await minh.join()
    hoa = cast.hoa
    await hoa.command("open")
    await hoa.command("give_floor", site=MINH)
    await until(lan.page, HEARD, MINH)
    # The engine has sent the page a token that carries the rights of this moment.
    old = await minh.page.evaluate("() => window.__diemcau.room.engine.token")
    identity = await minh.page.evaluate("() => window.__diemcau.room.localParticipant.identity")
    await hoa.command("mute_all")
    await until(lan.page, f"(s) => !({HEARD})(s)", MINH)
    await minh.page.context.close()
    await expect(hoa.tile(MINH)).to_have_attribute("data-state", "lost")
    await lan.page.evaluate(LISTEN)
    before = await lan.page.evaluate(SAMPLES)

    room = rtc.Room()
    corrected = asyncio.Event()
    room.on("participant_permissions_changed", lambda *_: corrected.set())
    await room.connect(
        stack.installation.local_signal_url, old, rtc.RoomOptions(auto_subscribe=False)
    )
    joined = time.monotonic()
    speaking = asyncio.ensure_future(speak(room))
    try:
        async with asyncio.timeout(5):
            await corrected.wait()
        took = (time.monotonic() - joined) * 1000
        await expect(hoa.tile(MINH)).not_to_have_attribute("data-state", "lost")
        # Long enough for a wrongly opened microphone to be heard: 50 packets of sound.
        await until(
            lan.page, "(() => { const t0 = Date.now(); return () => Date.now() - t0 > 1000; })()"
        )
        assert await lan.page.evaluate("() => window.__heard") == []
        # A sound that ended may still be listed or not; none has grown, and none is new.
        after = await lan.page.evaluate(SAMPLES)
        assert {s: n for s, n in after.items() if n > before.get(s, 0)} == {}
    finally:
        speaking.cancel()
        await room.disconnect()
    assert identity.startswith(f"site:{MINH}:")
    print(f"\nolder token corrected {took:.1f} ms after joining")
    assert took < 1000


async def enters(stack: Stack, token: str) -> str:
    """Try to enter the engine with a token; return what became of it."""
    room = rtc.Room()
    gone = asyncio.Event()
    room.on("disconnected", lambda *_: gone.set())
    try:
        await room.connect(
            stack.installation.local_signal_url,
            token,
            rtc.RoomOptions(auto_subscribe=False, connect_timeout=5.0),
        )
    except rtc.ConnectError as error:
        return f"refused: {error}"
    try:
        async with asyncio.timeout(5):
            await gone.wait()
        return "expelled"
    except TimeoutError:
        return "inside"
    finally:
        await room.disconnect()


async def test_forged_expired_and_foreign_tokens_do_not_enter(cast: Cast, stack: Stack) -> None:
    minh = await cast.person(MINH)
    await minh.join()
    name = await minh.page.evaluate("() => window.__diemcau.room.name")
    secrets = stack.installation.secrets
    stranger = identity_of(MINH, "0000000000")
    grant = Grant(publish=frozenset({TrackSource.CAMERA, TrackSource.MICROPHONE}))

    forged = mint(
        Pass(name, stranger, "Quân", grant), key=secrets.engine_key, secret="not the secret" * 4
    )
    expired = mint(
        Pass(name, stranger, "Quân", grant),
        key=secrets.engine_key,
        secret=secrets.engine_secret,
        ttl=timedelta(seconds=-60),
    )
    elsewhere = mint(
        Pass("c-another", stranger, "Quân", grant),
        key=secrets.engine_key,
        secret=secrets.engine_secret,
    )
    foreign = mint(
        Pass(name, stranger, "Quân", grant), key=secrets.engine_key, secret=secrets.engine_secret
    )
    assert (await enters(stack, forged)).startswith("refused")
    assert (await enters(stack, expired)).startswith("refused")
    assert (await enters(stack, elsewhere)).startswith("refused")
    assert await enters(stack, foreign) == "expelled"
    await expect(cast.hoa.tile(MINH)).to_have_attribute("data-state", "connected")
