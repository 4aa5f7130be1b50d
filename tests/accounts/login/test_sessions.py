"""Sessions, second factors, the idle lock, one live session, and sleeping accounts."""

import json
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from diemcau.accounts.login import (
    attempts,
    credentials,
    dormancy,
    invitations,
    live,
    policy,
    sessions,
)
from diemcau.accounts.login.models import Failure, LiveClaim, Session, Standing
from diemcau.accounts.models import RoleHolding, User
from diemcau.accounts.services import issue_link
from diemcau.accounts.services_people import disable_person, enable_person
from diemcau.audit.actor import SYSTEM, Actor, Held, Role, Scope
from diemcau.audit.models import Event
from diemcau.audit.refusal import Refusal
from diemcau.conference.expected import sites_expected
from diemcau.conference.models import Conference, Seat
from diemcau.directory.models import Site
from tests.conference.cast import MAI_SITE, MINH_SITE, QUAN_SITE, Cast, make_cast, opened
from tests.conference.test_commands import at_the_same_time

from .conftest import PASSWORD, acts, enter, make, verbs

SECRET = "JBSWY3DPEHPK3PXP"
OUTSIDE = "113.160.1.1"


@pytest.fixture(autouse=True)
def no_rates() -> None:
    """allauth counts some requests in the cache, which outlives a test."""
    cache.clear()


@pytest.fixture
def cast(db: None) -> Cast:
    """Hoa, Lan, Minh, Mai and Quân."""
    return make_cast()


@pytest.fixture
def conference(cast: Cast) -> Conference:
    """A live conference."""
    return opened(cast)


def code() -> str:
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    return str(totp.format_hotp_value(totp.hotp_value(SECRET, counter)))


def with_app(user: User) -> User:
    totp.TOTP.activate(user, SECRET)
    RecoveryCodes.activate(user)
    return user


def by_link(role: Role = Role.CONTROL_OPERATOR, *, address: str = "127.0.0.1") -> Client:
    site = Site.objects.get(key=MINH_SITE) if role is Role.SITE_OPERATOR else None
    made = issue_link(role=role, site=site, actor=SYSTEM, now=timezone.now())
    client = Client(REMOTE_ADDR=address)
    assert client.post(made.path).status_code == 302
    return client


# ---------------------------------------------------------------- second factors


def test_a_password_is_not_enough_where_a_factor_is_set_up(lan: User) -> None:
    with_app(lan)
    client = enter("lan")
    assert client.answer.headers["Location"] == "/dang-nhap/ma"
    assert client.get("/api/me").status_code == 401
    assert "không đúng" in client.post("/dang-nhap/ma", {"code": "000000"}).text
    assert client.post("/dang-nhap/ma", {"code": code()}).status_code == 302
    assert client.get("/api/me").status_code == 200
    assert Event.objects.get(verb="login.passed").after["factor"] is True


def test_a_recovery_code_works_once_and_is_recorded(lan: User) -> None:
    with_app(lan)
    one = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    for status in (302, 200):
        client = enter("lan")
        assert client.post("/dang-nhap/ma", {"code": one}).status_code == status
    assert "factor.recovery_code_used" in verbs()


def test_wrong_codes_pause_this_address_and_not_the_owner(lan: User) -> None:
    with_app(lan)
    thief = enter("lan", address=OUTSIDE)
    for _ in range(5):
        thief.post("/dang-nhap/ma", {"code": "000000"})
    assert "tạm khóa" in thief.post("/dang-nhap/ma", {"code": code()}).text
    owner = enter("lan", address="10.0.0.5")
    assert owner.post("/dang-nhap/ma", {"code": code()}).status_code == 302
    assert Failure.objects.get(user=lan).address == OUTSIDE


def test_the_database_keeps_no_secret_of_an_app_or_a_recovery_code(lan: User) -> None:
    with_app(lan)
    kept = str(list(Authenticator.objects.values()))
    assert SECRET not in kept
    codes = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    assert not any(c in kept for c in codes)
    assert Authenticator.objects.get(type="totp").wrap().validate_code(code())


