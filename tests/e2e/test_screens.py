"""The pictures of the README, made from the running product; and no page that overflows."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from .conftest import HOST, MAI, MINH, SHOTS, Cast, until
from .test_floor import until_frames

OVERFLOW = """
() => {
  const root = document.documentElement;
  const wide = [...document.querySelectorAll("body *")].filter((e) => {
    const box = e.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && box.right > root.clientWidth + 1
      && getComputedStyle(e).visibility !== "hidden" && !e.closest("[aria-hidden]");
  });
  return wide.slice(0, 5).map((e) => `${e.tagName}.${e.className} ${e.textContent.slice(0, 40)}`);
}
"""


@pytest.fixture
def shots(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return where pictures go: docs/screens with --screens, else a folder that is thrown away."""
    folder = SHOTS if request.config.getoption("--screens", default=False) else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    return folder


async def settled(page: Page) -> None:
    """Wait until fonts are there and two frames have been drawn."""
    await page.evaluate(
        "() => document.fonts.ready.then(() => new Promise("
        "(done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true)))))"
    )


async def shoot(page: Page, path: Path) -> None:
    """Take a picture, after seeing that nothing sticks out of the window."""
    await settled(page)
    assert await page.evaluate(OVERFLOW) == []
    await page.screenshot(path=path)


async def test_the_desk_and_the_site_screens_at_their_sizes(cast: Cast, shots: Path) -> None:
    hoa = cast.hoa
    await shoot(hoa.page, shots / "desk-empty-1920.png")
    minh = await cast.person(MINH)
    await minh.open_room()
    await expect(minh.page.get_by_test_id("join")).to_be_enabled()
    await until(minh.page, "() => (document.querySelector('video')?.videoWidth ?? 0) > 0")
    await shoot(minh.page, shots / "site-check-1366.png")
    await minh.page.get_by_test_id("join").click()
    await until(minh.page, "() => window.__diemcau?.room?.state === 'connected'")
    mai = await cast.person(MAI, width=360, height=740)
    await mai.open_room()
    await shoot(mai.page, shots / "site-check-360.png")
    await mai.page.get_by_test_id("join").click()
    await until(mai.page, "() => window.__diemcau?.room?.state === 'connected'")
    assert (await hoa.command("add_simulated", count=10))["outcome"] == "done"
    await expect(hoa.page.locator('[data-testid="tile"][data-state="absent"]')).to_have_count(
        0, timeout=30_000
    )
    await hoa.command("open")
    await hoa.command("give_floor", site=MINH)
    await mai.page.get_by_test_id("ask").click()
    await expect(mai.page.get_by_test_id("state-card")).to_have_attribute("data-state", "requested")
    await hoa.command("set_preview", lead=MAI)
    for site in (HOST, MINH):
        await until_frames(hoa.page, "program", site)
    await until_frames(hoa.page, "preview", MAI)
    await until_frames(minh.page, "scene", HOST)
    await until_frames(mai.page, "scene", MINH)
    await shoot(minh.page, shots / "site-on-air-1366.png")
    await shoot(mai.page, shots / "site-requested-360.png")
    await shoot(hoa.page, shots / "desk-1920.png")
    await hoa.page.set_viewport_size({"width": 1366, "height": 768})
    await shoot(hoa.page, shots / "desk-1366.png")
    await hoa.page.keyboard.press("F1")
    await shoot(hoa.page, shots / "desk-keys-1366.png")


async def test_the_pages_at_desk_and_telephone_width(cast: Cast, shots: Path) -> None:
    page = cast.hoa.page
    for width, height in ((1366, 768), (360, 740)):
        await page.set_viewport_size({"width": width, "height": height})
        await page.goto(cast.hoa.origin)
        await shoot(page, shots / f"home-{width}.png")
        await page.goto(cast.hoa.origin + "/hoi-nghi/moi")
        await shoot(page, shots / f"new-conference-{width}.png")
        await page.goto(cast.hoa.origin + await cast.link(HOST))
        await shoot(page, shots / f"sign-in-{width}.png")
