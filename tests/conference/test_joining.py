"""A device asks for its site's place: every answer, what is recorded, and what no link can do."""

import jwt
import pytest
from django.conf import settings

from diemcau.audit.models import Event
from diemcau.audit.refusal import Refusal
from diemcau.conference import joining, services
from diemcau.conference.models import Conference, RosterEntry, Seat
from diemcau.protocol import commands as c
from diemcau.protocol.card import Card

from .cast import (
    CENTRE_PHONE,
    LAN_SITE,
    MINH_SITE,
    NOW,
    PHONE,
    QUAN_SITE,
    Cast,
    ask,
    book,
    device,
    fresh,
    last_event,
    minutes,
    order,
)


@pytest.fixture
def conference(cast: Cast) -> Conference:
    """A conference that is open for connections, with nobody in it."""
    found = book(cast)
    services.start_joining(conference_id=found.pk, actor=cast.hoa, now=NOW)
    return fresh(found)


def claims(token: str) -> dict:
    return jwt.decode(token, settings.ENGINE_SECRET, algorithms=["HS256"])


def test_a_listed_site_is_let_in_under_site_person_and_unit(
    cast: Cast, conference: Conference
) -> None:
    answer = ask(conference, cast.minh, person="Nguyễn Minh", unit="UBND xã Đạ Tẻh")
    assert answer.outcome == "admitted"
    assert answer.word.conference == conference.pk
    token = claims(answer.token)
    assert token["sub"] == answer.identity
    assert token["video"]["room"] == conference.room
    assert token["video"]["canPublishSources"] == ["camera"]
    card = Card.model_validate_json(token["metadata"])
    assert (card.site, card.person, card.unit) == (MINH_SITE, "Nguyễn Minh", "UBND xã Đạ Tẻh")
    assert "phone" not in token["metadata"]
    for number in (PHONE, CENTRE_PHONE):
        assert number not in token["metadata"] + answer.word.model_dump_json()
    talk = claims(answer.talk_token)
    assert (talk["video"]["room"], talk["sub"]) == (conference.talk_room, answer.identity)
    assert last_event().verb == "site.joined"


def test_the_host_comes_with_its_microphone_and_a_holder_comes_back_with_it(
    cast: Cast, conference: Conference
) -> None:
    assert "microphone" in claims(ask(conference, cast.lan).token)["video"]["canPublishSources"]
    ask(conference, cast.minh)
    order(conference, cast.hoa, c.GiveFloor(site=MINH_SITE))
    assert "microphone" in claims(ask(conference, cast.minh).token)["video"]["canPublishSources"]


def test_a_conference_that_is_due_opens_for_the_first_who_comes(cast: Cast) -> None:
    conference = book(cast, connect_at=minutes(5))
    early = ask(conference, cast.minh, now=minutes(4))
    assert (early.outcome, early.connect_at) == ("not_open", minutes(5))
    assert Seat.objects.count() == 0
    assert ask(conference, cast.minh, now=minutes(5)).outcome == "admitted"
    assert fresh(conference).state == "joining"


def test_the_same_device_resumes_its_place_and_writes_nothing(
    cast: Cast, conference: Conference
) -> None:
    first = ask(conference, cast.minh)
    before, events = fresh(conference).version, Event.objects.count()
    again = ask(conference, cast.minh, now=minutes(5))
    assert (again.outcome, again.identity) == ("admitted", first.identity)
    assert (fresh(conference).version, Event.objects.count()) == (before, events)


def test_another_person_at_the_same_device_is_recorded(cast: Cast, conference: Conference) -> None:
    first = ask(conference, cast.minh)
    again = ask(conference, cast.minh, person="Trần Bình")
    assert again.identity == first.identity
    assert Seat.objects.get().person == "Trần Bình"
    assert last_event().after["person"] == "Trần Bình"


def test_a_second_device_is_told_where_the_site_is_and_gets_no_token(
    cast: Cast, conference: Conference
) -> None:
    ask(conference, cast.minh)
    answer = ask(conference, cast.minh, "B", now=minutes(1))
    assert answer.outcome == "elsewhere"
    assert (answer.device, answer.declined) == ("Chrome · máy A", False)
    assert "token" not in answer.model_dump()


