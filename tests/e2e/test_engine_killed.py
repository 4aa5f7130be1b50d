"""The engine dies: it comes back by itself, and so does everybody, as they were."""

import time

from playwright.async_api import expect

from diemcau.supervisor.stack import Stack

from .conftest import HOST, MINH, Cast, until
from .test_floor import HEARD, until_frames

AFTER = """
() => {
  // A new element is made for a new track: its own count starts at nothing.
  const old = new Set(document.querySelectorAll('[data-testid="pane"] video'));
  window.__tracks = new Set([...old].map((v) => v.srcObject?.getVideoTracks()[0]?.id));
}
"""
NEW_FRAME = """
(site) => {
  const video = document.querySelector(`[data-testid="pane"][data-site="${site}"] video`);
  const id = video?.srcObject?.getVideoTracks()[0]?.id;
  return !!id && !window.__tracks.has(id) && video.getVideoPlaybackQuality().totalVideoFrames > 0;
}
"""


async def test_everybody_returns_with_scene_floor_and_mutes_as_before(
    cast: Cast, stack: Stack
) -> None:
    lan, minh = await cast.person(HOST), await cast.person(MINH)
    await lan.join()
    await minh.join()
    hoa = cast.hoa
    await hoa.command("open")
    await hoa.command("give_floor", site=MINH)
    await until_frames(lan.page, "scene", MINH)
    await until_frames(minh.page, "scene", HOST)
    await until(lan.page, HEARD, MINH)
    for person in (lan, minh, hoa):
        await person.page.evaluate(AFTER)

    start = time.monotonic()
    stack.kill("engine")
    await until(lan.page, NEW_FRAME, MINH, seconds=30)
    host_back = time.monotonic() - start
    await until(minh.page, NEW_FRAME, HOST, seconds=30)
    site_back = time.monotonic() - start
    await until(hoa.page, NEW_FRAME, MINH, seconds=30)
    desk_back = time.monotonic() - start
    print(
        f"\nnew frame after the engine's death: host {host_back:.2f} s, member site "
        f"{site_back:.2f} s, desk {desk_back:.2f} s"
    )

    await until(lan.page, HEARD, MINH, seconds=30)
    await expect(minh.page.get_by_test_id("state-card")).to_have_attribute("data-state", "mic_on")
    await expect(hoa.tile(MINH)).to_have_attribute("data-state", "on_air")
    await hoa.page.keyboard.press("F4")
    await until(lan.page, f"(s) => !({HEARD})(s)", MINH)
