"""The pure rules: what a session owes, when a page locks, passwords, pauses, sleeping accounts."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diemcau.accounts.login.dormancy import Dormant, Sleeper, judge, to_disable
from diemcau.accounts.login.idle import Clocks, Limits, PageClass, left, locked, used
from diemcau.accounts.login.lockout import LONGEST, pause
from diemcau.accounts.login.oidc import named
from diemcau.accounts.login.passwords import Policy, classes, flaws
from diemcau.accounts.login.rules import Need, Situation, first, is_trusted, months_after, needs
from diemcau.installation import TRUSTED

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)
PLAIN = Situation(
    administrator=False,
    trusted=True,
    has_factor=False,
    factor_used=False,
    by_link=False,
    password_set_on=date(2026, 11, 1),
    password_strong=True,
    acknowledged=True,
    today=TODAY,
)


def owed(**changes: object) -> set[Need]:
    return set(needs(replace(PLAIN, **changes), admin_months=2))


# ---------------------------------------------------------------- what a session owes


def test_a_commune_technician_with_a_link_on_a_trusted_network_owes_nothing() -> None:
    assert owed(by_link=True, password_set_on=None, acknowledged=False) == set()


@pytest.mark.parametrize("why", [{"administrator": True}, {"trusted": False}])
@pytest.mark.parametrize("by_link", [True, False])
def test_administrators_and_everybody_outside_need_a_second_factor(
    why: dict, by_link: bool
) -> None:
    assert owed(**why, by_link=by_link) == {Need.SET_UP_FACTOR}
    assert owed(**why, by_link=by_link, has_factor=True) == {Need.STEP_UP}
    assert owed(**why, by_link=by_link, has_factor=True, factor_used=True) == set()


def test_who_has_a_factor_uses_it_however_they_came_in() -> None:
    assert owed(has_factor=True, by_link=True) == {Need.STEP_UP}
    assert owed(has_factor=True) == {Need.STEP_UP}


def test_an_administrator_changes_the_password_every_two_months_and_others_do_not() -> None:
    admin = {"administrator": True, "has_factor": True, "factor_used": True}
    assert owed(**admin, password_set_on=date(2026, 9, 21)) == set()
    assert owed(**admin, password_set_on=date(2026, 9, 20)) == {Need.CHANGE_PASSWORD}
    assert owed(password_set_on=date(2020, 1, 1)) == set()


def test_a_password_that_was_short_because_of_a_factor_does_not_outlive_it() -> None:
    assert owed(password_strong=False) == {Need.CHANGE_PASSWORD}
    assert owed(password_strong=False, has_factor=True, factor_used=True) == set()
    assert owed(password_strong=False, administrator=True) == {Need.SET_UP_FACTOR}


def test_the_rules_of_use_are_accepted_before_anything_else_is_done() -> None:
    assert owed(acknowledged=False) == {Need.ACKNOWLEDGE}
    assert first({Need.ACKNOWLEDGE, Need.SET_UP_FACTOR, Need.STEP_UP}) is Need.STEP_UP
    assert first(set()) is None


def test_a_month_that_is_shorter_ends_earlier() -> None:
    assert months_after(date(2026, 12, 31), 2) == date(2027, 2, 28)
    assert months_after(date(2026, 11, 24), 2) == date(2027, 1, 24)


@pytest.mark.parametrize(
    ("address", "trusted"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("10.20.30.40", True),
        ("::ffff:192.168.1.7", True),
        ("fd12::9", True),
        ("fe80::1%eth0", False),
        ("113.160.1.1", False),
        ("2402:800::1", False),
        ("172.32.0.1", False),
        ("", False),
        ("không phải địa chỉ", False),
    ],
)
def test_loopback_and_private_ranges_are_trusted_and_the_internet_is_not(
    address: str, trusted: bool
) -> None:
    assert is_trusted(address, TRUSTED) is trusted


# ---------------------------------------------------------------- idle lock

LIMITS = Limits(timedelta(minutes=15), timedelta(minutes=5))


def clocks(business: float, administration: float) -> Clocks:
    return Clocks(NOW - timedelta(minutes=business), NOW - timedelta(minutes=administration))


@pytest.mark.parametrize(
    ("page", "business", "administration", "is_locked"),
    [
        (PageClass.BUSINESS, 14.9, 14.9, False),
        (PageClass.BUSINESS, 15.1, 15.1, True),
        (PageClass.ADMINISTRATION, 4.9, 4.9, False),
        (PageClass.ADMINISTRATION, 5.1, 5.1, True),
        (PageClass.ADMINISTRATION, 0, 5.1, True),
        (PageClass.LIVE, 900, 900, False),
        (PageClass.OPEN, 900, 900, False),
    ],
)
def test_a_page_locks_after_its_time_and_a_live_screen_never(
    page: PageClass, business: float, administration: float, is_locked: bool
) -> None:
    given_clocks = clocks(business, administration)
    assert locked(page, given_clocks, limits=LIMITS, now=NOW) is is_locked
    rest = left(page, given_clocks, limits=LIMITS, now=NOW)
    if page in (PageClass.BUSINESS, PageClass.ADMINISTRATION):
        assert (rest == timedelta(0)) is is_locked


def test_work_on_other_pages_does_not_open_administration_again() -> None:
    after = used(PageClass.BUSINESS, clocks(6, 6), limits=LIMITS, now=NOW)
    assert not locked(PageClass.BUSINESS, after, limits=LIMITS, now=NOW)
    assert locked(PageClass.ADMINISTRATION, after, limits=LIMITS, now=NOW)


def test_a_live_screen_keeps_other_pages_open_but_not_administration() -> None:
    after = used(PageClass.LIVE, clocks(60, 60), limits=LIMITS, now=NOW)
    assert not locked(PageClass.BUSINESS, after, limits=LIMITS, now=NOW)
    assert locked(PageClass.ADMINISTRATION, after, limits=LIMITS, now=NOW)


# ---------------------------------------------------------------- passwords

POLICY = Policy()


def codes(password: str, *, has_factor: bool = False, **more: object) -> list[str]:
    return [said.code for said in flaws(password, policy=POLICY, has_factor=has_factor, **more)]


@pytest.mark.parametrize(
    ("password", "has_factor", "wrong"),
    [
        ("Ngựa chạy nhanh 7", False, []),
        ("Ngựa chạy nha", False, ["password_short", "password_classes"]),
        ("Ngựa chạy 7!", False, ["password_short"]),
        ("ngựa chạy nhanh 7", False, ["password_classes"]),
        ("ngựa chạy", True, []),
        ("ngựa", True, ["password_short"]),
    ],
)
def test_a_password_is_long_enough_for_what_stands_beside_it(
    password: str, has_factor: bool, wrong: list[str]
) -> None:
    assert codes(password, has_factor=has_factor) == wrong


def test_what_everybody_guesses_and_ones_own_name_are_refused() -> None:
    assert codes("matkhau1", has_factor=True, common={"matkhau1"}) == ["password_common"]
    assert codes("MatKhau1", has_factor=True, common={"matkhau1"}) == ["password_common"]
    assert codes("xx-NguyenLan-7", has_factor=True, names=["nguyenlan"]) == ["password_name"]
    assert codes("abc-123-DEF-xyz", names=["abc"]) == [], "a short name says nothing"


def test_every_flaw_says_what_to_do_in_both_languages() -> None:
    for said in flaws("a", policy=POLICY, has_factor=False, names=["aaaa"], common={"a"}):
        assert said.vi.endswith(".")
        assert said.en.endswith(".")
        assert said.vi != said.en


def test_vietnamese_letters_are_letters() -> None:
    assert classes("đường") == 1
    assert classes("ĐƯỜNG đường 1") == 4


# ---------------------------------------------------------------- pauses


def test_the_fifth_failure_pauses_and_each_further_one_doubles_it() -> None:
    def minutes(failures: int) -> float:
        length = pause(failures, after=5, first=timedelta(minutes=1))
        return length.total_seconds() / 60

    assert [minutes(n) for n in range(4, 12)] == [0, 1, 2, 4, 8, 16, 32, 60]


@given(st.integers(0, 10_000))
def test_a_pause_grows_and_never_lasts_longer_than_an_hour(failures: int) -> None:
    one = pause(failures, after=5, first=timedelta(minutes=1))
    more = pause(failures + 1, after=5, first=timedelta(minutes=1))
    assert timedelta(0) <= one <= more <= LONGEST


# ---------------------------------------------------------------- sleeping accounts


def asleep(user: int, days: float, **more: bool) -> Sleeper:
    return Sleeper(user=user, since=NOW - timedelta(days=days), **more)


def disabled(*sleepers: Sleeper) -> list[int]:
    return [s.user for s in to_disable(sleepers, warn=30, disable=45, now=NOW)]


@pytest.mark.parametrize(
    ("days", "state"), [(29, Dormant.AWAKE), (30, Dormant.WARNED), (45, Dormant.DUE)]
)
def test_an_account_is_warned_at_thirty_days_and_due_at_forty_five(
    days: int, state: Dormant
) -> None:
    assert judge(asleep(1, days), warn=30, disable=45, now=NOW) is state


def test_nobody_on_a_roster_is_struck() -> None:
    assert disabled(asleep(1, 50), asleep(2, 50, needed=True), asleep(3, 44)) == [1]


def test_the_last_administrator_stays_however_long_all_sleep() -> None:
    first_admin, second = asleep(1, 90, administrator=True), asleep(2, 60, administrator=True)
    assert disabled(first_admin) == []
    assert disabled(first_admin, second) == [1]
    assert disabled(first_admin, asleep(2, 1, administrator=True)) == [1]
    assert disabled(first_admin, asleep(2, 60, administrator=True, needed=True)) == [1]


# ---------------------------------------------------------------- provincial sign-on


@pytest.mark.parametrize(
    ("data", "claim", "found"),
    [
        ({"userinfo": {"preferred_username": "lan"}}, "preferred_username", ("username", "lan")),
        (
            {
                "id_token": {"preferred_username": "lan"},
                "userinfo": {"preferred_username": "minh"},
            },
            "preferred_username",
            ("username", "lan"),
        ),
        ({"userinfo": {"email": "l@x.vn", "email_verified": True}}, "email", ("email", "l@x.vn")),
        ({"userinfo": {"email": "l@x.vn", "email_verified": "true"}}, "email", None),
        ({"userinfo": {"email": "l@x.vn"}}, "email", None),
        ({"userinfo": {"preferred_username": " "}}, "preferred_username", None),
        ({}, "preferred_username", None),
    ],
)
def test_only_a_verified_claim_names_an_account(
    data: dict, claim: str, found: tuple[str, str] | None
) -> None:
    assert named(data, claim=claim) == found
