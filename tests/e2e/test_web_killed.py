"""The web process dies: pictures and sound go on, and the desk comes back with the truth."""

from playwright.async_api import expect

from diemcau.supervisor.stack import Stack

from .conftest import HOST, MINH, Cast
from .test_floor import frames, until_frames


async def test_pictures_go_on_and_the_desk_comes_back_with_the_right_state(
    cast: Cast, stack: Stack
) -> None:
    lan, minh = await cast.person(HOST), await cast.person(MINH)
    await lan.join()
    await minh.join()
    hoa = cast.hoa
    await hoa.command("open")
    await hoa.command("give_floor", site=MINH)
    await until_frames(lan.page, "scene", MINH)
    shown = await frames(lan.page, "scene", MINH)

    stack.kill("web")
    await hoa.page.keyboard.press("F4")
    await until_frames(lan.page, "scene", MINH, shown + 20)
    await stack.wait_ready("web")

    # The command of that moment was done, or is reported as not done: never half.
    await expect(hoa.page.get_by_test_id("server-lost")).to_have_count(0)
    told = hoa.page.get_by_test_id("notice")
    await expect(told.first).to_be_visible()
    state = (await hoa.api("GET", f"/api/conferences/{cast.conference}/desk"))["body"]
    holders = [turn["site"] for turn in state["word"]["floor"]]
    text = " ".join(await told.all_inner_texts())
    if "Chưa thực hiện" in text:
        assert holders == [MINH]
        await expect(hoa.tile(MINH)).to_have_attribute("data-state", "on_air")
    else:
        assert holders == []
