"""Every page and every operation for everybody. A new address without a row fails here."""

import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from diemcau.accounts.models import User
from diemcau.conference.models import Conference
from tests.accounts.login.rows import ROWS as LOGIN_ROWS
from tests.conference.cast import LAN_SITE, MINH_SITE, NOW, Cast, minutes

PEOPLE = ("Hoa", "Lan", "Minh", "Quân", "nobody")
BOOKING = {
    "title": "Họp",
    "host_site": LAN_SITE,
    "sites": [MINH_SITE],
    "connect_at": NOW.isoformat(),
    "opening_at": minutes(30).isoformat(),
}
LIVE = (200, 503)
"""A live screen: served, or said to be missing where the client is not built."""


@dataclass
class Row:
    """A request and the status each of PEOPLE gets."""

    method: str
    path: str
    Hoa: int | tuple[int, ...]
    Lan: int | tuple[int, ...]
    Minh: int | tuple[int, ...]
    Quan: int | tuple[int, ...]
    nobody: int | tuple[int, ...]
    body: dict = field(default_factory=dict)


def command(**said: object) -> dict:
    return {"id": str(uuid.uuid4()), "command": said}


JOIN = {"person": "Người", "unit": "Đơn vị"}
ROWS = [
    Row("GET", "", 200, 200, 200, 200, 200),
    Row("GET", "vao/<str:secret>", 410, 410, 410, 410, 410),
    Row("POST", "vao/<str:secret>", 410, 410, 410, 410, 410),
    Row("POST", "ra", 302, 302, 302, 302, 302),
    Row("GET", "ra", 405, 405, 405, 405, 405),
    Row("POST", "ngon-ngu", 302, 302, 302, 302, 302),
    Row("GET", "ngon-ngu", 405, 405, 405, 405, 405),
    Row("GET", "hoi-nghi/moi", 200, 403, 403, 403, 302),
    Row("POST", "hoi-nghi/moi", 200, 403, 403, 403, 302),
    Row("GET", "hoi-nghi/<int:conference_id>/ban", LIVE, LIVE, 403, 403, 302),
    Row("GET", "hoi-nghi/<int:conference_id>/diem-cau", 403, LIVE, LIVE, LIVE, 302),
    Row("GET", "to-chuc", 200, 403, 403, 403, 302),
    Row("GET", "to-chuc/moi", 403, 403, 403, 403, 302),
    Row("POST", "to-chuc/moi", 403, 403, 403, 403, 302),
    Row("GET", "to-chuc/<slug:key>", 200, 403, 403, 403, 302),
    Row("GET", "to-chuc/<slug:key>/<slug:act>", 403, 403, 403, 403, 302),
    Row("POST", "to-chuc/<slug:key>/<slug:act>", 403, 403, 403, 403, 302),
    Row("GET", "nguoi-dung", 200, 403, 403, 403, 302),
    Row("GET", "nguoi-dung/moi", 403, 403, 403, 403, 302),
    Row("POST", "nguoi-dung/moi", 403, 403, 403, 403, 302),
    Row("GET", "nguoi-dung/<int:user_id>", 200, 403, 403, 200, 302),
    Row("GET", "nguoi-dung/<int:user_id>/sua", 403, 403, 403, 403, 302),
    Row("POST", "nguoi-dung/<int:user_id>/<slug:act>", 403, 403, 403, 403, 302),
    Row("GET", "quyen", 200, 403, 403, 403, 302),
    Row("GET", "hoi-nghi/<int:conference_id>/khach", 200, 200, 403, 403, 302),
    Row("POST", "hoi-nghi/<int:conference_id>/khach", 200, 200, 403, 403, 302),
    Row("GET", "nhat-ky", 200, 403, 403, 403, 302),
    Row("POST", "nhat-ky/xuat", 200, 403, 403, 403, 302),
    Row("GET", "health", 200, 200, 200, 200, 200),
    Row("GET", "ready", 503, 503, 503, 503, 503),  # no worker, no engine
    Row("GET", "api/health", 200, 200, 200, 200, 200),
    Row("GET", "api/me", 200, 200, 200, 200, 401),
    Row("GET", "api/sites", 200, 200, 200, 200, 401),
    Row("POST", "api/conferences", 201, 403, 403, 403, 401, BOOKING),
    Row("POST", "api/conferences/<int:conference_id>/join", 403, 200, 200, 200, 401, JOIN),
    Row("POST", "api/conferences/<int:conference_id>/leave", 403, 204, 204, 204, 401),
    Row("GET", "api/conferences/<int:conference_id>/desk", 200, 200, 403, 403, 401),
    Row("POST", "api/conferences/<int:conference_id>/desk/tokens", 200, 200, 403, 403, 401),
    Row(
        "POST",
        "api/conferences/<int:conference_id>/commands",
        *(200, 200, 200, 200, 401),
        command(type="mute_all"),
    ),
    Row("GET", "api/commands/<uuidstr:command_id>", 200, 200, 200, 200, 401),
    Row("POST", "api/sign-in-links", 201, 403, 403, 403, 401, {"site": MINH_SITE}),
    Row("POST", "api/language", 204, 204, 204, 204, 204, {"language": "en"}),
    Row("GET", "api/engine-gate", 403, 403, 403, 403, 403),
    *(Row(*row) for row in LOGIN_ROWS),
]


