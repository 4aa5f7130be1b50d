"""Every answer carries every header; cookies belong to one host; nothing is written unproven."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from diemcau.conference.models import Conference
from diemcau.web.client import FOLDER
from diemcau.web.middleware import NOBODY, OWN
from tests.conference.cast import MINH_SITE

from .addresses import UNSAFE, operations, pages, proof

Browser = Callable[..., Client]

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
}
WANTED_POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "'none'",
}


def directives(header: str) -> dict[str, str]:
    return dict(part.strip().split(" ", 1) for part in header.split(";"))


READ = [*pages(), *(path for method, path in operations() if method == "GET"), "/khong-co"]


@pytest.mark.requirement("LD-8.1")
@pytest.mark.parametrize("path", READ)
def test_every_answer_carries_every_header(
    path: str, conference: Conference, browser: Browser
) -> None:
    for who in ("Hoa", "Minh", "nobody"):
        answer = browser(who).get(path)
        for name, value in EVERYWHERE.items():
            assert answer.headers[name] == value, (who, name)
        policy = directives(answer.headers["Content-Security-Policy"])
        assert {name: policy[name] for name in WANTED_POLICY} == WANTED_POLICY
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert "*" not in answer.headers["Content-Security-Policy"]
        assert "no-store" in answer.headers["Cache-Control"], who
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "Server" not in answer.headers


def test_static_files_and_refusals_of_the_host_carry_them_too(db: None) -> None:
    kept = Client().get("/static/web/pages.css")
    assert kept.status_code == 200
    assert "no-store" not in kept.headers.get("Cache-Control", ""), "a browser may keep it"
    refused = Client().get("/", headers={"Host": "ke-xau.example"})
    assert refused.status_code == 400
    for answer in (kept, refused):
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_each_power_of_the_browser_is_either_ours_or_nobodys(db: None) -> None:
    header = Client().get("/").headers["Permissions-Policy"]
    given = dict(part.split("=") for part in header.split(", "))
    assert {name for name, who in given.items() if who == "(self)"} == set(OWN)
    assert {name for name, who in given.items() if who == "()"} == set(NOBODY)
    assert not set(OWN) & set(NOBODY)
    assert {"camera", "microphone"} <= set(OWN)
    assert {"geolocation", "usb", "payment"} <= set(NOBODY)


@pytest.mark.parametrize("path", ["/", "/health", "/api/me"])
@pytest.mark.parametrize(
    "host", ["ke-xau.example", "localhost.ke-xau.example", "127.0.0.1@ke-xau.example", "a b", ""]
)
def test_a_host_that_is_not_ours_is_refused(path: str, host: str, db: None) -> None:
    assert Client().get(path, headers={"Host": host}).status_code == 400


def test_what_a_client_says_of_its_host_and_scheme_changes_no_link(browser: Browser) -> None:
    told = {"X-Forwarded-Host": "ke-xau.example", "X-Forwarded-Proto": "https", "Forwarded": "h"}
    made = browser("Hoa").post(
        "/api/sign-in-links", {"site": MINH_SITE}, content_type="application/json", headers=told
    )
    assert made.json()["url"].startswith("http://testserver/vao/")


# ---------------------------------------------------------------- behind https

PROBE = """
import json, sys
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.test import Client
from django.utils import timezone
from diemcau.accounts.services import issue_link
from diemcau.audit.actor import SYSTEM, Role
path = issue_link(
    role=Role.CONTROL_OPERATOR, site=None, actor=SYSTEM, now=timezone.now()).path
host = {"Host": "hoinghi.example.vn"}
https = host | {"X-Forwarded-Proto": "https"}
client = Client(headers=https, enforce_csrf_checks=True)
client.get(path)
token = client.cookies["__Host-csrftoken"].value
# As a browser: the proof of a page of this origin.
more = {"X-CSRFToken": token, "Origin": "https://hoinghi.example.vn"}
pressed = client.post(path, headers=more)
home = client.get("/")
client.post("/ngon-ngu", headers={**more, "X-CSRFToken": client.cookies["__Host-csrftoken"].value})
elsewhere = client.post(
    "/api/language", {"language": "en"}, content_type="application/json",
    headers={"X-CSRFToken": client.cookies["__Host-csrftoken"].value,
             "Origin": "https://ke-xau.example"})
