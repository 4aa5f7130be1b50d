"""Two devices for one site, a removed site, a site that waits: each with a clear reason."""

from playwright.async_api import expect

from .conftest import HOST, MINH, Cast, Person, until


def answer(person: Person, outcome: str) -> object:
    """Expect the answer card of an outcome."""
    return expect(
        person.page.locator(f'[data-testid="answer"][data-outcome="{outcome}"]')
    ).to_be_visible()


async def test_a_second_device_takes_over_only_with_the_desks_consent(cast: Cast) -> None:
    first, second = await cast.person(MINH), await cast.person(MINH)
    await first.join()
    await second.open_room()
    await second.page.get_by_test_id("join").click()
    await answer(second, "elsewhere")
    await expect(cast.hoa.tile(MINH)).to_have_attribute("data-state", "connected")

    await second.page.get_by_test_id("ask-consent").click()
    await answer(second, "waiting")
    allow = cast.hoa.page.get_by_test_id("allow-takeover")
    await allow.click()
    await expect(second.page.get_by_test_id("state-card")).to_be_visible()
    await answer(first, "replaced")
    log = cast.hoa.page.get_by_test_id("log-line")
    await expect(log.filter(has_text="chuyển sang thiết bị khác").first).to_be_visible()


async def test_the_same_device_resumes_its_site_after_closing_the_browser_window(
    cast: Cast,
) -> None:
    minh = await cast.person(MINH)
    await minh.join()
    identity = await minh.page.evaluate("() => window.__diemcau.room.localParticipant.identity")
    await expect(cast.hoa.tile(MINH)).to_have_attribute("data-state", "connected")
    await minh.page.close()
    await expect(cast.hoa.tile(MINH)).to_have_attribute("data-state", "lost")
    minh.page = await minh.page.context.new_page()
    await minh.join()
    again = await minh.page.evaluate("() => window.__diemcau.room.localParticipant.identity")
    assert again == identity
    await expect(cast.hoa.tile(MINH)).to_have_attribute("data-state", "connected")


async def test_a_removed_site_sees_the_reason_and_stays_out_until_it_is_admitted(
    cast: Cast,
) -> None:
    minh = await cast.person(MINH)
    await minh.join()
    token = await minh.page.evaluate("() => window.__diemcau.room.engine.token")
    hoa = cast.hoa
    await hoa.tile(MINH).click()
    await hoa.page.keyboard.press("Delete")
    await hoa.page.locator("#remove-reason").fill("Sai thành phần dự họp")
    await hoa.page.get_by_test_id("panel-yes").click()
    await answer(minh, "removed")
    await expect(minh.page.get_by_text("Sai thành phần dự họp")).to_be_visible()

    # Its old token still opens the door of the engine: the reconciler shuts it again.
    joined = await minh.page.evaluate(
        """async (token) => {
             const Room = window.__diemcau.room.constructor;
             const url = document.getElementById("app").dataset.engine;
             const room = new Room();
             const gone = new Promise((done) => room.on("disconnected", () => done("expelled")));
             try { await room.connect(url, token, {autoSubscribe: false}); }
             catch (error) { return "refused"; }
             return await Promise.race(
               [gone, new Promise((done) => setTimeout(() => done("inside"), 4000))]);
           }""",
        token,
    )
    assert joined in ("expelled", "refused")

    await hoa.command("admit", site=MINH)
    await expect(minh.page.get_by_test_id("state-card")).to_be_visible()


async def test_a_site_that_is_not_listed_waits_for_the_desk(cast: Cast) -> None:
    sites = (await cast.hoa.api("GET", "/api/sites"))["body"]
    outsider = sites[40]["site"]
    quan = await cast.person(outsider)
    await quan.open_room()
    await quan.page.get_by_test_id("join").click()
    await answer(quan, "waiting")
    await expect(cast.hoa.tile(outsider)).to_have_attribute("data-state", "waiting")
    await cast.hoa.tile(outsider).click()
    await cast.hoa.page.keyboard.press("Shift+Enter")
    await expect(quan.page.get_by_test_id("state-card")).to_be_visible()


async def test_a_link_is_used_up_by_the_button_and_not_by_looking(cast: Cast) -> None:
    path = await cast.link(HOST)
    page = cast.hoa.page
    for _ in range(2):  # a chat program looks, twice
        seen = await page.evaluate("(p) => fetch(p).then((r) => r.status)", path)
        assert seen == 200
    lan = await cast.sign_in(path, conference=cast.conference)
    await lan.page.goto(lan.origin + path)
    await expect(lan.page.get_by_role("alert")).to_contain_text("đã được dùng")


async def test_a_cut_line_comes_back_without_a_click(cast: Cast) -> None:
    minh = await cast.person(MINH)
    await minh.join()
    await minh.page.context.set_offline(True)
    await minh.page.evaluate("() => window.__diemcau.room.engine.client.ws?.close()")
    await minh.page.context.set_offline(False)
    await until(minh.page, "() => window.__diemcau.room?.state === 'connected'")
    await expect(cast.hoa.tile(MINH)).to_have_attribute("data-state", "connected")
