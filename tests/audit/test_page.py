"""The log's page: who may read it, what is found, and what leaves as an export."""

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from diemcau.accounts.services import user_for
from diemcau.audit import canonical, policy, queries
from diemcau.audit.actor import SYSTEM, Actor, Held, Role, Scope
from diemcau.audit.models import Event
from diemcau.audit.refusal import Refusal
from diemcau.audit.services import transaction
from diemcau.conference import journal
from diemcau.conference.models import Conference
from diemcau.web import texts_audit
from diemcau.web.audit_diff import Change, changes
from diemcau.web.audit_pages import VERBS, _safe
from tests.audit.test_retention import LONG_AGO
from tests.audit.writing import write
from tests.conference.cast import MINH_SITE, NOW, Cast, make_cast, opened, order
from tests.conference.test_commands import c

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MAY = {Role.SYSTEM_ADMIN, Role.AUDITOR, Role.CONTROL_OPERATOR}


@pytest.fixture
def cast(db: None) -> Cast:
    """Hoa, Lan, Minh, Mai and Quân."""
    return make_cast(4)


@pytest.fixture
def hoa(cast: Cast) -> Client:
    """Hoa's browser."""
    client = Client()
    client.force_login(cast.users["Hoa"])
    return client


def numbers(page: object) -> list[int]:
    """The numbers of the events that a page shows."""
    return [int(n) for n in re.findall(r'<tr id="so-(\d+)"', page.text)]


async def _body(response: object) -> bytes:
    return b"".join([part async for part in response])


def body(response: object) -> str:
    """What a streamed answer holds."""
    return async_to_sync(_body)(response).decode()


# ---------------------------------------------------------------- who


@pytest.mark.requirement("KH-5.4")
@pytest.mark.parametrize("role", Role)
def test_only_administrators_auditors_and_the_control_centre_read_the_log(role: Role) -> None:
    actor = Actor(1, "Ai đó", (Held(role, Scope.SYSTEM),))
    assert policy.may_read(actor) is (role in MAY)
    if role not in MAY:
        with pytest.raises(Refusal):
            policy.require_read(actor)


def test_an_administrator_of_one_organisation_does_not_read_everybodys_log() -> None:
    own = Actor(1, "Ai đó", (Held(Role.SYSTEM_ADMIN, Scope.OWN, "xa-da-teh", "commune"),))
    assert not policy.may_read(own)


def test_nobody_reads_it_without_a_role() -> None:
    assert not policy.may_read(Actor(1, "Ai đó"))
    assert not policy.may_read(SYSTEM)


def test_others_get_nothing_of_it_and_no_link_to_it(cast: Cast) -> None:
    opened(cast)
    minh = Client()
    minh.force_login(cast.users["Minh"])
    answer = minh.get("/nhat-ky")
    assert answer.status_code == 403
    assert "Khai mạc" not in answer.text
    assert 'href="/nhat-ky"' not in minh.get("/").text
    before = Event.objects.count()
    refused = minh.post("/nhat-ky/xuat", {"kind": "csv"})
    assert refused.status_code == 403
    event = Event.objects.latest("number")
    assert (event.verb, event.refused, event.actor_name) == ("audit.exported", True, "Minh")
    assert Event.objects.count() == before + 1


def test_an_auditor_gets_the_page_and_the_link(cast: Cast) -> None:
    user = user_for(Role.AUDITOR, None, now=NOW)
    client = Client()
    client.force_login(user)
    assert client.get("/nhat-ky").status_code == 200
    assert 'href="/nhat-ky"' in client.get("/").text


# ---------------------------------------------------------------- what is shown


@pytest.mark.requirement("HUE-6.5a")
def test_a_line_says_who_when_where_what_and_why_not(cast: Cast, hoa: Client) -> None:
    conference = opened(cast)
    lan = replace(cast.minh, address="10.1.1.9")
    order(conference, cast.hoa, c.GiveFloor(site=MINH_SITE))
    order(conference, lan, c.MuteAll())
    text = hoa.get("/nhat-ky").text
    assert "Trao quyền phát biểu cho Xã Đạ Tẻh" in text
    assert "Tắt micro tất cả điểm cầu" in text
    assert "Bị từ chối" in text
    assert "LĐ 13.3b" in text
    assert "10.1.1.9" in text
    assert "08:00:00" in text and "20/11/2026" in text
    assert "kỹ thuật điểm cầu, Xã Đạ Tẻh" in text
    assert conference.title in text
    assert "phát biểu:" in text
    assert "{&quot;" not in text, "no raw JSON"
    hoa.cookies["django_language"] = "en"
    assert "Gave the floor to Xã Đạ Tẻh" in hoa.get("/nhat-ky").text


