"""What an adversary with a browser, a script or a stolen token tries, and what becomes of it."""

import json
import uuid
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client

from diemcau.conference.models import Conference
from tests.conference.cast import LAN_SITE, MINH_SITE, NOW, Cast, minutes

Browser = Callable[..., Client]
JOIN = {"person": "Minh", "unit": "UBND xã"}
HUGE = "9" * 40


def post(client: Client, path: str, body: object) -> object:
    raw = body if isinstance(body, bytes) else json.dumps(body)
    return client.post(path, raw, content_type="application/json")


# ---------------------------------------------------------------- what belongs to others


def test_what_became_of_a_command_is_told_to_nobody_else(
    conference: Conference, browser: Browser
) -> None:
    known = str(uuid.uuid4())
    path = f"/api/conferences/{conference.pk}/commands"
    post(browser("Hoa"), path, {"id": known, "command": {"type": "mute_all"}})
    assert browser("Hoa").get(f"/api/commands/{known}").json()["outcome"] == "done"
    for other in ("Lan", "Minh", "Quân"):
        assert browser(other).get(f"/api/commands/{known}").json()["outcome"] == "unknown"


@pytest.mark.parametrize(
    "said",
    [
        {"type": "give_floor", "site": MINH_SITE},
        {"type": "set_host_mic", "open": True},
        {"type": "lock_mic", "site": LAN_SITE, "locked": True},
        {"type": "remove", "site": LAN_SITE, "reason": "x"},
        {"type": "admit", "site": MINH_SITE},
        {"type": "allow_takeover", "site": MINH_SITE},
        {"type": "permit_share", "site": MINH_SITE, "allowed": True},
        {"type": "decline_request", "site": LAN_SITE},
        {"type": "close"},
    ],
)
def test_a_site_commands_neither_the_conference_nor_another_site(
    said: dict, conference: Conference, browser: Browser
) -> None:
    before = Conference.objects.values("desired_json", "state").get(pk=conference.pk)
    for who in ("Minh", "Quân"):
        answer = post(
            browser(who),
            f"/api/conferences/{conference.pk}/commands",
            {"id": str(uuid.uuid4()), "command": said},
        )
        assert answer.json()["outcome"] == "refused", who
    assert Conference.objects.values("desired_json", "state").get(pk=conference.pk) == before


def test_another_device_cookie_gives_no_place(conference: Conference, browser: Browser) -> None:
    path = f"/api/conferences/{conference.pk}/join"
    conference.roster.get(site__key=MINH_SITE).seats.all().delete()
    assert post(browser("Minh"), path, JOIN).json()["outcome"] == "admitted"
    for forged in ("", "x", "may-cua-1", "a" * 3000, "../../x", "' OR 1=1 --"):
        thief = browser("Minh")
        thief.cookies["dc_device"] = forged
        answer = post(thief, path, JOIN | {"takeover": True})
        assert answer.status_code in (200, 409)
        assert answer.json().get("outcome") != "admitted", forged


# ---------------------------------------------------------------- what is made up

LANGUAGES = ["../../etc/passwd", "<script>", 'en" onload="x', "xx", "en\r\nX-A: b", "a" * 4000]


@pytest.mark.parametrize("value", LANGUAGES)
def test_a_made_up_language_changes_nothing(value: str, browser: Browser) -> None:
    client = browser("Hoa")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = value
    answer = client.get("/")
    assert answer.status_code == 200
    assert '<html lang="vi">' in answer.text or '<html lang="en">' in answer.text
    assert value not in answer.text
    assert "X-A" not in answer.headers
    told = post(client, "/api/language", {"language": value})
    assert told.status_code == 422
    assert "\r" not in str(told.headers)


BODIES = {
    "nested a hundred thousand deep": b"[" * 100_000,
    "nested in the right place": b'{"id":' + b'{"a":' * 50_000 + b"1" + b"}" * 50_001,
    "not JSON": b"\xff\xfe",
    "nothing": b"",
    "null": b"null",
    "a list": b"[]",
    "no number": b'{"id": NaN}',
    "a huge number": b'{"id": ' + b"9" * 50_000 + b"}",
    "a field too many": json.dumps(
        {"id": str(uuid.UUID(int=7)), "command": {"type": "take", "actor": 1}}
    ).encode(),
    "another type": json.dumps(
        {"id": str(uuid.UUID(int=7)), "command": {"type": "__class__"}}
    ).encode(),
}


@pytest.mark.parametrize("what", BODIES)
def test_a_made_up_body_is_refused_in_words(
    what: str, conference: Conference, browser: Browser
) -> None:
    for path in (
        f"/api/conferences/{conference.pk}/commands",
        f"/api/conferences/{conference.pk}/join",
        "/api/conferences",
        "/api/language",
    ):
        answer = post(browser("Minh"), path, BODIES[what])
        assert answer.status_code in (400, 422), path
        assert answer.json()["detail_vi"]
        assert "Traceback" not in answer.text


def test_more_than_a_page_would_send_is_not_read(conference: Conference, browser: Browser) -> None:
    path = f"/api/conferences/{conference.pk}/join"
    answer = post(browser("Minh"), path, b'{"person": "' + b"x" * 2_000_000 + b'"}')
    assert answer.status_code in (400, 413)


@pytest.mark.parametrize("number", [HUGE, "0", "9223372036854775808"])
def test_a_number_beyond_every_conference_is_not_found(
    number: str, cast: Cast, browser: Browser
) -> None:
    hoa, minh = browser("Hoa"), browser("Minh")
    assert hoa.get(f"/hoi-nghi/{number}/ban").status_code == 404
    assert minh.get(f"/hoi-nghi/{number}/diem-cau").status_code == 404
    assert hoa.get(f"/api/conferences/{number}/desk").status_code == 404
    assert hoa.post(f"/api/conferences/{number}/desk/tokens").status_code == 404
    assert post(minh, f"/api/conferences/{number}/join", JOIN).status_code == 404
    assert minh.post(f"/api/conferences/{number}/leave").status_code in (204, 404)
    said = {"id": str(uuid.uuid4()), "command": {"type": "mute_all"}}
    answer = post(hoa, f"/api/conferences/{number}/commands", said)
    assert answer.status_code == 404 or answer.json()["outcome"] == "refused"


