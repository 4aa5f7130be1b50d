"""Signing in with a real browser: passwords, second factors, sign-on, locks, one live session."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect

from diemcau.installation import ROOT, SignIn
from diemcau.supervisor import ports
from diemcau.supervisor.stack import Stack

from . import login_people as people
from .conftest import first_links, until
from .login_people import PASSWORD

IDLE, IDLE_ADMINISTRATION = 12, 4
"""Seconds after which pages lock in this installation."""

Window = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """An installation whose pages lock within seconds, with a provincial sign-on beside it."""
    folder = tmp_path_factory.mktemp("town")
    port = ports.free_ports()["port"]
    secret = folder / "oidc-secret"
    secret.write_text(secrets.token_hex(16))
    secret.chmod(0o600)
    sign_in = SignIn(
        oidc_issuer=f"http://127.0.0.1:{port}",
        oidc_client_id="diemcau",
        oidc_client_secret_file=secret,
        oidc_name="Cổng của tỉnh",
        idle_seconds=IDLE,
        idle_admin_seconds=IDLE_ADMINISTRATION,
    )
    async with Stack.isolated(folder / "var", sign_in=sign_in) as running:
        provider = await asyncio.create_subprocess_exec(
            "node",
            str(ROOT / "tests" / "e2e" / "oidc" / "provider.mjs"),
            *(str(port), "diemcau", secret.read_text()),
            running.installation.origin + "/dang-nhap/tinh/ve/",
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert provider.stdout is not None
        assert (await provider.stdout.readline()).strip() == b"ready"
        yield running
        provider.kill()
        await provider.wait()


@pytest_asyncio.fixture(loop_scope="session")
async def window(town: Stack, browser: Browser) -> AsyncIterator[Window]:
    """Open a browser profile of its own on a page of the town."""
    contexts: list[BrowserContext] = []

    async def opened(path: str = "/dang-nhap", *, width: int = 1366, height: int = 768) -> Page:
        context = await browser.new_context(
            viewport={"width": width, "height": height}, locale="vi-VN"
        )
        contexts.append(context)
        page = await context.new_page()
        await page.goto(town.installation.origin + path)
        return page

    yield opened
    for context in contexts:
        await context.close()


async def log_in(page: Page, username: str, password: str = PASSWORD) -> None:
    await page.get_by_label("Tên đăng nhập").fill(username)
    await page.get_by_label("Mật khẩu").fill(password)
    await page.get_by_test_id("log-in").click()


async def at(page: Page, path: str) -> None:
    """Wait until the page is there."""
    await page.wait_for_url(f"**{path}")


async def key_on(page: Page) -> None:
    """Plug a security key into the browser: Chromium's virtual authenticator."""
    session = await page.context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    await session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


# ---------------------------------------------------------------- passwords


async def test_the_right_password_leads_to_the_conferences_and_a_wrong_one_says_so(
    town: Stack, window: Window
) -> None:
    people.make(town, "lan", accepted=False)
    page = await window()
    await log_in(page, "lan", "sai")
    await expect(page.get_by_role("alert")).to_contain_text("mật khẩu không đúng")
    await log_in(page, "lan")
    await expect(page.get_by_role("heading", name="Quy định sử dụng")).to_be_visible()
    await page.get_by_test_id("accept").click()
    await expect(page.get_by_role("heading", name="Hội nghị", exact=True)).to_be_visible()


# ---------------------------------------------------------------- second factors