@pytest.mark.parametrize("issued", [None, -1, 2], ids=["no link", "older link", "at that moment"])
def test_a_stolen_link_alone_never_displaces_anyone(
    cast: Cast, conference: Conference, issued: int | None
) -> None:
    first = ask(conference, cast.minh)
    link = minutes(issued) if issued is not None else None
    thief = {"told_at": minutes(2), "link_issued_at": link, "takeover": True}
    assert ask(conference, cast.minh, "B", now=minutes(3), **thief).outcome == "elsewhere"
    unasked = {"told_at": minutes(2), "link_issued_at": minutes(3)}
    assert ask(conference, cast.minh, "B", now=minutes(4), **unasked).outcome == "elsewhere"
    untold = {"link_issued_at": minutes(3), "takeover": True}
    assert ask(conference, cast.minh, "B", now=minutes(4), **untold).outcome == "elsewhere"
    assert ask(conference, cast.minh).identity == first.identity


def test_after_signing_in_again_the_second_device_takes_over_and_the_first_is_told(
    cast: Cast, conference: Conference
) -> None:
    first = ask(conference, cast.minh)
    order(conference, cast.hoa, c.GiveFloor(site=MINH_SITE))
    second = ask(
        conference,
        cast.minh,
        "B",
        now=minutes(3),
        told_at=minutes(1),
        link_issued_at=minutes(2),
        takeover=True,
    )
    assert second.outcome == "admitted"
    assert second.identity != first.identity
    assert last_event().verb == "site.replaced"
    told = ask(conference, cast.minh, now=minutes(4))
    assert (told.outcome, told.by, told.at) == ("replaced", "Chrome · máy B", minutes(3))
    assert fresh(conference).desired.holders == (MINH_SITE,), "the floor is the site's"


def test_with_the_desks_consent_the_second_device_takes_over(
    cast: Cast, conference: Conference
) -> None:
    ask(conference, cast.minh)
    waiting = ask(conference, cast.minh, "B", ask_consent=True)
    assert (waiting.outcome, waiting.why) == ("waiting", "consent_asked")
    assert last_event().verb == "site.elsewhere"
    order(conference, cast.hoa, c.AllowTakeover(site=MINH_SITE))
    assert ask(conference, cast.minh, "B").outcome == "admitted"
    assert ask(conference, cast.minh).outcome == "replaced"


def test_a_declined_device_is_told_and_the_first_stays(cast: Cast, conference: Conference) -> None:
    first = ask(conference, cast.minh)
    ask(conference, cast.minh, "B", ask_consent=True)
    order(conference, cast.hoa, c.AllowTakeover(site=MINH_SITE, allow=False))
    told = ask(conference, cast.minh, "B")
    assert (told.outcome, told.declined) == ("elsewhere", True)
    assert ask(conference, cast.minh).identity == first.identity


def test_a_site_that_is_not_listed_waits_for_the_desk(cast: Cast, conference: Conference) -> None:
    waiting = ask(conference, cast.quan)
    assert (waiting.outcome, waiting.why) == ("waiting", "not_listed")
    assert not RosterEntry.objects.get(site__key=QUAN_SITE).listed
    assert order(conference, cast.hoa, c.AdmitAll()).code == "nobody_waits"
    assert ask(conference, cast.quan).outcome == "waiting", "one key admits only who is listed"
    order(conference, cast.hoa, c.Admit(site=QUAN_SITE))
    assert ask(conference, cast.quan).outcome == "admitted"


def test_asking_while_waiting_writes_nothing(cast: Cast, conference: Conference) -> None:
    ask(conference, cast.quan)
    before = fresh(conference).version, Event.objects.count()
    ask(conference, cast.quan, now=minutes(1))
    assert (fresh(conference).version, Event.objects.count()) == before


def test_where_the_regulation_wants_it_the_desk_lets_in_each_site(cast: Cast) -> None:
    conference = book(cast, province="lao-cai")
    waiting = ask(conference, cast.minh)
    assert (waiting.outcome, waiting.why) == ("waiting", "needs_admission")
    order(conference, cast.hoa, c.Admit(site=MINH_SITE))
    assert ask(conference, cast.minh).outcome == "admitted"


def test_a_removed_site_is_told_why_until_it_is_admitted_again(
    cast: Cast, conference: Conference
) -> None:
    first = ask(conference, cast.minh)
    order(conference, cast.hoa, c.Remove(site=MINH_SITE, reason="Gây ồn"), now=minutes(2))
    told = ask(conference, cast.minh, now=minutes(3))
    assert (told.outcome, told.reason, told.at) == ("removed", "Gây ồn", minutes(2))
    assert ask(conference, cast.minh, "B").outcome == "removed", "on no other device either"
    order(conference, cast.hoa, c.Admit(site=MINH_SITE))
    again = ask(conference, cast.minh)
    assert again.outcome == "admitted"
    assert again.identity != first.identity, "the old token stays outside"


