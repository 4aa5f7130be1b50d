"""Control passes to a site and back: by whom, to which tiers, until when."""

import pytest
from django.conf import settings

from diemcau.accounts.models import RoleHolding, User
from diemcau.audit.models import Event
from diemcau.conference import desks, passes, queries
from diemcau.conference.models import Conference, ControlGrant, DeskSeat, Seat
from diemcau.conference.workflow import SeatState
from diemcau.media.tokens import read
from diemcau.protocol import commands as c
from diemcau.protocol.commands import Outcome
from diemcau.web.gate import still_holds

from .cast import (
    LAN_SITE,
    MAI_SITE,
    MINH_SITE,
    NOW,
    Cast,
    ask,
    fresh,
    minutes,
    of_the_province,
    opened,
    order,
)


@pytest.mark.requirement("LD-5.6")
def test_a_site_with_a_grant_gives_the_floor_and_one_without_does_not(cast: Cast) -> None:
    of_the_province(MAI_SITE)
    conference = opened(cast)
    give = c.GiveFloor(site=MINH_SITE)
    assert order(conference, cast.mai, give).code == "not_permitted"
    assert order(conference, cast.hoa, c.GrantControl(site=MAI_SITE)).outcome is Outcome.DONE
    assert order(conference, cast.mai, give).outcome is Outcome.DONE
    assert order(conference, cast.minh, c.MuteAll()).code == "not_permitted"


@pytest.mark.requirement("LD-10.1")
def test_control_is_never_given_to_a_site_of_a_commune(cast: Cast) -> None:
    conference = opened(cast)
    answer = order(conference, cast.hoa, c.GrantControl(site=MINH_SITE))
    assert (answer.code, answer.clause) == ("control_not_for_site", "LĐ 10.1")
    assert "Xã Đạ Tẻh" in answer.reason_vi
    assert not ControlGrant.objects.exists()


@pytest.mark.parametrize(
    ("province", "clause"), [("khanh-hoa", "KH 2.1"), ("lao-cai", ""), ("hue", "")]
)
def test_a_province_that_keeps_control_at_the_centre_gives_it_to_no_site(
    cast: Cast, province: str, clause: str
) -> None:
    of_the_province(MAI_SITE)
    conference = opened(cast)
    Conference.objects.filter(pk=conference.pk).update(profile=f"{province}@1")
    answer = order(fresh(conference), cast.hoa, c.GrantControl(site=MAI_SITE))
    assert (answer.code, answer.clause) == ("control_not_for_site", clause)


def test_in_binh_dinh_only_the_main_site_of_the_meeting_controls_it(cast: Cast) -> None:
    of_the_province(MAI_SITE)
    conference = opened(cast)
    Conference.objects.filter(pk=conference.pk).update(profile="binh-dinh@1")
    answer = order(fresh(conference), cast.hoa, c.GrantControl(site=MAI_SITE))
    assert (answer.code, answer.clause) == ("control_not_for_site", "BĐ 3.5")
    assert order(fresh(conference), cast.lan, c.MuteAll()).outcome is Outcome.DONE


def test_only_the_control_centre_gives_control_and_takes_it_back(cast: Cast) -> None:
    of_the_province(MAI_SITE)
    conference = opened(cast)
    for who in (cast.lan, cast.minh):
        assert order(conference, who, c.GrantControl(site=MAI_SITE)).code == "not_permitted"
        assert order(conference, who, c.WithdrawControl(site=LAN_SITE)).code == "not_permitted"
    order(conference, cast.hoa, c.GrantControl(site=MAI_SITE))
    assert order(conference, cast.mai, c.WithdrawControl(site=LAN_SITE)).code == "not_permitted"


def test_the_control_centre_overrides_the_host_site_and_gives_control_back(cast: Cast) -> None:
    conference = opened(cast)
    assert order(conference, cast.lan, c.MuteAll()).outcome is Outcome.DONE
    order(conference, cast.hoa, c.WithdrawControl(site=LAN_SITE))
    assert order(conference, cast.lan, c.MuteAll()).code == "not_permitted"
    assert queries.snapshot(fresh(conference), operator="Hoa").controllers == ()
    order(conference, cast.hoa, c.GrantControl(site=LAN_SITE))
    assert order(conference, cast.lan, c.MuteAll()).outcome is Outcome.DONE
    assert queries.snapshot(fresh(conference), operator="Hoa").controllers == (LAN_SITE,)