async def test_an_administrator_sets_up_an_app_and_then_signs_in_with_its_code(
    town: Stack, window: Window
) -> None:
    people.make(town, "huong", role="system_admin")
    page = await window()
    await log_in(page, "huong")
    await at(page, "/tai-khoan/thiet-lap*")
    await page.goto(town.installation.origin + "/quan-tri/dang-nhap")
    await at(page, "/tai-khoan/thiet-lap*")  # nothing else until then
    await page.get_by_test_id("set-up-app").click()
    await page.get_by_label("Mật khẩu").fill(PASSWORD)
    await page.get_by_test_id("prove").click()
    secret = await page.get_by_test_id("secret").inner_text()
    await page.get_by_label("Mã xác thực").fill("000000")
    await page.get_by_test_id("activate").click()
    await expect(page.get_by_role("alert")).to_contain_text("Mã xác thực không đúng")
    await page.get_by_label("Mã xác thực").fill(people.totp(secret))
    await page.get_by_test_id("activate").click()
    await expect(page.get_by_role("heading", name="Mã dự phòng")).to_be_visible()
    codes = await page.get_by_test_id("codes").locator("li").all_inner_texts()
    assert len(codes) == 10
    await page.goto(town.installation.origin + "/quan-tri/dang-nhap")
    await expect(page.get_by_role("heading", name="Đăng nhập và khóa")).to_be_visible()

    again = await window()
    await log_in(again, "huong")
    await again.get_by_label("Mã xác thực").fill("123456")
    await again.get_by_test_id("prove").click()
    await expect(again.get_by_role("alert")).to_contain_text("Mã xác thực không đúng")
    await again.get_by_label("Mã xác thực").fill(people.totp(secret, ahead=1))
    await again.get_by_test_id("prove").click()
    await expect(again.get_by_role("heading", name="Hội nghị", exact=True)).to_be_visible()

    # The telephone is lost: a recovery code works, once.
    lost = await window()
    await log_in(lost, "huong")
    await lost.get_by_label("Mã xác thực").fill(codes[0])
    await lost.get_by_test_id("prove").click()
    await expect(lost.get_by_role("heading", name="Hội nghị", exact=True)).to_be_visible()
    twice = await window()
    await log_in(twice, "huong")
    await twice.get_by_label("Mã xác thực").fill(codes[0])
    await twice.get_by_test_id("prove").click()
    await expect(twice.get_by_role("alert")).to_be_visible()


