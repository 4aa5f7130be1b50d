"""Every screen for everybody: no serious finding of axe, and nothing loads from outside."""

from urllib.parse import urlsplit

from playwright.async_api import Page, Request, expect

from diemcau.installation import ROOT

from .conftest import HOST, MINH, Cast, until

AXE = ROOT / "client" / "node_modules" / "axe-core" / "axe.min.js"

FINDINGS = """
async () => {
  // The watermark is decoration over pictures, hidden from readers.
  const result = await axe.run({exclude: [".u-scene__watermark"]}, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    // A tile shows a short name and is read with the whole one and its state.
    rules: {"label-content-name-mismatch": {enabled: false}},
  });
  return result.violations
    .filter((v) => v.impact === "serious" || v.impact === "critical")
    .map((v) => [v.id, ...v.nodes.slice(0, 3).map((n) => n.target.join(" "))].join(" | "));
}
"""


async def serious(page: Page) -> list[str]:
    """Return the serious and critical findings of axe on a page."""
    # Evaluated by the debugger: the pages' policy lets no foreign script in.
    await page.evaluate(AXE.read_text("utf-8"))
    found: list[str] = await page.evaluate(FINDINGS)
    return found


async def test_axe_finds_nothing_serious_on_any_screen(cast: Cast) -> None:
    hoa, minh = cast.hoa, await cast.person(MINH)
    await minh.open_room()
    await expect(minh.page.get_by_test_id("join")).to_be_enabled()
    assert await serious(minh.page) == []
    await minh.join()
    await hoa.command("open")
    await hoa.command("give_floor", site=MINH)
    await expect(minh.page.get_by_test_id("state-card")).to_have_attribute("data-state", "mic_on")
    assert await serious(minh.page) == []
    await expect(hoa.tile(MINH)).to_have_attribute("data-state", "on_air")
    assert await serious(hoa.page) == []
    await minh.page.set_viewport_size({"width": 360, "height": 740})
    assert await serious(minh.page) == []
    page = hoa.page
    for path in ("/", "/hoi-nghi/moi", await cast.link(HOST), "/khong-co-trang-nay"):
        await page.goto(hoa.origin + path)
        assert await serious(page) == [], path


async def test_nothing_is_loaded_from_outside_the_installation(cast: Cast) -> None:
    asked: set[str] = set()

    def note(request: Request) -> None:
        asked.add(urlsplit(request.url).hostname or "")

    page = cast.hoa.page
    page.context.on("request", note)
    minh = await cast.person(MINH)
    minh.page.context.on("request", note)
    await minh.join()
    await page.goto(cast.hoa.origin)
    await cast.hoa.open_desk()
    assert asked - {""} <= {"localhost", "127.0.0.1"}


async def test_the_desk_is_worked_by_keyboard_with_telex_on(cast: Cast) -> None:
    hoa, minh = cast.hoa, await cast.person(MINH)
    await minh.join()
    await hoa.command("open")
    keyboard = hoa.page.keyboard
    # By number, without a mouse: 2 is Minh's place on the wall.
    await hoa.page.locator("body").press("2")
    await keyboard.press("Enter")
    await expect(hoa.tile(MINH)).to_have_attribute("aria-selected", "true")
    await keyboard.press("Enter")
    await expect(hoa.tile(MINH)).to_have_attribute("data-state", "preview")
    # An input method is composing a word: the key belongs to it, not to the desk.
    await hoa.page.evaluate(
        """() => window.dispatchEvent(new KeyboardEvent("keydown",
             {code: "F2", key: "F2", isComposing: true, bubbles: true}))"""
    )
    await expect(hoa.tile(MINH)).to_have_attribute("data-state", "preview")
    await keyboard.press("F2")
    await expect(hoa.tile(MINH)).to_have_attribute("data-state", "on_air")
    await keyboard.press("Shift+F2")
    await until(hoa.page, "() => !document.querySelector('[data-testid=open-mic] .d-red')")
    # Search without marks: "da teh" style, by initials.
    await keyboard.press("F3")
    await hoa.page.get_by_test_id("search").fill("tinh uy")
    await keyboard.press("Enter")
    await expect(hoa.tile(MINH)).to_have_attribute("aria-selected", "true")


async def test_every_page_speaks_english_too(cast: Cast) -> None:
    page = cast.hoa.page
    await page.goto(cast.hoa.origin)
    await page.get_by_role("button", name="English").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Conferences")
    await cast.hoa.open_desk()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await expect(page.get_by_test_id("mute-all")).to_contain_text("Mute all")