cookies = {name: dict(c) for name, c in client.cookies.items()}
plain = Client(headers=host).get("/")
print(json.dumps({
    "pressed": pressed.status_code, "home": home.status_code, "headers": dict(home.headers),
    "cookies": cookies, "elsewhere": elsewhere.status_code, "plain": dict(plain.headers),
    "signed_in": "Đăng xuất" in home.text,
}))
"""


@pytest.fixture(scope="module")
def behind_https(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What the program answers in an installation with a public host."""
    environ = {
        **os.environ,
        "PUBLIC_HOST": "hoinghi.example.vn",
        "DIEMCAU_DATA": str(tmp_path_factory.mktemp("https")),
    }
    environ.pop("DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "-c", PROBE], env=environ, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict = json.loads(done.stdout)
    return found


def test_behind_https_a_browser_asks_only_by_https_for_a_year(behind_https: dict) -> None:
    kept = behind_https["headers"]["Strict-Transport-Security"]
    assert int(re.search(r"max-age=(\d+)", kept)[1]) >= 31_536_000
    assert "includeSubDomains" in kept
    assert "Strict-Transport-Security" not in behind_https["plain"], "not over plain http"


def test_behind_https_every_cookie_belongs_to_this_host_alone(behind_https: dict) -> None:
    assert (behind_https["pressed"], behind_https["home"]) == (302, 200)
    assert behind_https["signed_in"]
    found = behind_https["cookies"]
    assert set(found) == {
        "__Host-sessionid",
        "__Host-csrftoken",
        "__Host-dc_device",
        "__Host-django_language",
    }
    for name, cookie in found.items():
        assert cookie["secure"], name
        assert (cookie["path"], cookie["domain"]) == ("/", ""), name
        assert cookie["samesite"] == "Lax", name
        assert bool(cookie["httponly"]) is (name != "__Host-csrftoken"), name


def test_behind_https_a_page_of_another_origin_writes_nothing(behind_https: dict) -> None:
    assert behind_https["elsewhere"] == 403


def test_without_https_cookies_work_on_this_machine(browser: Browser, conference: object) -> None:
    client = browser("Hoa")
    del client.cookies["dc_device"]
    client.get("/")
    client.post("/ngon-ngu")
    for name in ("dc_device", settings.LANGUAGE_COOKIE_NAME):
        assert client.cookies[name]["httponly"]
        assert client.cookies[name]["samesite"] == "Lax"
        assert not client.cookies[name]["secure"]


# ---------------------------------------------------------------- forged requests

OPERATIONS = [(method, path) for method, path in operations() if method in UNSAFE]


def test_the_walk_finds_the_operations() -> None:
    assert ("POST", "/api/conferences/1/commands") in OPERATIONS
    assert ("POST", "/api/language") in OPERATIONS
    assert "/hoi-nghi/moi" in pages()


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_no_operation_is_carried_out_without_the_proof(
    method: str, path: str, conference: Conference, browser: Browser
) -> None:
    for who in ("Hoa", "Lan", "Minh"):
        client = browser(who, enforce_csrf_checks=True)
        client.get("/")
        answer = client.generic(method, path, b"{}", content_type="application/json")
        assert answer.status_code == 403, who
        forged = client.generic(
            method,
            path,
            b"{}",
            content_type="application/json",
            headers={"X-CSRFToken": "a" * 32},
        )
        assert forged.status_code == 403, who
        known = client.generic(
            method, path, b"{}", content_type="application/json", headers=proof(client)
        )
        assert known.status_code != 403 or "làm lại" not in known.text, who


@pytest.mark.parametrize("path", pages())
def test_no_page_takes_an_unsafe_request_without_the_proof(
    path: str, conference: Conference, browser: Browser
) -> None:
    for method in UNSAFE:
        client = browser("Hoa", enforce_csrf_checks=True)
        answer = client.generic(method, path, b"", content_type="text/plain")
        assert answer.status_code in (403, 405), method


# ---------------------------------------------------------------- the client that is shipped

SOURCES = sorted(
    path
    for path in (Path(__file__).parents[2] / "client" / "src").rglob("*.ts*")
    if not path.name.endswith((".test.ts", ".d.ts"))
)
DANGEROUS = re.compile(
    r"\beval\(|new Function\(|dangerouslySetInnerHTML|\.innerHTML|\.outerHTML|insertAdjacentHTML"
    r"|document\.write|createContextualFragment|\.srcdoc|javascript:"
)


def test_the_client_makes_neither_markup_nor_code_from_text() -> None:
    assert len(SOURCES) > 40
    for source in SOURCES:
        assert not DANGEROUS.search(source.read_text("utf-8")), source.name


def test_the_built_client_evaluates_nothing() -> None:
    for built in sorted((FOLDER / "assets").glob("*.js")):
        text = built.read_text("utf-8")
        assert not re.search(r"(?<![\w.$])eval\(|new Function\(|document\.write\(", text), (
            built.name
        )
