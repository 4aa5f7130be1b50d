"""Others on the network join by one https origin: pages, API and signalling through the edge."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from diemcau.supervisor.stack import Stack

from .conftest import first_links, until


@pytest.mark.requirement("LD-3.1")
async def test_a_site_joins_by_https_and_its_picture_arrives(
    tmp_path: Path, browser: Browser
) -> None:
    async with Stack.isolated(tmp_path, public_host="127.0.0.1") as stack:
        origin = stack.installation.origin
        assert origin.startswith("https://")
        pages = []
        for link in first_links(stack)[1:3]:
            context = await browser.new_context(ignore_https_errors=True, locale="vi-VN")
            page = await context.new_page()
            await page.goto(origin + link["path"])
            await page.get_by_test_id("sign-in").click()
            await page.get_by_role("heading", level=1).wait_for()
            await page.goto(f"{origin}/hoi-nghi/1/diem-cau")
            await page.get_by_test_id("join").click()
            await until(page, "() => window.__diemcau?.room?.state === 'connected'")
            pages.append(page)
        signalling = await pages[1].evaluate("() => document.getElementById('app').dataset.engine")
        assert signalling.startswith("wss://")
        host = pages[1].locator('[data-testid="pane"] video').first
        await expect(host).to_be_visible()
        await until(
            pages[1],
            "() => [...document.querySelectorAll('[data-testid=pane] video')]"
            ".some((v) => v.getVideoPlaybackQuality().totalVideoFrames > 5)",
        )
        # The edge asks the web about each token before the engine sees it.
        refused = await pages[1].evaluate(
            "() => fetch('/rtc/validate?access_token=forged').then((r) => r.status)"
        )
        assert refused in (401, 403)
        for page in pages:
            await page.context.close()
