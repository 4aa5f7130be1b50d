"""The pages: signing in, language, booking, errors, and that nothing comes from outside."""

import hashlib
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from diemcau import web
from diemcau.accounts.models import SignInLink
from diemcau.accounts.services import issue_link
from diemcau.audit.actor import SYSTEM, Role
from diemcau.audit.models import Event
from diemcau.conference.models import Conference
from diemcau.directory.models import Site
from diemcau.web.client import FOLDER
from diemcau.web.texts import TEXTS
from tests.conference.cast import LAN_SITE, MINH_SITE, Cast, order
from tests.conference.test_commands import c

WEB = Path(web.__file__).parent
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
SHEETS = sorted((WEB / "static" / "web").rglob("*.css")) + sorted(FOLDER.rglob("*.css"))
OUTSIDE = re.compile(r"""(?:https?:)?//(?!www\.w3\.org/)[a-z0-9.-]+\.[a-z]{2,}""", re.I)
Browser = Callable[..., Client]


@pytest.fixture
def link(cast: Cast) -> str:
    """The path of a fresh link for Minh."""
    site = Site.objects.get(key=MINH_SITE)
    return issue_link(role=Role.SITE_OPERATOR, site=site, actor=SYSTEM, now=timezone.now()).path


# ---------------------------------------------------------------- signing in


def test_opening_a_link_signs_nobody_in_and_pressing_the_button_does(link: str) -> None:
    client = Client()
    for _ in range(2):
        shown = client.get(link)
        assert shown.status_code == 200
        assert "Xã Đạ Tẻh" in shown.text
        assert "no-store" in shown.headers["Cache-Control"]
    assert client.head(link).status_code == 405
    assert SignInLink.objects.get().consumed_at is None
    assert client.get("/api/me").status_code == 401
    pressed = client.post(link)
    assert (pressed.status_code, pressed.headers["Location"]) == (302, "/")
    assert client.get("/api/me").json()["site"] == MINH_SITE
    cookie = client.cookies["dc_device"]
    assert cookie["httponly"]
    assert len(cookie.value) >= 32


def test_a_used_link_says_what_to_do(link: str) -> None:
    Client().post(link)
    again = Client().post(link)
    assert again.status_code == 410
    assert "Liên kết đã được dùng. Lấy liên kết mới từ trung tâm điều khiển." in again.text
    assert "Không đăng nhập được" in again.text


def test_signing_out_ends_the_session(browser: Browser) -> None:
    minh = browser("Minh")
    minh.post("/ra")
    assert minh.get("/api/me").status_code == 401


def test_the_desk_issues_a_link_that_works(cast: Cast, browser: Browser) -> None:
    made = browser("Hoa").post(
        "/api/sign-in-links", {"site": MINH_SITE}, content_type="application/json"
    )
    path = made.json()["url"].removeprefix("http://testserver")
    client = Client()
    assert client.post(path).status_code == 302
    assert client.get("/api/me").json()["site"] == MINH_SITE


def test_the_log_takes_no_address_from_the_client_itself(cast: Cast, browser: Browser) -> None:
    browser("Hoa").post(
        "/api/sign-in-links",
        {"site": MINH_SITE},
        content_type="application/json",
        headers={"X-Forwarded-For": "203.0.113.9"},
    )
    assert Event.objects.latest("id").address == "127.0.0.1"


# ---------------------------------------------------------------- a second device, end to end


def test_a_device_is_known_by_its_cookie_and_a_second_one_takes_over_by_a_newer_link(
    cast: Cast, conference: Conference, browser: Browser
) -> None:
    def come(client: Client, **wishes: object) -> dict:
        said = {"person": "Minh", "unit": "UBND xã"} | wishes
        path = f"/api/conferences/{conference.pk}/join"
        return client.post(path, said, content_type="application/json").json()

    def sign_in(client: Client) -> None:
        site = Site.objects.get(key=MINH_SITE)
        now = timezone.now()
        made = issue_link(role=Role.SITE_OPERATOR, site=site, actor=SYSTEM, now=now)
        assert client.post(made.path).status_code == 302

    conference.roster.get(site__key=MINH_SITE).seats.all().delete()
    first, second = Client(), Client()
    sign_in(first)
    sign_in(second)
    mine = come(first)
    assert mine["outcome"] == "admitted"
    assert come(first)["identity"] == mine["identity"]
    assert come(second, takeover=True)["outcome"] == "elsewhere", "its link is older than that"
    sign_in(second)
    assert come(second)["outcome"] == "elsewhere", "unasked it takes nothing"
    assert come(second, takeover=True)["outcome"] == "admitted"
    assert come(first)["outcome"] == "replaced"
    kept = conference.roster.get(site__key=MINH_SITE).seats.get(state="active").device
    assert kept == hashlib.sha256(second.cookies["dc_device"].value.encode()).hexdigest()