def test_a_grant_is_given_once_and_withdrawn_once(cast: Cast) -> None:
    of_the_province(MAI_SITE)
    conference = opened(cast)
    give, back = c.GrantControl(site=MAI_SITE), c.WithdrawControl(site=MAI_SITE)
    assert order(conference, cast.hoa, back).code == "has_no_control"
    assert order(conference, cast.hoa, give).outcome is Outcome.DONE
    assert order(conference, cast.hoa, give).code == "has_control"
    assert order(conference, cast.hoa, c.GrantControl(site=LAN_SITE)).code == "has_control"
    assert order(conference, cast.hoa, back).outcome is Outcome.DONE
    assert order(conference, cast.mai, c.MuteAll()).code == "not_permitted"
    assert order(conference, cast.hoa, back).code == "has_no_control"


@pytest.mark.requirement("LD-10.1")
def test_a_grant_lapses_with_the_conference(cast: Cast) -> None:
    of_the_province(MAI_SITE)
    conference = opened(cast)
    order(conference, cast.hoa, c.GrantControl(site=MAI_SITE))
    order(conference, cast.hoa, c.Close(), now=minutes(40))
    assert ControlGrant.objects.get().ended_at == minutes(40)
    assert queries.situation(fresh(conference)).granted == frozenset()


# ---------------------------------------------------------------- desks and places that end


def lan_at_a_desk(conference: Conference, cast: Cast) -> DeskSeat:
    return desks.take_desk(conference_id=conference.pk, actor=cast.lan, now=NOW)


def opens_the_gate(conference: Conference, desk: DeskSeat) -> bool:
    token = passes.desk_tokens(conference, desk).token
    return still_holds(read(token, key=settings.ENGINE_KEY, secret=settings.ENGINE_SECRET))


def test_a_desk_is_wanted_in_the_engine_until_control_is_withdrawn(cast: Cast) -> None:
    conference = opened(cast)
    desk = lan_at_a_desk(conference, cast)
    assert desks.end_unentitled(now=NOW) == 0
    assert queries.wants(fresh(conference)).main.desks == {desk.identity}
    assert opens_the_gate(conference, desk)
    order(conference, cast.hoa, c.WithdrawControl(site=LAN_SITE))
    before = fresh(conference).version
    assert desks.end_unentitled(now=minutes(1)) == 1
    assert queries.wants(fresh(conference)).main.desks == frozenset()
    assert not opens_the_gate(conference, desk)
    assert fresh(conference).version > before, "the worker is to notice"
    assert Event.objects.latest("id").verb == "desk.ended"


@pytest.mark.requirement("KH-5.4")
@pytest.mark.parametrize("how", ["role ends", "account is disabled", "conference is closed"])
def test_a_desk_falls_with_the_right_to_it(cast: Cast, how: str) -> None:
    conference = opened(cast)
    desk = lan_at_a_desk(conference, cast)
    if how == "role ends":
        RoleHolding.objects.filter(user=cast.users["Lan"]).update(valid_to=minutes(1))
    elif how == "account is disabled":
        User.objects.filter(pk=cast.users["Lan"].pk).update(is_active=False)
    else:
        order(conference, cast.hoa, c.Close())
    assert desks.end_unentitled(now=minutes(2)) == 1
    desk.refresh_from_db()
    assert desk.ended_at == minutes(2)
    assert desks.end_unentitled(now=minutes(3)) == 0


@pytest.mark.requirement("KH-5.4")
@pytest.mark.parametrize("how", ["role ends", "account is disabled"])
def test_a_sites_place_falls_with_the_role_of_whoever_took_it(cast: Cast, how: str) -> None:
    conference = opened(cast)
    Seat.objects.filter(entry__site__key=MINH_SITE).delete()
    assert ask(conference, cast.minh).outcome == "admitted"
    order(conference, cast.hoa, c.GiveFloor(site=MINH_SITE))
    assert desks.end_unentitled(now=NOW) == 0
    if how == "role ends":
        RoleHolding.objects.filter(user=cast.users["Minh"]).update(valid_to=minutes(1))
    else:
        User.objects.filter(pk=cast.users["Minh"].pk).update(is_active=False)
    assert desks.end_unentitled(now=minutes(2)) == 1
    seat = Seat.objects.get(entry__site__key=MINH_SITE)
    assert seat.state == SeatState.LEFT
    assert fresh(conference).desired.holders == ()
    assert seat.identity not in queries.wants(fresh(conference)).main.grants


def test_the_sweep_asks_no_more_for_two_hundred_sites_than_for_nine(
    django_assert_num_queries, db: None
) -> None:
    from .cast import make_cast

    cast = make_cast(200)
    conference = opened(cast)
    Seat.objects.filter(entry__conference=conference).update(account_id=None)
    with django_assert_num_queries(2):
        desks.end_unentitled(now=NOW)