def test_a_full_conference_says_its_limit_and_is_recorded_once(
    cast: Cast, conference: Conference, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(conference, cast.mai)
    none_left = type("Limit", (), {"value": 1})()
    monkeypatch.setattr(services, "site_limit", lambda profile: none_left)
    answer = ask(conference, cast.minh)
    assert (answer.outcome, answer.limit) == ("full", 1)
    assert last_event().verb == "site.refused_entry"
    before = Event.objects.count()
    assert ask(conference, cast.minh, now=minutes(1)).outcome == "full"
    assert Event.objects.count() == before
    assert ask(conference, cast.mai).outcome == "admitted", "who is inside stays"


def test_a_closed_conference_says_when_it_ended(cast: Cast, conference: Conference) -> None:
    ask(conference, cast.minh)
    services.close(conference_id=conference.pk, reason="", actor=cast.hoa, now=minutes(9))
    told = ask(conference, cast.minh, now=minutes(10))
    assert (told.outcome, told.at) == ("closed", minutes(9))


def test_who_leaves_gives_turn_and_request_back_and_may_come_again(
    cast: Cast, conference: Conference
) -> None:
    ask(conference, cast.minh)
    order(conference, cast.hoa, c.GiveFloor(site=MINH_SITE))
    leave = {"conference_id": conference.pk, "actor": cast.minh, "device": device(MINH_SITE)}
    joining.leave(**leave, now=minutes(2))
    assert fresh(conference).desired.holders == ()
    assert last_event().verb == "site.left"
    before = Event.objects.count()
    joining.leave(**leave, now=minutes(3))
    assert Event.objects.count() == before, "leaving twice is leaving once"
    assert ask(conference, cast.minh).outcome == "admitted"


def test_another_device_cannot_give_the_place_away(cast: Cast, conference: Conference) -> None:
    ask(conference, cast.minh)
    joining.leave(
        conference_id=conference.pk, actor=cast.minh, device=device(MINH_SITE, "B"), now=NOW
    )
    assert Seat.objects.get().state == "active"


def test_who_acts_for_no_site_cannot_join(cast: Cast, conference: Conference) -> None:
    with pytest.raises(Refusal) as refused:
        ask(conference, cast.hoa)
    assert refused.value.code == "site_only"


def test_a_site_is_told_the_control_centres_telephone_and_no_other(
    cast: Cast, conference: Conference
) -> None:
    answer = ask(conference, cast.minh)
    assert answer.own.technician_phone == CENTRE_PHONE
    assert PHONE not in answer.model_dump_json()
    assert answer.own.host is False
    assert ask(conference, cast.lan).own.host is True
    assert answer.word.host == LAN_SITE


def test_presence_is_recorded_in_one_transaction_however_many_come(
    cast: Cast, conference: Conference, django_assert_max_num_queries
) -> None:
    for actor in (cast.lan, cast.minh, cast.mai):
        ask(conference, actor)
    codes = set(Seat.objects.values_list("code", flat=True))
    before = fresh(conference).version
    with django_assert_max_num_queries(10):
        services.report_presence(
            conference_id=conference.pk, connected=codes, known=codes, now=minutes(1)
        )
    assert set(Seat.objects.values_list("connected", "connected_at", "lost_at")) == {
        (True, minutes(1), None)
    }
    assert fresh(conference).version == before + 1
    verbs = Event.objects.order_by("-id").values_list("verb", "actor_name", "object")[:3]
    assert {v[:2] for v in verbs} == {("site.connected", "Hệ thống")}
    assert {v[2] for v in verbs} == {LAN_SITE, MINH_SITE, cast.mai.site}
    services.report_presence(conference_id=conference.pk, connected=set(), known=codes, now=NOW)
    assert Seat.objects.filter(lost_at=NOW, connected=False).count() == 3
    before, events = fresh(conference).version, Event.objects.count()
    services.report_presence(conference_id=conference.pk, connected=set(), known=codes, now=NOW)
    assert (fresh(conference).version, Event.objects.count()) == (before, events)