def test_a_device_without_cookie_is_told_what_to_do(
    conference: Conference, browser: Browser
) -> None:
    minh = browser("Minh")
    del minh.cookies["dc_device"]
    answer = minh.post(
        f"/api/conferences/{conference.pk}/join",
        {"person": "Minh", "unit": "UBND xã"},
        content_type="application/json",
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "no_device")
    assert "Bật cookie" in answer.json()["detail_vi"]


# ---------------------------------------------------------------- language


def test_vietnamese_comes_first_and_english_is_one_press_away(browser: Browser) -> None:
    hoa = browser("Hoa")
    assert "Tạo hội nghị" in hoa.get("/").text
    hoa.post("/ngon-ngu")
    english = hoa.get("/").text
    assert "New conference" in english
    assert '<html lang="en">' in english
    hoa.post("/ngon-ngu")
    assert "Tạo hội nghị" in hoa.get("/").text


def test_a_browser_that_prefers_english_still_gets_vietnamese_texts_of_both_kinds(
    browser: Browser,
) -> None:
    assert all((vi and en and vi != en) or key in ("product",) for key, (vi, en) in TEXTS.items())
    named = set()
    for template in TEMPLATES:
        named |= set(re.findall(r"\bt\.([a-z_]+)", template.read_text("utf-8")))
    assert named <= set(TEXTS)


# ---------------------------------------------------------------- booking


def booking(**changes: object) -> dict:
    return {
        "title": "Giao ban",
        "host_site": LAN_SITE,
        "count": "5",
        "connect_at": "2026-11-20T08:00",
        "opening_at": "2026-11-20T08:30",
    } | changes


