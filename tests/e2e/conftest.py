"""A whole installation, real Chromium with its fake devices, and the people who use it.

Hoa operates the control desk, Lan the host site, Minh a member site, Mai another.
"""

import json
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from diemcau.installation import ROOT
from diemcau.supervisor.stack import Stack
from tests import postgresql

from .camera import write_camera

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--lang=vi",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SHOTS = ROOT / "docs" / "screens"
"""Where the pictures of the README come from: made here, so that they stay true."""

expect.set_options(timeout=15_000)

HOST, MINH, MAI = "ubnd-tinh-p1", "tinh-uy", "hdnd-tinh"


def pytest_addoption(parser: pytest.Parser) -> None:
    """``pytest tests/e2e --screens`` writes the pictures of the README."""
    parser.addoption("--screens", action="store_true", help="write docs/screens")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here drives a browser, in one loop for the whole session."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """An installation of Lâm Đồng on free ports."""
    folder = tmp_path_factory.mktemp("installation")
    async with Stack.isolated(folder, database_url=postgresql.of_this_run()) as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    """Debian's Chromium, before whose camera there is a drawn meeting room."""
    camera = write_camera(tmp_path_factory.mktemp("camera") / "room.mjpeg")
    flags = [*FLAGS, f"--use-file-for-fake-video-capture={camera}"]
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield running
        await running.close()


async def until(page: Page, condition: str, arg: object = None, *, seconds: float = 15) -> None:
    """Wait until a JavaScript function of one argument returns true in the page.

    Playwright's own wait_for_function needs eval, which the pages' security policy forbids.
    """
    await page.evaluate(
        f"""async ([arg, seconds]) => {{
              const holds = {condition};
              const end = performance.now() + seconds * 1000;
              while (!holds(arg)) {{
                if (performance.now() > end)
                  throw new Error("never held: " + {json.dumps(condition)});
                await new Promise((next) => setTimeout(next, 20));
              }}
            }}""",
        [arg, seconds],
    )


def first_links(stack: Stack) -> list[dict[str, str]]:
    """Return fresh one-time links: operator, host site, two member sites."""
    made = subprocess.run(
        [sys.executable, "-m", "diemcau.config.first_links"],
        env=stack.installation.child_environ(),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    links: list[dict[str, str]] = json.loads(made.stdout)
    return links


@dataclass
class Person:
    """A signed-in browser window."""

    page: Page
    origin: str
    conference: int = 0

    async def api(self, method: str, path: str, body: object = None) -> Any:
        """Call the API as this person, from the page; return status and answer."""
        return await self.page.evaluate(
            """async ([method, path, body]) => {
                 const csrf = /csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
                 const answer = await fetch(path, {method, headers:
                   {"X-CSRFToken": csrf, "Content-Type": "application/json"},
                   body: body === null ? undefined : JSON.stringify(body)});
                 const text = await answer.text();
                 return {status: answer.status, body: text ? JSON.parse(text) : null};
               }""",
            [method, path, body],
        )

    async def command(self, kind: str, **values: object) -> dict[str, Any]:
        """Send a command and return its result."""
        answer = await self.api(
            "POST",
            f"/api/conferences/{self.conference}/commands",
            {"id": str(uuid.uuid4()), "command": {"type": kind, **values}},
        )
        assert answer["status"] == 200, answer
        result: dict[str, Any] = answer["body"]
        return result

    async def open_room(self) -> None:
        """Open the site screen: the device check."""
        await self.page.goto(f"{self.origin}/hoi-nghi/{self.conference}/diem-cau")

    async def join(self) -> None:
        """Go through the device check into the conference."""
        await self.open_room()
        await self.page.get_by_test_id("join").click()
        await expect(self.page.get_by_test_id("state-card")).to_be_visible()
        await until(self.page, "() => window.__diemcau?.room?.state === 'connected'")

    async def open_desk(self) -> None:
        """Open the control desk and wait until it is in the engine."""
        await self.page.goto(f"{self.origin}/hoi-nghi/{self.conference}/ban")
        await expect(self.page.get_by_test_id("program")).to_be_visible()
        await until(self.page, "() => window.__diemcau?.room?.state === 'connected'")

    def tile(self, site: str) -> Any:
        """Return the site's tile on the wall."""
        return self.page.locator(f'[data-testid="tile"][data-site="{site}"]')


SignIn = Callable[..., Awaitable[Person]]


@pytest_asyncio.fixture(loop_scope="session")
async def sign_in(stack: Stack, browser: Browser) -> AsyncIterator[SignIn]:
    """Sign a person in by a one-time link, in a browser profile of its own."""
    contexts: list[BrowserContext] = []

    async def enter(
        path: str, *, width: int = 1366, height: int = 768, conference: int = 0
    ) -> Person:
        context = await browser.new_context(
            viewport={"width": width, "height": height}, locale="vi-VN"
        )
        contexts.append(context)
        page = await context.new_page()
        origin = stack.installation.origin
        await page.goto(origin + path)
        await page.get_by_test_id("sign-in").click()
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        return Person(page, origin, conference)

    yield enter
    for context in contexts:
        await context.close()


@dataclass
class Cast:
    """The people of a conference, and how to bring more."""

    hoa: Person
    conference: int
    sign_in: SignIn

    async def link(self, site: str) -> str:
        """Have Hoa issue a one-time link for a site."""
        made = await self.hoa.api("POST", "/api/sign-in-links", {"site": site})
        assert made["status"] == 201, made
        return "/vao/" + str(made["body"]["url"]).rsplit("/", 1)[1]

    async def person(self, site: str, **window: int) -> Person:
        """Sign in somebody at a site."""
        return await self.sign_in(await self.link(site), conference=self.conference, **window)


@pytest_asyncio.fixture(loop_scope="session")
async def cast(stack: Stack, sign_in: SignIn) -> AsyncIterator[Cast]:
    """A drill of twelve sites, open for connections, with Hoa signed in as control operator."""
    hoa = await sign_in(first_links(stack)[0]["path"], width=1920, height=1080)
    now = datetime.now(UTC)
    sites = (await hoa.api("GET", "/api/sites"))["body"]
    booked = await hoa.api(
        "POST",
        "/api/conferences",
        {
            "title": "Diễn tập giao ban tháng 11/2026",
            "host_site": HOST,
            "sites": [site["site"] for site in sites[:12]],
            "connect_at": (now - timedelta(minutes=1)).isoformat(),
            "opening_at": (now + timedelta(minutes=30)).isoformat(),
            "drill": True,
        },
    )
    assert booked["status"] == 201, booked
    hoa.conference = booked["body"]["id"]
    assert (await hoa.command("start_joining"))["outcome"] in ("done", "refused")
    await hoa.open_desk()
    yield Cast(hoa, hoa.conference, sign_in)
    await hoa.command("close")