def addresses(patterns: list | None = None, before: str = "") -> set[str]:
    """Every address that the program answers."""
    found: set[str] = set()
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found |= addresses(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            found.add(path)
    return found


def test_every_address_has_its_row() -> None:
    unused = {"api/"}  # django-ninja's name for its root, which answers 404
    assert addresses() - unused == {row.path for row in ROWS}


def send(client: Client, row: Row, conference: Conference) -> object:
    path = (
        row.path.replace("<str:secret>", "khong-co")
        .replace("<int:conference_id>", str(conference.pk))
        .replace("<uuidstr:command_id>", str(uuid.uuid4()))
        .replace("<slug:key>", LAN_SITE)
        .replace("<int:user_id>", str(User.objects.get(display_name="Quân").pk))
        .replace("<slug:act>", "khoa" if row.path.startswith("nguoi-dung") else "doi-ten")
        .replace("<str:provider_id>", "tinh")
        .replace("<int:pk>", "4711")
    )
    if row.method == "GET":
        return client.get(f"/{path}")
    if row.path.startswith("api/"):
        return client.post(f"/{path}", json.dumps(row.body), content_type="application/json")
    return client.post(f"/{path}", row.body)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} /{row.path}")
def test_everybody_gets_what_the_row_says(
    row: Row, conference: Conference, browser: Callable[[str], Client]
) -> None:
    wanted = dict(zip(PEOPLE, (row.Hoa, row.Lan, row.Minh, row.Quan, row.nobody), strict=True))
    for who, status in wanted.items():
        answer = send(browser(who), row, conference)
        allowed = status if isinstance(status, tuple) else (status,)
        assert answer.status_code in allowed, who
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        if answer.status_code in (401, 403) and row.path.startswith("api/"):
            assert answer.json()["detail_vi"]
            assert answer.json()["detail_en"]
        elif answer.status_code == 403:
            assert re.search("trung tâm điều khiển|Chỉ điểm cầu|quản trị hệ thống", answer.text)


def test_who_may_not_command_is_refused_with_the_reason(
    conference: Conference, browser: Callable[[str], Client]
) -> None:
    for who, outcome in {
        "Hoa": "done",
        "Lan": "done",
        "Minh": "refused",
        "Quân": "refused",
    }.items():
        answer = browser(who).post(
            f"/api/conferences/{conference.pk}/commands",
            json.dumps(command(type="mute_all")),
            content_type="application/json",
        )
        assert answer.json()["outcome"] == outcome, who
        assert bool(answer.json()["reason_vi"]) is (outcome == "refused")


WRITES = [row for row in ROWS if row.method == "POST" and row.path != "api/language"]


@pytest.mark.parametrize("row", WRITES, ids=lambda row: row.path)
def test_nothing_is_written_without_the_proof_against_forged_requests(
    row: Row, conference: Conference, browser: Callable[..., Client]
) -> None:
    before = Conference.objects.values().get(pk=conference.pk)
    for who in ("Hoa", "Minh"):
        answer = send(browser(who, enforce_csrf_checks=True), row, conference)
        assert answer.status_code == 403, who
        told = answer.json()["detail_vi"] if row.path.startswith("api/") else answer.text
        assert "làm lại" in told, "what to do"
    assert Conference.objects.values().get(pk=conference.pk) == before
    assert Conference.objects.count() == 1


def test_with_the_proof_it_is_written(
    cast: Cast, conference: Conference, browser: Callable[..., Client]
) -> None:
    hoa = browser("Hoa", enforce_csrf_checks=True)
    hoa.get("/")
    answer = hoa.post(
        "/api/conferences",
        json.dumps(BOOKING),
        content_type="application/json",
        headers={"X-CSRFToken": hoa.cookies[settings.CSRF_COOKIE_NAME].value},
    )
    assert answer.status_code == 201
    assert Conference.objects.get(pk=answer.json()["id"]).roster.count() == 2
    assert cast.sites


def test_a_conference_that_does_not_exist_is_not_found(
    cast: Cast, browser: Callable[[str], Client]
) -> None:
    hoa, minh = browser("Hoa"), browser("Minh")
    assert hoa.get("/hoi-nghi/4711/ban").status_code == 404
    assert minh.get("/hoi-nghi/4711/diem-cau").status_code == 404
    assert hoa.get("/api/conferences/4711/desk").status_code == 404
    assert hoa.post("/api/conferences/4711/desk/tokens").status_code == 404
    joined = minh.post("/api/conferences/4711/join", JOIN, content_type="application/json")
    assert joined.status_code == 404
    assert joined.json()["detail_vi"] == "Không có hội nghị này."


def test_the_list_shows_a_site_only_what_invites_it(
    conference: Conference, browser: Callable[[str], Client]
) -> None:
    assert conference.title in browser("Hoa").get("/").text
    assert conference.title in browser("Minh").get("/").text
    assert conference.title not in browser("Quân").get("/").text
    assert conference.title not in browser("nobody").get("/").text