def test_a_verb_without_words_and_a_name_with_marks_of_html_are_shown_as_they_are(
    hoa: Client,
) -> None:
    with transaction(Actor(1, "<b>Quân</b>"), "x.unheard_of", now=NOW, object="cai-gi") as entry:
        entry.about(after={"<i>": "<script>", "b": None})
    text = hoa.get("/nhat-ky").text
    assert "x.unheard_of cai-gi" in text
    assert "&lt;b&gt;Quân&lt;/b&gt;" in text
    assert "<script>" not in text


def test_each_role_and_each_event_has_words_in_both_languages() -> None:
    assert set(texts_audit.ROLES) == {str(role) for role in Role}
    assert not set(texts_audit.VERBS) & set(journal.VERBS)
    for words in (*VERBS.values(), *texts_audit.ROLES.values(), *texts_audit.VALUES.values()):
        assert all(words)


def test_an_empty_log_a_search_without_result_and_a_wrong_filter_say_what_to_do(
    hoa: Client,
) -> None:
    assert Event.objects.count() == 0
    assert "Không có sự kiện nào khớp." in hoa.get("/nhat-ky").text
    write(1)
    assert "Không có sự kiện nào khớp." in hoa.get("/nhat-ky?text=khongco").text
    for query, told in {
        "since=hom-qua": "Chọn ngày và giờ",
        "since=2026-11-20T08:00&until=2026-11-20T08:00": "Chọn giờ kết thúc sau giờ bắt đầu.",
        "verb=x": "Chọn trong danh sách.",
        "conference=99": "Chọn trong danh sách.",
        f"text={'a' * 201}": "Rút ngắn nội dung tìm.",
        "before=x": "Trang này không có.",
        f"after={2**63}": "Trang này không có.",
    }.items():
        answer = hoa.get(f"/nhat-ky?{query}")
        assert answer.status_code == 400, query
        assert told in answer.text, query
        assert numbers(answer) == []


def test_what_is_due_is_told_by_its_oldest_day(hoa: Client) -> None:
    assert "quá 12 tháng" not in hoa.get("/nhat-ky").text
    write(1, at=LONG_AGO)
    shown = hoa.get("/nhat-ky").text
    assert f"cũ nhất từ ngày {LONG_AGO:%d/%m/%Y}. Quản trị hệ thống chạy diemcau audit" in shown


# ---------------------------------------------------------------- what is found


def test_each_filter_finds_what_it_says(cast: Cast, hoa: Client) -> None:
    conference = opened(cast)
    order(conference, cast.hoa, c.GiveFloor(site=MINH_SITE))
    order(conference, cast.minh, c.MuteAll())
    later = NOW + timedelta(hours=2)
    with transaction(Actor(9, "Đỗ Thị Hòa"), "link.issued", now=later, object="xa-khac") as entry:
        entry.about(after={"unit": "Phường Xuân Hương"})
    every = {e.number: e for e in Event.objects.all()}

    def found(query: str) -> set[str]:
        shown = numbers(hoa.get(f"/nhat-ky?{query}"))
        assert shown == sorted(shown, reverse=True)
        return {every[n].verb for n in shown}

    assert len(found("")) == len({e.verb for e in every.values()}) > 3
    assert found("refused=on") == {"floor.muted_all"}
    assert found("verb=floor.given") == {"floor.given"}
    assert found(f"object={MINH_SITE}") == {"floor.given"}
    assert found("actor=Minh") == {"floor.muted_all"}
    assert found("actor=minh") == {"floor.muted_all"}
    assert found("since=2026-11-20T09:30") == {"link.issued"}
    assert "link.issued" not in found("until=2026-11-20T09:30")
    assert "link.issued" not in found(f"conference={conference.pk}")
    assert "floor.given" in found(f"conference={conference.pk}")
    assert found("text=do+thi+hoa+XUAN") == {"link.issued"}
    assert found("text=%C4%90%E1%BB%97+Th%E1%BB%8B") == {"link.issued"}
    assert found("text=do+khongco") == set()
    assert found("text=uong+xuan") == set(), "a word is found by its beginning"
    assert found("text=%25") == found("")
    assert Conference.objects.count() == 1


def test_pages_of_fifty_lead_to_older_ones_and_back(hoa: Client) -> None:
    write(120)
    newest = hoa.get("/nhat-ky?actor=Hoa")
    assert numbers(newest) == list(range(120, 70, -1))
    assert "Mới hơn" not in newest.text
    assert "?actor=Hoa&amp;before=71" in newest.text
    middle = hoa.get("/nhat-ky?actor=Hoa&before=71")
    assert numbers(middle) == list(range(70, 20, -1))
    assert "?actor=Hoa&amp;after=70" in middle.text
    oldest = hoa.get("/nhat-ky?actor=Hoa&before=21")
    assert numbers(oldest) == list(range(20, 0, -1))
    assert "Cũ hơn" not in oldest.text
    assert numbers(hoa.get("/nhat-ky?after=20")) == numbers(middle)
    back = hoa.get("/nhat-ky?after=70")
    assert numbers(back) == numbers(newest)
    assert "Mới hơn" not in back.text
    assert numbers(hoa.get("/nhat-ky?after=120")) == numbers(newest)


