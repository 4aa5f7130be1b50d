"""Who may do what: every act for every role, where the host controls and where it does not."""

from datetime import date

import pytest

from diemcau.audit.actor import SYSTEM, Actor, Held, Role, Scope
from diemcau.audit.refusal import Refusal
from diemcau.conference.policy import RIGHTS, SITE_ACTS, Act, Situation, require
from diemcau.regulation import Controller, load_profile, who_controls

HOST, MEMBER = "ubnd-tinh", "xa-da-teh"


def person(number: int, name: str, *held: Held) -> Actor:
    return Actor(number, name, held)


def at(role: Role, site: str) -> Held:
    return Held(role, Scope.OWN, site=site)


PEOPLE = {
    "Hoa": person(1, "Hoa", Held(Role.CONTROL_OPERATOR, Scope.SYSTEM)),
    "Lan": person(2, "Lan", at(Role.HOST_SITE_OPERATOR, HOST)),
    "Minh": person(3, "Minh", at(Role.SITE_OPERATOR, MEMBER)),
    "Thu": person(4, "Thu", Held(Role.SCHEDULER, Scope.SYSTEM)),
    "nobody": person(5, "Không vai trò"),
    "system": SYSTEM,
}

# H: Hoa, who operates the desk. L: Lan at the host site, where the regulation lets her control.
# S: a site for itself. T: Thu, who arranges the calendar.
TABLE: dict[Act, str] = {
    Act.SCHEDULE: "HT",
    Act.START_JOINING: "HL",
    Act.OPEN: "HL",
    Act.CLOSE: "HL",
    Act.SEE_DESK: "HL",
    Act.GIVE_FLOOR: "HL",
    Act.TAKE_BACK_FLOOR: "HL",
    Act.MUTE_ALL: "HL",
    Act.HOST_MIC: "HL",
    Act.LOCK_MIC: "HL",
    Act.CHANGE_SCENE: "HL",
    Act.ADMIT: "HL",
    Act.REMOVE: "HL",
    Act.CONSENT_TAKEOVER: "H",
    Act.DECLINE_REQUEST: "HL",
    Act.PERMIT_SHARE: "HL",
    Act.INVITE_GUEST: "HL",
    Act.ADD_SIMULATED: "H",
    Act.GRANT_CONTROL: "H",
    Act.WITHDRAW_CONTROL: "H",
    Act.JOIN: "S",
    Act.ASK_TO_SPEAK: "S",
    Act.WITHDRAW_REQUEST: "S",
    Act.END_TURN: "S",
}


def situation(province: str, *granted: str, held_back: bool = False) -> Situation:
    profile = load_profile(province, on=date(2026, 11, 20))
    controls = who_controls(profile, "province")
    return Situation(
        host=HOST,
        host_controls=controls.layout is Controller.HOST_SITE_OPERATOR and not held_back,
        granted=frozenset(granted),
        clause=profile.clause_label(controls.clause) if controls.clause else "",
    )


def may(who: str, act: Act, where: Situation) -> bool:
    try:
        require(PEOPLE[who], act, where)
    except Refusal as refusal:
        assert refusal.vi
        assert refusal.clause == where.clause
        return False
    return True


def test_every_act_has_its_row() -> None:
    assert set(TABLE) == set(Act) == set(RIGHTS)


@pytest.mark.parametrize("act", list(Act))
@pytest.mark.parametrize("province", ["lam-dong", "khanh-hoa"])
def test_each_role_may_do_what_its_row_says(act: Act, province: str) -> None:
    row, where = TABLE[act], situation(province)
    host_controls = province == "lam-dong"
    assert may("system", act, where)
    assert may("Hoa", act, where) is ("H" in row)
    assert may("Lan", act, where) is ("S" in row or (host_controls and "L" in row))
    assert may("Minh", act, where) is ("S" in row)
    assert may("Thu", act, where) is ("T" in row)
    assert not may("nobody", act, where)


@pytest.mark.parametrize("act", list(Act))
def test_a_site_with_a_grant_may_do_what_the_host_may_and_no_more(act: Act) -> None:
    assert may("Minh", act, situation("lam-dong", MEMBER)) is (
        "L" in TABLE[act] or "S" in TABLE[act]
    )


@pytest.mark.requirement("LD-5.6")
def test_the_control_centre_takes_control_out_of_the_host_sites_hands() -> None:
    assert may("Lan", Act.GIVE_FLOOR, situation("lam-dong"))
    assert not may("Lan", Act.GIVE_FLOOR, situation("lam-dong", held_back=True))
    assert may("Hoa", Act.GIVE_FLOOR, situation("lam-dong", held_back=True))


@pytest.mark.requirement("KH-2.1a")
@pytest.mark.parametrize("act", [a for a in Act if a not in SITE_ACTS])
def test_the_control_operator_has_authority_over_every_conference_and_site(act: Act) -> None:
    for province in ("khanh-hoa", "lao-cai", "lam-dong", "binh-dinh", "hue"):
        assert may("Hoa", act, situation(province))


def test_a_control_operator_of_one_organisation_has_no_desk_of_the_installation() -> None:
    local = person(9, "Tú", Held(Role.CONTROL_OPERATOR, Scope.OWN, "xa-da-teh", "commune"))
    with pytest.raises(Refusal):
        require(local, Act.SEE_DESK, situation("khanh-hoa"))


def test_a_role_that_does_not_act_at_a_site_does_not_join_for_it() -> None:
    auditor = person(9, "Kiểm", at(Role.AUDITOR, HOST))
    with pytest.raises(Refusal, match="site_only"):
        require(auditor, Act.JOIN, situation("lam-dong"))


def test_an_actor_without_user_is_not_the_system() -> None:
    pretender = Actor(id=None, name="Hệ thống")
    with pytest.raises(Refusal):
        require(pretender, Act.CLOSE, situation("lam-dong"))