def test_an_administrator_without_a_factor_can_do_nothing_else(huong: User) -> None:
    client = enter("huong")
    for path in ("/", "/quan-tri/dang-nhap", "/tai-khoan", "/hoi-nghi/moi", "/tai-khoan/mat-khau"):
        assert client.get(path).headers["Location"].startswith("/tai-khoan/thiet-lap"), path
    assert client.get("/tai-khoan/thiet-lap").status_code == 200
    refused = client.get("/api/sites")
    assert (refused.status_code, refused.json()["code"]) == (403, "second_factor_missing")
    assert client.post("/ra").status_code == 302


def test_from_outside_everybody_needs_a_factor_and_inside_a_link_is_enough(cast: Cast) -> None:
    assert by_link(Role.SITE_OPERATOR).get("/").status_code == 200
    assert by_link(Role.CONTROL_OPERATOR).get("/").status_code == 200
    away = by_link(Role.SITE_OPERATOR, address=OUTSIDE)
    assert away.get("/").headers["Location"].startswith("/tai-khoan/thiet-lap")
    assert away.get("/api/me").json()["code"] == "second_factor_missing"


def test_who_has_a_factor_steps_up_after_a_link(cast: Cast) -> None:
    client = by_link()
    with_app(cast.users["Hoa"])
    led = client.get("/hoi-nghi/moi")
    assert led.headers["Location"] == "/mo-khoa/ma?next=%2Fhoi-nghi%2Fmoi"
    assert client.get("/tai-khoan/ung-dung/bo").status_code == 302, "nor takes it away"
    shown = client.post(led.headers["Location"], {"code": code(), "next": "/hoi-nghi/moi"})
    assert shown.headers["Location"] == "/hoi-nghi/moi"
    assert client.get("/hoi-nghi/moi").status_code == 200


def test_a_factor_is_changed_only_after_proving_again_who_one_is(lan: User) -> None:
    client = enter("lan")
    answer = client.get("/tai-khoan/ung-dung")
    assert answer.headers["Location"].startswith("/mo-khoa/mat-khau")
    client.post("/mo-khoa/mat-khau", {"password": PASSWORD})
    assert client.get("/tai-khoan/ung-dung").status_code == 200


def test_an_administrator_takes_away_the_factors_of_somebody_who_lost_them(
    lan: User, huong: User
) -> None:
    with_app(lan)
    credentials.reset_factors(user=lan, actor=acts(huong), now=timezone.now())
    assert not credentials.has_factor(lan)
    assert enter("lan").answer.headers["Location"] == "/"
    with pytest.raises(Refusal):
        credentials.reset_factors(user=huong, actor=acts(lan), now=timezone.now())
    assert Event.objects.get(verb="factor.all_removed", refused=False).before == {
        "types": ["recovery_codes", "totp"]
    }


# ---------------------------------------------------------------- sessions


def test_a_person_sees_the_own_sessions_and_ends_one_or_all_others(lan: User) -> None:
    here, there, third = enter("lan"), enter("lan", address="10.1.1.1"), enter("lan")
    page = here.get("/tai-khoan").text
    assert "10.1.1.1" in page
    assert page.count("Máy này") == 1
    row = Session.objects.get(address="10.1.1.1")
    here.post("/tai-khoan", {"session": row.pk})
    assert there.get("/api/me").status_code == 401
    assert third.get("/api/me").status_code == 200
    here.post("/tai-khoan", {"act": "end-others"})
    assert third.get("/api/me").status_code == 401
    assert here.get("/api/me").status_code == 200
    assert verbs().count("session.ended") == 2