def test_a_page_asks_the_same_however_long_the_log_is(
    hoa: Client, django_assert_num_queries: Callable
) -> None:
    write(3)
    hoa.get("/nhat-ky")  # the first request of a session writes that it began
    with CaptureQueriesContext(connection) as before:
        hoa.get("/nhat-ky")
    write(90)
    with django_assert_num_queries(len(before)) as asked:
        hoa.get("/nhat-ky")
    assert not any(re.search("OFFSET|COUNT", query["sql"]) for query in asked.captured_queries)


# ---------------------------------------------------------------- what changed


def test_only_what_differs_is_shown_with_words_and_names() -> None:
    before = {
        "air": {"floor": [], "programme": {"sites": ["a"]}},
        "host_mic_open": True,
        "same": 1,
        "locked": ["xa-da-teh"],
    }
    after = {
        "air": {
            "floor": [{"site": "xa-da-teh", "since": "2026-11-20T01:00:00Z"}],
            "programme": {"sites": ["a"]},
        },
        "host_mic_open": False,
        "same": 1,
        "new": 1.5,
    }
    given = {"names": {"xa-da-teh": "Xã Đạ Tẻh"}, "zone": ZONE}
    assert changes(before, after, english=False, **given) == [
        Change("phát biểu", "–", "Xã Đạ Tẻh · 08:00:00 20/11/2026"),
        Change("micro chủ trì mở", "có", "không"),
        Change("khóa micro", "Xã Đạ Tẻh", ""),
        Change("new", "", "1,5"),
    ]
    assert changes(None, {"drill": True}, english=True, **given) == [Change("drill", "", "yes")]
    assert changes(None, None, english=True, **given) == []
    assert changes(3, 4, english=True, **given) == [Change("", "3", "4")]
    assert changes(None, {"a": {}}, english=True, **given) == [Change("a", "", "–")]


# ---------------------------------------------------------------- export


@pytest.mark.requirement("KH-5.4")
def test_an_export_is_an_event_and_holds_what_was_there_before_it(hoa: Client) -> None:
    write(3)
    answer = hoa.post("/nhat-ky/xuat", {"kind": "jsonl", "actor": "Hoa", "text": "given"})
    assert answer.headers["Content-Disposition"].endswith('.jsonl"')
    event = Event.objects.latest("number")
    assert event.verb == "audit.exported"
    assert event.after == {"kind": "jsonl", "actor": "Hoa", "text": "given"}
    lines = [json.loads(line) for line in body(answer).splitlines()]
    assert [line["number"] for line in lines] == [1, 2, 3]
    for line in lines:
        hash = line.pop("hash")
        assert canonical.digest_of(line) == hash, "it can be checked by itself"


def test_a_table_opens_in_a_spreadsheet_and_holds_no_formula(hoa: Client) -> None:
    with transaction(Actor(1, "=cmd|' /C calc'!A0"), "floor.given", now=NOW, object="@x") as entry:
        entry.about(after={"unit": "Phường, “Xuân Hương”\nĐà Lạt"})
    answer = hoa.post("/nhat-ky/xuat", {"kind": "csv"})
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    text = body(answer)
    assert text.startswith("\ufeffnumber,at,")
    (row,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    assert row["actor"] == "'=cmd|' /C calc'!A0"
    assert row["object"] == "'@x"
    assert row["at"] == "2026-11-20 08:00:00.000000+07:00"
    assert row["act"] == "Trao quyền phát biểu cho @x"
    assert json.loads(row["after"])["unit"].endswith("\nĐà Lạt")
    assert row["hash"] == Event.objects.get(number=1).hash


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "  =1", "\n=1"])
def test_a_cell_that_could_be_a_formula_is_text(cell: str) -> None:
    assert _safe(cell) == f"'{cell}"


def test_a_cell_that_is_no_formula_stays() -> None:
    assert [_safe(c) for c in ("a=1", "", "1-2", "–")] == ["a=1", "", "1-2", "–"]


def test_a_long_export_comes_in_parts(hoa: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "BATCH", 4)
    write(11)

    async def parts(response: object) -> list[bytes]:
        return [part async for part in response]

    answer = hoa.post("/nhat-ky/xuat", {"kind": "jsonl"})
    write(1)  # comes later, and is not in it
    assert [part.count(b"\n") for part in async_to_sync(parts)(answer)] == [4, 4, 3]


def test_a_wrong_filter_exports_nothing(hoa: Client) -> None:
    write(1)
    assert hoa.post("/nhat-ky/xuat", {"kind": "csv", "verb": "x"}).status_code == 302
    assert Event.objects.count() == 1
