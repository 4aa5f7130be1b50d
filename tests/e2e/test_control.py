"""Control of a conference given to a site at the desk, and taken back."""

import pytest
from playwright.async_api import expect

from .conftest import MAI, MINH, Cast, until


@pytest.mark.requirement("LD-5.6")
async def test_a_site_that_was_given_control_runs_the_desk_until_it_is_taken_back(
    cast: Cast,
) -> None:
    hoa = cast.hoa
    minh = await cast.person(MINH)
    await minh.join()
    await expect(hoa.tile(MINH)).to_have_attribute("data-state", "connected")
    mai = await cast.person(MAI, width=1366, height=768)
    await mai.page.goto(f"{mai.origin}/hoi-nghi/{cast.conference}/ban")
    await expect(mai.page.get_by_role("heading", level=1)).to_contain_text("Không có quyền")

    await hoa.tile(MAI).click()
    await hoa.page.get_by_test_id("control").click()
    await expect(hoa.page.get_by_test_id("selected")).to_contain_text("Có quyền điều khiển")
    await mai.page.goto(f"{mai.origin}/")
    await mai.page.get_by_role("link", name="Vào bàn điều khiển").first.click()
    await until(mai.page, "() => window.__diemcau?.room?.state === 'connected'")
    await expect(mai.page.get_by_test_id("control")).to_have_count(0)
    assert (await mai.command("give_floor", site=MINH))["outcome"] == "done"
    await expect(minh.page.get_by_test_id("state-card")).to_have_attribute("data-state", "mic_on")

    await hoa.page.get_by_test_id("control").click()
    await until(mai.page, "() => window.__diemcau?.room?.state !== 'connected'")
    refused = await mai.command("mute_all")
    assert (refused["outcome"], refused["code"]) == ("refused", "not_permitted")
    await expect(mai.page.get_by_text("Bàn điều khiển đã dừng")).to_be_visible()