def test_nobody_ends_a_session_of_somebody_else(lan: User) -> None:
    other = make("tuan")
    theirs = enter("tuan")
    enter("lan").post("/tai-khoan", {"session": Session.objects.get(user=other).pk})
    assert theirs.get("/api/me").status_code == 200
    with pytest.raises(Refusal):
        sessions.end_all(user=other, actor=acts(lan), now=timezone.now())


def test_an_administrator_ends_all_of_a_person(lan: User, huong: User) -> None:
    clients = [enter("lan"), enter("lan")]
    assert sessions.end_all(user=lan, actor=acts(huong), now=timezone.now()) == 2
    assert all(c.get("/api/me").status_code == 401 for c in clients)


@pytest.mark.requirement("KH-5.4")
def test_disabling_an_account_ends_its_sessions(lan: User, huong: User) -> None:
    client = enter("lan")
    disable_person(user_id=lan.pk, actor=acts(huong), reason="test", now=timezone.now())
    assert client.get("/api/me").status_code == 401
    assert Session.objects.get(user=lan).ended_why == "account_disabled"
    with pytest.raises(Refusal, match="not_oneself"):
        disable_person(user_id=huong.pk, actor=acts(huong), reason="thử", now=timezone.now())
    enable_person(user_id=lan.pk, actor=acts(huong), now=timezone.now())
    assert client.get("/api/me").status_code == 401, "enabled again, the old session stays ended"


def test_the_page_of_sign_ins_leaves_the_last_administrator_in(lan: User, huong: User) -> None:
    RoleHolding.objects.create(
        user=lan, role=Role.SYSTEM_ADMIN, scope=Scope.SYSTEM, valid_from=timezone.now()
    )
    client = admin_client(huong)
    client.post("/quan-tri/dang-nhap", {"act": "disable", "user": lan.pk})
    client.post("/quan-tri/dang-nhap", {"act": "disable", "user": huong.pk})
    assert set(User.objects.filter(is_active=True).values_list("username", flat=True)) == {"huong"}


@pytest.mark.requirement("KH-4")
def test_an_administrator_of_one_organisation_takes_over_nobodys_sign_in(
    lan: User, huong: User
) -> None:
    own = Actor(lan.pk, "Lan", (Held(Role.SYSTEM_ADMIN, Scope.OWN, "huyen-cam-lam", "district"),))
    now = timezone.now()
    for act in (
        lambda: invitations.invite(user=huong, actor=own, now=now),
        lambda: credentials.reset_factors(user=huong, actor=own, now=now),
        lambda: sessions.end_all(user=huong, actor=own, now=now),
        lambda: disable_person(user_id=huong.pk, reason="thử", actor=own, now=now),
    ):
        with pytest.raises(Refusal, match="not_permitted"):
            act()
    assert not any(policy.may(own, act) for act in policy.Act)


def test_signing_out_ends_the_session_and_a_stolen_cookie_with_it(lan: User) -> None:
    client = enter("lan")
    stolen = Client()
    stolen.cookies = client.cookies.copy()
    client.post("/ra")
    assert stolen.get("/api/me").status_code == 401
    assert Session.objects.get(user=lan).ended_why == "signed_out"