async def test_a_security_key_is_the_second_factor_and_signs_in_alone(
    town: Stack, window: Window
) -> None:
    people.make(town, "mai")
    page = await window()
    await key_on(page)
    await log_in(page, "mai")
    await at(page, "/")
    await page.goto(town.installation.origin + "/tai-khoan")
    await page.get_by_test_id("set-up-key").click()
    await page.get_by_label("Mật khẩu").fill(PASSWORD)
    await page.get_by_test_id("prove").click()
    await page.get_by_label("Cho đăng nhập chỉ bằng khóa này").check()
    await page.get_by_test_id("add-key").click()
    await page.get_by_test_id("codes-kept").click()
    await expect(page.get_by_text("Đã bật")).to_be_visible()
    await page.get_by_role("button", name="Đăng xuất").click()

    await page.goto(town.installation.origin + "/dang-nhap")
    await log_in(page, "mai")
    await page.get_by_test_id("use-key").click()
    await expect(page.get_by_role("heading", name="Hội nghị", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Đăng xuất").click()

    await page.goto(town.installation.origin + "/dang-nhap")
    await page.get_by_test_id("passkey").click()
    await expect(page.get_by_role("heading", name="Hội nghị", exact=True)).to_be_visible()


# ---------------------------------------------------------------- provincial sign-on


async def at_the_province(page: Page, name: str) -> None:
    await page.get_by_test_id("oidc").click()
    await page.locator("input[name=login]").fill(name)
    await page.locator("input[name=password]").fill("x")
    await page.get_by_role("button", name="Sign-in").click()
    await page.get_by_role("button", name="Continue").click()


async def test_the_provincial_sign_on_lets_in_who_was_invited_and_nobody_else(
    town: Stack, window: Window
) -> None:
    people.make(town, "binh", password="")
    page = await window()
    await at_the_province(page, "binh")
    await expect(page.get_by_role("heading", name="Hội nghị", exact=True)).to_be_visible()
    assert people.events(town, "oidc.linked") == 1

    other = await window()
    await at_the_province(other, "nguoi-la")
    await expect(other.get_by_role("alert")).to_contain_text("chưa có tài khoản cho người này")
    assert people.events(town, "oidc.refused") == 1
    assert (
        people.run(
            town,
            "import os,django\nos.environ['DJANGO_SETTINGS_MODULE']='diemcau.config.settings'\n"
            "django.setup()\nfrom diemcau.accounts.models import User\n"
            "print(User.objects.filter(username='nguoi-la').count())",
        ).strip()
        == "0"
    )


# ---------------------------------------------------------------- locks


async def test_five_failures_lock_and_the_desk_opens_the_lock(town: Stack, window: Window) -> None:
    people.make(town, "tuan")
    page = await window()
    for _ in range(5):
        await log_in(page, "tuan", "sai")
        await expect(page.get_by_role("alert")).to_contain_text("không đúng")
    await log_in(page, "tuan")
    await expect(page.get_by_role("alert")).to_contain_text("tạm khóa từ máy này")

    desk = await window(first_links(town)[0]["path"])
    await desk.get_by_test_id("sign-in").click()
    await desk.get_by_role("link", name="Đăng nhập và khóa").click()
    await desk.get_by_role("row", name="tuan").get_by_test_id("unlock").click()
    await expect(desk.get_by_text("Không có tài khoản nào bị tạm khóa.")).to_be_visible()
    await log_in(page, "tuan")
    await expect(page.get_by_role("heading", name="Hội nghị", exact=True)).to_be_visible()


async def test_an_idle_page_locks_without_a_loop_and_comes_back_with_what_was_typed(
    town: Stack, window: Window
) -> None:
    people.make(town, "hoa", role="control_operator")
    page = await window()
    await log_in(page, "hoa")
    await page.goto(town.installation.origin + "/hoi-nghi/moi")
    await page.get_by_label("Tên hội nghị").fill("Giao ban chưa gửi")
    loads = 0

    def count(_: object) -> None:
        nonlocal loads
        loads += 1

    page.on("framenavigated", count)
    await page.wait_for_url("**/mo-khoa/mat-khau*", timeout=(IDLE + 8) * 1000)
    assert loads <= 2
    await page.get_by_label("Mật khẩu").fill(PASSWORD)
    await page.get_by_test_id("prove").click()
    await at(page, "/hoi-nghi/moi")
    await expect(page.get_by_label("Tên hội nghị")).to_have_value("Giao ban chưa gửi")


async def test_administration_locks_earlier(town: Stack, window: Window) -> None:
    people.make(town, "ha", role="control_operator")
    page = await window()
    await log_in(page, "ha")
    await page.goto(town.installation.origin + "/quan-tri/dang-nhap")
    await page.wait_for_url("**/mo-khoa/mat-khau*", timeout=(IDLE_ADMINISTRATION + 6) * 1000)
    await page.goto(town.installation.origin + "/")
    await expect(page.get_by_role("heading", name="Hội nghị", exact=True)).to_be_visible()
    await page.get_by_role("link", name="Đăng nhập và khóa").click()
    await at(page, "/mo-khoa/mat-khau*")


# ---------------------------------------------------------------- live screens


async def conference_of(page: Page) -> int:
    found = page.locator("article.conference").first
    return int(await found.get_attribute("data-conference") or 0)


async def open_desk(page: Page, town: Stack, conference: int) -> None:
    await page.goto(f"{town.installation.origin}/hoi-nghi/{conference}/ban")
    await expect(page.get_by_test_id("program")).to_be_visible()
    await until(page, "() => window.__diemcau?.room?.state === 'connected'")


async def test_a_live_desk_is_never_locked(town: Stack, window: Window) -> None:
    page = await window(first_links(town)[0]["path"])
    await page.get_by_test_id("sign-in").click()
    conference = await conference_of(page)
    await open_desk(page, town, conference)
    other = await page.context.new_page()
    await other.goto(town.installation.origin + "/")
    await asyncio.sleep(IDLE + 3)  # what is shown is that nothing happens
    await expect(page.get_by_test_id("program")).to_be_visible()
    await page.reload()
    await expect(page.get_by_test_id("program")).to_be_visible()
    assert other.url.endswith("/"), "what stands beside a live desk stays open too"


async def test_a_second_session_is_refused_the_first_is_alerted_and_may_be_moved(
    town: Stack, window: Window
) -> None:
    people.make(town, "thu", role="control_operator")
    first, second = await window(), await window()
    await log_in(first, "thu")
    conference = await conference_of(first)
    await open_desk(first, town, conference)
    same = await first.context.new_page()
    await open_desk(same, town, conference)  # two windows of one browser are one device

    await log_in(second, "thu")
    await at(second, "/")
    await second.goto(f"{town.installation.origin}/hoi-nghi/{conference}/ban")
    told = second.get_by_role("alert")
    await expect(told).to_contain_text("Không vào được: tài khoản đang dự họp ở máy khác.")
    await expect(first.get_by_test_id("login-alert")).to_contain_text("bị từ chối")
    assert people.events(town, "live.refused") == 1

    await second.get_by_test_id("prove-first").click()
    await second.get_by_label("Mật khẩu").fill(PASSWORD)
    await second.get_by_test_id("prove").click()
    await second.get_by_test_id("move-here").click()
    await expect(second.get_by_test_id("program")).to_be_visible()
    await until(second, "() => window.__diemcau?.room?.state === 'connected'")
    await first.wait_for_url("**/o-may-khac*")
    await expect(first.get_by_role("alert")).to_contain_text("màn hình ở máy này đã dừng")
    assert people.events(town, "live.moved") == 1


# ---------------------------------------------------------------- keyboard


async def test_one_signs_in_by_keyboard_alone(town: Stack, window: Window) -> None:
    people.make(town, "kim")
    page = await window(width=360, height=640)
    await page.keyboard.type("kim")
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Hội nghị", exact=True)).to_be_visible()