def test_a_booking_leads_to_its_desk(cast: Cast, browser: Browser) -> None:
    answer = browser("Hoa").post("/hoi-nghi/moi", booking(drill="on"))
    made = Conference.objects.get()
    assert answer.headers["Location"] == f"/hoi-nghi/{made.pk}/ban"
    assert (made.is_drill, made.roster.count()) == (True, 5)
    assert made.opening_at.isoformat() == "2026-11-20T01:30:00+00:00"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": ""}, "Nhập tên hội nghị."),
        ({"title": "x" * 201}, "Nhập tên hội nghị."),
        ({"count": "0"}, "Nhập số điểm cầu từ 1 đến 200."),
        ({"count": "201"}, "Nhập số điểm cầu từ 1 đến 200."),
        ({"count": "nhiều"}, "Nhập số điểm cầu từ 1 đến 200."),
        ({"connect_at": ""}, "Nhập đủ ngày và giờ."),
        ({"opening_at": "mai"}, "Nhập đủ ngày và giờ."),
        ({"host_site": "khong-co"}, "Điểm cầu chủ trì"),
        ({"opening_at": "2026-11-20T07:00"}, "Giờ khai mạc phải sau giờ mở kết nối."),
        (
            {"connect_at": "1999-01-01T08:00", "opening_at": "1999-01-01T09:00"},
            "Không có quy chế hiệu lực vào ngày khai mạc.",
        ),
    ],
)
def test_a_booking_that_cannot_be_says_what_to_mend(
    cast: Cast, browser: Browser, changes: dict, words: str
) -> None:
    answer = browser("Hoa").post("/hoi-nghi/moi", booking(**changes))
    assert answer.status_code in (200, 409)
    assert words in answer.text.split('role="alert"')[1].split("</div>")[0]
    assert not Conference.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "title"),
        ({"title": ""}, "title"),
        ({"connect_at": "2026-11-20T08:00"}, "connect_at"),
        ({"sites": "x"}, "sites"),
    ],
)
def test_the_api_names_what_is_wrong_in_a_booking(browser: Browser, body: dict, field: str) -> None:
    answer = browser("Hoa").post("/api/conferences", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert field in answer.json()["detail_vi"]


# ---------------------------------------------------------------- errors


def test_a_page_that_is_not_there_says_so(browser: Browser) -> None:
    answer = browser("Hoa").get("/khong-co")
    assert answer.status_code == 404
    assert "Kiểm tra địa chỉ, hoặc về trang đầu." in answer.text


def test_a_failure_of_the_server_says_that_the_conference_goes_on(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    hoa = browser("Hoa", raise_request_exception=False)
    monkeypatch.setattr("diemcau.web.pages.who.actor", lambda request: 1 / 0)
    answer = hoa.get("/")
    assert answer.status_code == 500
    assert "Hội nghị đang diễn ra không bị ảnh hưởng." in answer.text


# ---------------------------------------------------------------- nothing from outside


class Page(HTMLParser):
    """Collects what a page would load or run."""

    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []
        self._script = False

    def handle_starttag(self, tag: str, attrs: list) -> None:
        given = dict(attrs)
        self._script = tag == "script" and "src" not in given
        for name, value in given.items():
            if name.startswith("on") or name == "style":
                self.problems.append(f"<{tag} {name}>")
            if name in ("src", "href", "action", "srcset") and OUTSIDE.search(value or ""):
                self.problems.append(str(value))
        if tag == "style":
            self.problems.append("<style>")

    def handle_data(self, data: str) -> None:
        if self._script and data.strip():
            self.problems.append("inline script")

    def handle_endtag(self, tag: str) -> None:
        self._script = False


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_holds_a_script_or_names_another_machine(template: Path) -> None:
    page = Page()
    page.feed(template.read_text("utf-8"))
    assert page.problems == []


def test_what_is_looked_for_in_templates_would_be_found() -> None:
    page = Page()
    page.feed(
        '<script>x</script><a onclick="x" style="x"></a><style></style>'
        '<img src="https://cdn.example.com/x.png"><link href="//fonts.example.com/x.css">'
    )
    assert len(page.problems) == 6


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_no_style_sheet_loads_from_another_machine(sheet: Path) -> None:
    text = sheet.read_text("utf-8")
    assert "@import" not in text
    for found in re.findall(r"url\(([^)]*)\)", text):
        assert not OUTSIDE.search(found), found


@pytest.mark.parametrize("path", ["/", "/hoi-nghi/moi", "/khong-co", "/health", "/api/me"])
def test_every_answer_forbids_scripts_and_frames_from_outside(path: str, browser: Browser) -> None:
    answer = browser("Hoa").get(path)
    policy = dict(
        part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";")
    )
    assert policy["script-src"] == "'self'"
    assert policy["style-src"] == "'self'"
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert settings.SIGNAL_URL in policy["connect-src"].split()
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


# ---------------------------------------------------------------- the gate before the engine


def gate(token: str) -> int:
    return Client().get("/api/engine-gate", {"access_token": token}).status_code


def test_the_edge_lets_in_only_tokens_whose_rights_still_hold(
    cast: Cast, conference: Conference, browser: Browser
) -> None:
    def token() -> dict:
        return (
            browser("Mai")
            .post(
                f"/api/conferences/{conference.pk}/join",
                {"person": "Mai", "unit": "UBND phường"},
                content_type="application/json",
            )
            .json()
        )

    site = cast.mai.site or ""
    conference.roster.get(site__key=site).seats.all().delete()
    silent = token()
    assert (gate(silent["token"]), gate(silent["talk_token"])) == (204, 204)
    order(conference, cast.hoa, c.GiveFloor(site=site))
    speaking = token()["token"]
    assert gate(speaking) == 204
    order(conference, cast.hoa, c.MuteAll())
    assert gate(speaking) == 403, "an older token with a right that was withdrawn"
    assert gate(silent["token"]) == 204
    order(conference, cast.hoa, c.Remove(site=site, reason="Thử"))
    assert gate(silent["token"]) == 403
    assert gate(silent["talk_token"]) == 403
    desk = browser("Hoa").post(f"/api/conferences/{conference.pk}/desk/tokens").json()
    assert (gate(desk["token"]), gate(desk["talk_token"])) == (204, 204)
    order(conference, cast.hoa, c.Close())
    assert gate(desk["token"]) == 403
    assert gate("giả mạo") == 403
    assert gate("") == 403