def test_the_list_says_when_a_session_was_last_used(lan: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = enter("lan")
        clock.shift(timedelta(seconds=5))
        client.get("/")
        row = Session.objects.get()
        assert row.seen_at == row.since, "not at every request"
        clock.shift(timedelta(minutes=2))
        client.get("/")
        assert Session.objects.get().seen_at == timezone.now()


# ---------------------------------------------------------------- idle lock


def test_an_idle_page_asks_again_and_then_goes_back(lan: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = enter("lan")
        clock.shift(timedelta(minutes=14))
        assert client.get("/tai-khoan").status_code == 200
        clock.shift(timedelta(minutes=16))
        led = client.get("/tai-khoan").headers["Location"]
        assert led == "/mo-khoa/mat-khau?next=%2Ftai-khoan"
        assert client.get("/phien/con").json() == {"seconds": 0.0}
        assert client.get("/api/me").status_code == 200, "what live screens call never locks"
        # The call of a live screen says that somebody is there.
        clock.shift(timedelta(minutes=16))
        assert client.get("/tai-khoan").status_code == 302
        assert "không đúng" in client.post(led, {"password": "sai"}).text
        back = client.post(led, {"password": PASSWORD, "next": "/tai-khoan"})
        assert back.headers["Location"] == "/tai-khoan"
        assert client.get("/tai-khoan").status_code == 200


def test_a_form_that_was_sent_too_late_is_carried_out_after_proving(cast: Cast) -> None:
    make("thu", role=Role.CONTROL_OPERATOR)
    booking = {
        "title": "Giao ban gửi muộn",
        "host_site": "ubnd-tinh",
        "count": "3",
        "connect_at": "2026-11-25T08:00",
        "opening_at": "2026-11-25T08:30",
    }
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = enter("thu")
        client.cookies["dc_device"] = "bi-mat-cua-may"
        clock.shift(timedelta(minutes=16))
        led = client.post("/hoi-nghi/moi", booking).headers["Location"]
        assert not Conference.objects.exists()
        assert "bi-mat-cua-may" not in json.dumps(dict(client.session.items()))
        done = client.post(led, {"password": PASSWORD, "next": "/hoi-nghi/moi"})
    assert Conference.objects.get().title == "Giao ban gửi muộn"
    assert done.status_code == 302


def test_who_signs_in_by_links_opens_a_new_one(cast: Cast) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = by_link()
        clock.shift(timedelta(minutes=16))
        led = client.get("/")
        assert led.headers["Location"] == "/mo-khoa?next=%2F"
        assert "Mở liên kết mới" in client.get(led.headers["Location"]).text
        made = issue_link(role=Role.CONTROL_OPERATOR, site=None, actor=SYSTEM, now=timezone.now())
        client.post(made.path)
        assert client.get("/").status_code == 200
    assert Session.objects.count() == 1, "the same device"


def test_administration_locks_after_five_minutes_whatever_else_is_done(cast: Cast) -> None:
    make("thu", role=Role.CONTROL_OPERATOR)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = enter("thu")
        assert client.get("/quan-tri/dang-nhap").status_code == 200
        clock.shift(timedelta(minutes=6))
        assert client.get("/").status_code == 200
        assert client.get("/quan-tri/dang-nhap").status_code == 302


def test_a_live_screen_comes_back_without_asking_while_its_conference_runs(
    cast: Cast, conference: Conference
) -> None:
    client = by_link()
    assert client.post(f"/api/conferences/{conference.pk}/desk/tokens").status_code == 200
    with time_machine.travel(timezone.now() + timedelta(hours=3), tick=False):
        assert client.get(f"/hoi-nghi/{conference.pk}/ban").status_code in (200, 503)
    conference.state, conference.closed_at = "closed", timezone.now()
    conference.save()
    with time_machine.travel(timezone.now() + timedelta(hours=4), tick=False):
        assert (
            client.get(f"/hoi-nghi/{conference.pk}/ban").headers["Location"].startswith("/mo-khoa")
        )


# ---------------------------------------------------------------- one live session

JOIN = {"person": "Minh", "unit": "UBND xã"}


def tokens(client: Client, conference: Conference) -> int:
    return client.post(f"/api/conferences/{conference.pk}/desk/tokens").status_code


def join(client: Client, conference: Conference, **more: object) -> object:
    path = f"/api/conferences/{conference.pk}/join"
    return client.post(path, JOIN | more, content_type="application/json")


def operator(address: str = "127.0.0.1") -> Client:
    return enter("thu", address=address)


@pytest.fixture
def thu(db: None) -> User:
    """Thu, who operates the desk by an account of her own."""
    return make("thu", role=Role.CONTROL_OPERATOR)


@pytest.mark.requirement("HUE-6.5a")
def test_the_same_account_at_a_second_desk_is_refused_alerted_and_recorded(
    thu: User, conference: Conference
) -> None:
    first, second = operator(), operator("10.2.2.2")
    assert tokens(first, conference) == 200
    refused = second.post(f"/api/conferences/{conference.pk}/desk/tokens")
    assert refused.status_code == 409
    told = "Không vào được: tài khoản đang dự họp ở máy khác."
    assert refused.json()["detail_vi"] == told
    led = second.get(f"/hoi-nghi/{conference.pk}/ban").headers["Location"]
    assert led.startswith("/o-may-khac")
    assert told in second.get(led).text
    heard = first.post("/phien/truc-tiep", {"conference": conference.pk}).json()
    assert "10.2.2.2" in heard["alert"]
    event = Event.objects.get(verb="live.refused")
    assert (event.refused, event.address, event.conference_id) == (
        True,
        "10.2.2.2",
        conference.pk,
    )
    assert tokens(first, conference) == 200


def test_two_windows_of_one_browser_are_one_device(thu: User, conference: Conference) -> None:
    first = operator()
    assert [tokens(first, conference) for _ in range(3)] == [200, 200, 200]
    assert LiveClaim.objects.count() == 1


def test_the_limit_is_per_account(thu: User, conference: Conference) -> None:
    assert tokens(operator(), conference) == 200
    assert tokens(by_link(), conference) == 200


@pytest.mark.requirement("HUE-6.5a")
def test_the_second_goes_on_here_after_proving_and_the_first_is_put_out(
    thu: User, conference: Conference
) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        first, second = operator(), operator("10.2.2.2")
        assert tokens(first, conference) == 200
        clock.shift(timedelta(seconds=5))
        assert tokens(second, conference) == 409
        clock.shift(timedelta(seconds=5))
        assert second.post("/o-may-khac", {"next": "/x"}).headers["Location"] == "/o-may-khac"
        assert tokens(first, conference) == 200, "pressing alone moves nothing"
        second.post("/mo-khoa/mat-khau", {"password": PASSWORD})
        back = f"/hoi-nghi/{conference.pk}/ban"
        assert second.post("/o-may-khac", {"next": back}).headers["Location"] == back
        assert tokens(second, conference) == 200
        out = first.post("/phien/truc-tiep", {"conference": conference.pk}).json()
        assert out["put_out"] is True
        denied = first.get(f"/api/conferences/{conference.pk}/desk")
        assert (denied.status_code, denied.json()["code"]) == (403, "live_put_out")
        assert tokens(first, conference) == 409
    moved = Event.objects.get(verb="live.moved", refused=False)
    assert moved.after["address"] == "10.2.2.2"


def test_a_screen_that_is_gone_does_not_keep_its_account_out(
    thu: User, conference: Conference
) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        first, second = operator(), operator()
        assert tokens(first, conference) == 200
        clock.shift(live.LEASE + timedelta(seconds=1))
        assert tokens(second, conference) == 200
    third = operator()
    second.post("/ra")
    assert tokens(third, conference) == 200


def test_a_conference_that_ended_keeps_nobody_out(thu: User, conference: Conference) -> None:
    assert tokens(operator(), conference) == 200
    conference.state, conference.closed_at = "closed", timezone.now()
    conference.save()
    other = Conference.objects.create(
        title="Khác",
        host_body=conference.host_body,
        host_site=conference.host_site,
        profile=conference.profile,
        connect_at=conference.connect_at,
        opening_at=conference.opening_at,
        state="joining",
        room="c-khac",
    )
    assert tokens(operator(), other) == 200


def two_sites(user: User, site: str) -> None:
    RoleHolding.objects.filter(user=user).update(site=Site.objects.get(key=site))


@pytest.mark.requirement("HUE-6.5a")
def test_a_second_device_of_the_same_site_is_left_to_the_rules_of_the_conference(
    cast: Cast, conference: Conference
) -> None:
    Seat.objects.filter(entry__site__key=MINH_SITE).delete()
    first, second = by_link(Role.SITE_OPERATOR), by_link(Role.SITE_OPERATOR)
    for client in (first, second):
        client.get("/")
    assert join(first, conference).json()["outcome"] == "admitted"
    told = join(second, conference).json()
    assert told["outcome"] == "elsewhere", "consent or a newer link, as before"
    assert join(second, conference).json()["outcome"] == "elsewhere"
    # The conference records a request for consent; that somebody tried at all is recorded here.
    assert Event.objects.filter(verb="live.refused", object=MINH_SITE).count() == 1
    heard = first.post("/phien/truc-tiep", {"conference": conference.pk}).json()
    assert "bị từ chối" in heard["alert"]


def test_the_same_account_at_another_site_is_refused_and_moves_with_its_seat(
    cast: Cast, conference: Conference
) -> None:
    Seat.objects.filter(entry__site__key__in=[MINH_SITE, MAI_SITE]).delete()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        first, second = by_link(Role.SITE_OPERATOR), by_link(Role.SITE_OPERATOR)
        for client in (first, second):
            client.get("/")
        assert join(first, conference).json()["outcome"] == "admitted"
        two_sites(cast.users["Minh"], MAI_SITE)
        clock.shift(timedelta(seconds=5))
        assert join(second, conference).status_code == 409
        two_sites(cast.users["Minh"], MINH_SITE)
        clock.shift(timedelta(seconds=5))
        made = issue_link(
            role=Role.SITE_OPERATOR,
            site=Site.objects.get(key=MINH_SITE),
            actor=SYSTEM,
            now=timezone.now(),
        )
        second.post(made.path)
        assert second.post("/o-may-khac", {"next": "/"}).headers["Location"] == "/"
    assert Seat.objects.get(entry__site__key=MINH_SITE).state == "left"


@pytest.mark.django_db(transaction=True)
def test_of_two_desks_that_open_at_once_one_gets_in() -> None:
    cast = make_cast()
    conference = opened(cast)
    make("thu", role=Role.CONTROL_OPERATOR)
    clients = [operator(), operator()]
    for client in clients:
        client.get("/")
    found = at_the_same_time(*(partial(tokens, c, conference) for c in clients))
    assert sorted(found) == [200, 409]


# ---------------------------------------------------------------- sleeping accounts


def slept(user: User, days: int) -> None:
    user.last_login = user.date_joined = timezone.now() - timedelta(days=days)
    user.save()


def sweep() -> list[str]:
    now = timezone.now()
    found = dormancy.sweep_dormant(needed_sites=sites_expected(now=now), now=now)
    return [user.username for user in found]


def test_the_sweep_disables_who_slept_too_long_once_and_records_it(lan: User, huong: User) -> None:
    slept(lan, 46)
    slept(huong, 90)
    assert sweep() == ["lan"], "the last administrator stays"
    assert sweep() == []
    lan.refresh_from_db()
    assert not lan.is_active
    event = Event.objects.get(verb="account.disabled")
    assert (event.object, event.actor_name) == ("lan", SYSTEM.name)
    enable_person(user_id=lan.pk, actor=acts(huong), now=timezone.now())
    assert sweep() == [], "its days count anew"
    assert "person.enabled" in verbs()
    assert Standing.objects.get(user=lan).enabled_at is not None


def test_who_is_on_a_roster_of_the_next_days_is_not_struck(
    cast: Cast, conference: Conference, lan: User
) -> None:
    tuan = make("tuan")
    for user, key in ((lan, MINH_SITE), (tuan, QUAN_SITE)):
        RoleHolding.objects.create(
            user=user,
            role=Role.SITE_OPERATOR,
            scope=Scope.OWN,
            site=Site.objects.get(key=key),
            valid_from=timezone.now() - timedelta(days=100),
        )
        slept(user, 60)
    assert sweep() == ["tuan"]


def test_an_account_that_only_a_link_opens_does_not_sleep(cast: Cast) -> None:
    for user in cast.users.values():
        slept(user, 400)
    assert sweep() == []


def test_a_conference_of_next_month_saves_nobody(cast: Cast, conference: Conference) -> None:
    far = timezone.now() + timedelta(days=15)
    Conference.objects.update(opening_at=far, connect_at=far, opened_at=None, state="scheduled")
    assert sites_expected(now=timezone.now()) == frozenset()


def test_the_list_warns_after_thirty_days_and_only_an_administrator_enables(
    lan: User, huong: User, cast: Cast
) -> None:
    slept(lan, 31)
    make("thu", role=Role.CONTROL_OPERATOR)
    desk = enter("thu")
    page = desk.get("/quan-tri/dang-nhap").text
    assert "Lâu không dùng" in page.split('data-account="lan"')[1].split("</tr>")[0]
    refused = desk.post("/quan-tri/dang-nhap", {"act": "enable", "user": lan.pk})
    assert (refused.status_code, "Đề nghị quản trị hệ thống" in refused.text) == (409, True)


def test_a_link_of_a_disabled_account_says_so(cast: Cast) -> None:
    made = issue_link(role=Role.CONTROL_OPERATOR, site=None, actor=SYSTEM, now=timezone.now())
    User.objects.update(is_active=False)
    assert "Tài khoản đang bị khóa" in Client().post(made.path).text


def test_the_daily_sweep_ends_what_expired_and_forgets_what_is_long_over(lan: User) -> None:
    enter("lan")
    enter("lan", "sai")
    later = timezone.now() + timedelta(days=15)
    sessions.sweep(now=later)
    attempts.sweep(now=later)
    assert Session.objects.get().ended_why == "expired"
    assert not Failure.objects.exists()
    sessions.sweep(now=later + timedelta(days=366))
    assert not Session.objects.exists()
    assert Event.objects.filter(verb="login.refused").count() == 1


# ---------------------------------------------------------------- the administrator's page


def admin_client(huong: User) -> Client:
    client = enter("huong")
    client.post("/mo-khoa/mat-khau", {"password": PASSWORD})
    with_app(huong)
    client.post("/mo-khoa/ma", {"code": code()})
    return client


def test_an_administrator_invites_and_the_link_is_shown_once(huong: User) -> None:
    client = admin_client(huong)
    given = {"act": "new", "username": "moi", "name": "Người mới", "email": ""}
    shown = client.post("/quan-tri/dang-nhap", given)
    assert "/dat-mat-khau/" in shown.text
    assert "/dat-mat-khau/" not in client.get("/quan-tri/dang-nhap").text
    again = client.post("/quan-tri/dang-nhap", given)
    assert again.status_code == 409
    assert User.objects.filter(username="moi").count() == 1


def test_accounts_of_sites_are_listed_when_asked_for_or_when_they_hold_a_factor(
    huong: User, cast: Cast
) -> None:
    client = admin_client(huong)
    row = f'data-account="{cast.users["Minh"].username}"'
    assert row not in client.get("/quan-tri/dang-nhap").text
    assert row in client.get("/quan-tri/dang-nhap?tat-ca").text
    with_app(cast.users["Minh"])
    assert row in client.get("/quan-tri/dang-nhap").text


@pytest.mark.parametrize(
    ("act", "verb"),
    [
        ("invite", "invitation.issued"),
        ("end-all", "session.all_ended"),
        ("disable", "person.disabled"),
        ("reset-factors", "factor.all_removed"),
    ],
)
def test_each_act_of_an_administrator_is_recorded(
    lan: User, huong: User, act: str, verb: str
) -> None:
    with_app(lan)
    client = admin_client(huong)
    client.post("/quan-tri/dang-nhap", {"act": act, "user": lan.pk})
    event = Event.objects.get(verb=verb)
    assert (event.actor_id, event.object, event.refused) == (huong.pk, "lan", False)
