"""Must be seen: picture at the desk, floor opens the microphone, mute all closes it."""

import pytest
from playwright.async_api import Page, expect

from .conftest import HOST, MINH, Cast, until

FRAMES = """
([test, site]) => {
  const video = document.querySelector(
    `[data-testid="${test}"] [data-testid="pane"][data-site="${site}"] video`);
  return video ? video.getVideoPlaybackQuality().totalVideoFrames : 0;
}
"""

HEARD = """
(site) => {
  const room = window.__diemcau.room;
  for (const p of room.remoteParticipants.values()) {
    if (!p.identity.startsWith(`site:${site}:`)) continue;
    for (const t of p.audioTrackPublications.values())
      if (t.track && t.isSubscribed) return true;
  }
  return false;
}
"""


async def frames(page: Page, where: str, site: str) -> int:
    """Return how many frames of a site a pane has shown."""
    shown: int = await page.evaluate(FRAMES, [where, site])
    return shown


async def until_frames(page: Page, where: str, site: str, more_than: int = 0) -> None:
    """Wait until a pane has shown more frames."""
    await until(page, f"(a) => ({FRAMES})(a[0]) > a[1]", [[where, site], more_than])


async def test_the_desk_sees_the_picture_and_gives_and_takes_the_microphone(cast: Cast) -> None:
    minh = await cast.person(MINH)
    await minh.join()
    hoa = cast.hoa
    await expect(hoa.tile(MINH)).to_have_attribute("data-state", "connected")
    card = minh.page.get_by_test_id("state-card")
    await expect(card).to_have_attribute("data-state", "checking")
    await hoa.page.get_by_test_id("open").click()
    await expect(card).to_have_attribute("data-state", "mic_off")

    await hoa.tile(MINH).click()
    await hoa.page.keyboard.press("Enter")
    await until_frames(hoa.page, "preview", MINH)
    await expect(card).to_have_attribute("data-state", "preview")

    await hoa.page.keyboard.press("F2")
    await until_frames(hoa.page, "program", MINH)
    await expect(hoa.tile(MINH)).to_have_attribute("data-state", "on_air")
    await expect(card).to_have_attribute("data-state", "mic_on")
    await expect(card).to_have_attribute("data-on-air", "true")
    await until(hoa.page, HEARD, MINH)

    await hoa.page.keyboard.press("F4")
    await until(hoa.page, f"(s) => !({HEARD})(s)", MINH)
    await until(
        minh.page,
        "() => ![...window.__diemcau.room.localParticipant.audioTrackPublications.values()].length",
    )


async def test_a_site_without_the_floor_is_refused_its_microphone_by_the_server(
    cast: Cast,
) -> None:
    minh = await cast.person(MINH)
    await minh.join()
    refused = await minh.page.evaluate(
        """async () => {
             try { await window.__diemcau.room.localParticipant.setMicrophoneEnabled(true); }
             catch (error) { return String(error); }
             return "published";
           }"""
    )
    assert "insufficient permissions" in refused


@pytest.mark.requirement("LD-3.1")
@pytest.mark.requirement("BD-3.1")
@pytest.mark.requirement("BD-3.2")
@pytest.mark.requirement("HUE-3.1")
async def test_two_sites_see_and_hear_each_other_live(cast: Cast) -> None:
    minh, lan = await cast.person(MINH), await cast.person(HOST)
    await minh.join()
    await lan.join()
    await cast.hoa.command("give_floor", site=MINH)
    await until_frames(lan.page, "scene", MINH)
    await until_frames(minh.page, "scene", HOST)
    await until(lan.page, HEARD, MINH)
    await until(minh.page, HEARD, HOST)