@pytest.mark.parametrize(
    "secret", ["a" * 5000, "%00", "%0d%0aX-A:b", "..%2f..%2fapi", "%F0%9F%98%80"]
)
def test_a_made_up_link_is_unknown_and_redirects_nowhere(secret: str, db: None) -> None:
    for answer in (Client().get(f"/vao/{secret}"), Client().post(f"/vao/{secret}")):
        assert answer.status_code in (404, 410)
        assert "Location" not in answer.headers
        assert "X-A" not in answer.headers


@pytest.mark.parametrize(
    "more", ["?next=//ke-xau.example", "?next=https://ke-xau.example", "//ke-xau"]
)
def test_nobody_is_sent_elsewhere(more: str, browser: Browser) -> None:
    for path in ("/ra", "/ngon-ngu"):
        answer = browser("Hoa").post(f"{path}{more}", {"next": "//ke-xau.example"})
        assert answer.headers.get("Location", "/") == "/"


# ---------------------------------------------------------------- names that others read

TRICKS = {
    "turned around": "Nguyễn \u202eA\u202c",
    "isolated": "Nguyễn \u2066A\u2069",
    "invisible": "Nguyễn\u200b \u2060A\ufeff",
    "with controls": "Nguyễn\x07\x1b[31m A",
    "with a null": "Nguyễn\x00 A",
    "in two lines": "Nguyễn\r\n A",
    "with half a letter": "Nguyễn \ud800A",
    "decomposed": "Nguye\u0302\u0303n A",
}


@pytest.mark.parametrize("what", TRICKS)
def test_a_name_that_others_read_is_one_line_in_reading_order(
    what: str, conference: Conference, browser: Browser
) -> None:
    conference.roster.get(site__key=MINH_SITE).seats.all().delete()
    body = {"person": TRICKS[what], "unit": TRICKS[what]}
    answer = post(browser("Minh"), f"/api/conferences/{conference.pk}/join", body)
    assert answer.status_code == 200, answer.text
    seat = conference.roster.get(site__key=MINH_SITE).seats.get()
    assert (seat.person, seat.unit) == ("Nguyễn A", "Nguyễn A")


@pytest.mark.parametrize("what", TRICKS)
def test_a_title_is_one_line_in_reading_order(what: str, cast: Cast, browser: Browser) -> None:
    booking = {
        "title": TRICKS[what],
        "host_site": LAN_SITE,
        "sites": [MINH_SITE],
        "connect_at": NOW.isoformat(),
        "opening_at": minutes(30).isoformat(),
    }
    answer = post(browser("Hoa"), "/api/conferences", booking)
    assert answer.status_code == 201, answer.text
    assert Conference.objects.get(pk=answer.json()["id"]).title == "Nguyễn A"


def test_a_name_of_nothing_but_tricks_is_no_name(conference: Conference, browser: Browser) -> None:
    body = {"person": "\u200b\u202e", "unit": "x"}
    assert post(browser("Minh"), f"/api/conferences/{conference.pk}/join", body).status_code == 422


def test_markup_in_a_name_stays_text(cast: Cast, browser: Browser) -> None:
    title = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    booking = {
        "title": title,
        "host_site": LAN_SITE,
        "sites": [MINH_SITE],
        "connect_at": NOW.isoformat(),
        "opening_at": minutes(30).isoformat(),
    }
    made = post(browser("Hoa"), "/api/conferences", booking).json()["id"]
    for path in ("/", f"/hoi-nghi/{made}/ban"):
        page = browser("Hoa").get(path)
        assert "<script>alert" not in page.text
        assert "onerror=alert(1)>" not in page.text


# ---------------------------------------------------------------- the gate before the engine


def test_the_gate_reads_the_token_that_the_engine_reads(
    conference: Conference, browser: Browser
) -> None:
    """Of two tokens the engine takes the first, so a good one behind an old one must not help."""
    conference.roster.get(site__key=MINH_SITE).seats.all().delete()
    good = post(browser("Minh"), f"/api/conferences/{conference.pk}/join", JOIN).json()["token"]
    gate = "/api/engine-gate"
    assert Client().get(f"{gate}?access_token={good}").status_code == 204
    for query in (
        f"access_token=old&access_token={good}",
        f"access_token={good}&access_token=old",
        f"access%5Ftoken=old&access_token={good}",
        f"access_token={good}&x=1;access_token=old",
        f"x=1;access_token={good}",
        f"access_token={good}&%zz=1",
    ):
        assert Client().get(f"{gate}?{query}").status_code == 403, query
    said = {"Authorization": f"Bearer {good}"}
    assert Client().get(gate, headers=said).status_code == 403


def test_a_page_of_another_origin_does_not_connect_to_the_engine(
    conference: Conference, browser: Browser
) -> None:
    conference.roster.get(site__key=MINH_SITE).seats.all().delete()
    good = post(browser("Minh"), f"/api/conferences/{conference.pk}/join", JOIN).json()["token"]
    gate = f"/api/engine-gate?access_token={good}"
    assert Client().get(gate, headers={"Origin": "http://testserver"}).status_code == 204
    for origin in ("https://ke-xau.example", "null", "https://testserver", "http://testserver.x"):
        assert Client().get(gate, headers={"Origin": origin}).status_code == 403, origin
