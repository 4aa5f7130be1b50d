"""The browser finds nothing to refuse: no inline code, no markup from text, no odd header."""

from playwright.async_api import ConsoleMessage, Page

from .conftest import MINH, Cast, until

WORDS = ("Content Security Policy", "TrustedHTML", "TrustedScript", "Permissions-Policy", "Refused")


def complaints(page: Page) -> list[str]:
    """Collect from now on what the browser complains about."""
    found: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if any(word in message.text for word in WORDS):
            found.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


async def test_desk_and_site_run_under_the_policy(cast: Cast) -> None:
    minh = await cast.person(MINH)
    at_site, at_desk = complaints(minh.page), complaints(cast.hoa.page)
    await minh.join()
    await cast.hoa.open_desk()
    assert (await cast.hoa.command("give_floor", site=MINH))["outcome"] == "done"
    await until(cast.hoa.page, "() => document.querySelector('[data-testid=program] video')")
    await minh.page.reload()
    refused = await minh.page.evaluate(
        """() => { try { document.body.innerHTML = "<b>x</b>"; return "taken" }
                   catch (error) { return error.name } }"""
    )
    assert refused == "TypeError", "text becomes markup"
    assert [text for text in at_site if "TrustedHTML" not in text] == []
    assert at_desk == []
