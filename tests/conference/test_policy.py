"""Who may do what: every act for every role, where the host controls and where it does not."""

from datetime import date

import pytest

from diemcau.audit.actor import SYSTEM, Actor, Role
from diemcau.audit.refusal import Refusal
from diemcau.conference.policy import Act, require
from diemcau.regulation import Controller, load_profile, who_controls

HOST = "ubnd-tinh"
PEOPLE = {
    "Hoa": Actor(1, "Hoa", frozenset({Role.CONTROL_OPERATOR})),
    "Lan": Actor(2, "Lan", frozenset({Role.HOST_SITE_OPERATOR}), site=HOST),
    "Minh": Actor(3, "Minh", frozenset({Role.SITE_OPERATOR}), site="xa-da-teh"),
    "nobody": Actor(4, "Không vai trò"),
    "system": SYSTEM,
}

# H: Hoa, who operates the desk. L: Lan at the host site, where the regulation lets her control.
# S: a site for itself.
TABLE: dict[Act, str] = {
    Act.SCHEDULE: "H",
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
    Act.ADD_SIMULATED: "H",
    Act.JOIN: "S",
    Act.ASK_TO_SPEAK: "S",
    Act.WITHDRAW_REQUEST: "S",
    Act.END_TURN: "S",
}


def may(who: str, act: Act, province: str) -> bool:
    profile = load_profile(province, on=date(2026, 11, 20))
    controls = who_controls(profile, "province")
    try:
        require(
            PEOPLE[who],
            act,
            host=HOST,
            host_controls=controls.layout is Controller.HOST_SITE_OPERATOR,
            clause=profile.clause_label(controls.clause) if controls.clause else "",
        )
    except Refusal as refusal:
        assert refusal.vi
        assert refusal.clause == profile.clause_label(controls.clause or "")
        return False
    return True


def test_every_act_has_its_row() -> None:
    assert set(TABLE) == set(Act)


@pytest.mark.parametrize("act", list(Act))
@pytest.mark.parametrize("province", ["lam-dong", "khanh-hoa"])
def test_each_role_may_do_what_its_row_says(act: Act, province: str) -> None:
    row = TABLE[act]
    host_controls = province == "lam-dong"
    assert may("system", act, province)
    assert may("Hoa", act, province) is ("H" in row)
    assert may("Lan", act, province) is ("S" in row or (host_controls and "L" in row))
    assert may("Minh", act, province) is ("S" in row)
    assert not may("nobody", act, province)


def test_an_actor_without_user_is_not_the_system() -> None:
    pretender = Actor(id=None, name="Hệ thống")
    with pytest.raises(Refusal):
        require(pretender, Act.CLOSE, host=HOST, host_controls=True, clause="")
