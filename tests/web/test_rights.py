"""Who may do what and why not, over plain values."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from diemcau.accounts.queries import Holding, HoldingState
from diemcau.audit.actor import Role, Scope
from diemcau.conference.policy import Act
from diemcau.regulation import Controller, load_profile, who_controls
from diemcau.web.rights import (
    Answer,
    Grant,
    Not,
    Place,
    Reach,
    Why,
    conference_rules,
    explain,
    register_rules,
)

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
TODAY = date(2026, 11, 22)
HOA = Holding(
    id=1,
    user=1,
    person="Hoa",
    role=Role.CONTROL_OPERATOR,
    scope=Scope.SYSTEM,
    organisation="so",
    valid_from=LONG_AGO,
)
MINH = Holding(
    id=2,
    user=2,
    person="Minh",
    role=Role.SITE_OPERATOR,
    scope=Scope.OWN,
    organisation="xa",
    site="xa",
    valid_from=LONG_AGO,
)
BINH = Holding(
    id=3,
    user=3,
    person="Bình",
    role=Role.SYSTEM_ADMIN,
    scope=Scope.OWN,
    organisation="huyen",
    valid_from=LONG_AGO,
)


def answer(act: str, holding: Holding, place: Place | None, province: str = "lam-dong") -> Answer:
    profile = load_profile(province, on=TODAY)
    hosts = who_controls(profile).layout is Controller.HOST_SITE_OPERATOR
    rules = [*conference_rules(profile, host_controls=hosts), *register_rules(profile)]
    found = explain([rule for rule in rules if rule.act == act], [holding], place)
    assert len(found) == 1
    return found[0]


def why(act: str, holding: Holding, place: Place | None, province: str = "lam-dong") -> Why | None:
    found = answer(act, holding, place, province)
    return found.may_not[0].why if found.may_not else None


def test_the_operator_may_anywhere_and_a_site_only_as_itself() -> None:
    here = Place(sites=frozenset({"xa", "chu-tri"}), host_site="chu-tri")
    assert answer(Act.GIVE_FLOOR, HOA, here).may == (Grant(HOA, Reach.ANYWHERE, "LĐ 3.10"),)
    assert answer(Act.ASK_TO_SPEAK, MINH, here).may == (Grant(MINH, Reach.SITE, "LĐ 13.3b"),)
    assert answer(Act.ASK_TO_SPEAK, HOA, here).may_not == (Not(HOA, Why.OTHER_ROLE),)
    assert why(Act.GIVE_FLOOR, MINH, here) is Why.ELSEWHERE
    assert not answer(Act.ASK_TO_SPEAK, MINH, Place(sites=frozenset({"khac"}))).may


def test_a_host_site_controls_where_the_regulation_says_so_and_not_elsewhere() -> None:
    host = replace(MINH, role=Role.HOST_SITE_OPERATOR)
    own = Place(sites=frozenset({"xa"}), host_site="xa")
    assert answer(Act.GIVE_FLOOR, host, own).may == (Grant(host, Reach.HOST_SITE, "LĐ 13.3b"),)
    for province in ("khanh-hoa", "lao-cai", "hue"):
        assert why(Act.GIVE_FLOOR, host, own, province) is Why.OTHER_ROLE
    assert not answer(Act.SCHEDULE, host, own).may


@pytest.mark.parametrize(
    "state", [state for state in HoldingState if state is not HoldingState.IN_FORCE]
)
def test_a_role_that_is_not_in_force_says_what_became_of_it(state: HoldingState) -> None:
    assert why(Act.GIVE_FLOOR, replace(HOA, state=state), Place()) == state.value


def test_an_administrator_of_one_seat_is_told_how_far_the_role_reaches() -> None:
    assert answer("role.give", BINH, Place(frozenset({"huyen"}))).may
    assert why("role.give", BINH, Place(frozenset({"khac"}))) is Why.ELSEWHERE
    assert why("organisation.change", BINH, Place(frozenset({"huyen"}))) is Why.NARROWER


def test_a_borrowed_role_is_not_passed_on() -> None:
    place = Place(frozenset({"so"}))
    assert answer("role.delegate", HOA, place).may == (Grant(HOA, Reach.HOLDER),)
    assert not answer("role.delegate", replace(HOA, delegated_by="Lan"), place).may


def test_a_site_that_was_given_control_has_it_where_it_was_given() -> None:
    given = Place(sites=frozenset({"xa"}), host_site="chu-tri", granted=frozenset({"xa"}))
    assert answer(Act.GIVE_FLOOR, MINH, given).may[0].reach is Reach.GRANTED
    assert not answer(Act.GRANT_CONTROL, MINH, given).may
    assert not answer(Act.GIVE_FLOOR, MINH, replace(given, granted=frozenset())).may


def test_a_silent_regulation_lends_no_clause() -> None:
    profile = load_profile("khanh-hoa", on=TODAY)
    clauses = {r.act: r.clauses for r in conference_rules(profile, host_controls=False)}
    assert clauses[Act.END_TURN] == ()
    assert clauses[Act.SCHEDULE] == ("KH 9.1", "KH 7.1")
