"""Who may do what in a conference. Pure: plain values in, a ruling out."""

from enum import StrEnum

from diemcau.audit.actor import SYSTEM, Actor, Role
from diemcau.audit.refusal import Refusal


class Act(StrEnum):
    """Acts on a conference."""

    SCHEDULE = "conference.schedule"
    START_JOINING = "conference.start_joining"
    OPEN = "conference.open"
    CLOSE = "conference.close"
    SEE_DESK = "desk.see"
    GIVE_FLOOR = "floor.give"
    TAKE_BACK_FLOOR = "floor.take_back"
    MUTE_ALL = "floor.mute_all"
    HOST_MIC = "microphone.host"
    LOCK_MIC = "microphone.lock"
    CHANGE_SCENE = "scene.change"
    ADMIT = "site.admit"
    REMOVE = "site.remove"
    CONSENT_TAKEOVER = "site.consent_takeover"
    DECLINE_REQUEST = "request.decline"
    PERMIT_SHARE = "share.permit"
    ADD_SIMULATED = "drill.add_simulated"
    JOIN = "site.join"
    ASK_TO_SPEAK = "request.ask"
    WITHDRAW_REQUEST = "request.withdraw"
    END_TURN = "floor.end_own"


SITE_ACTS = frozenset({Act.JOIN, Act.ASK_TO_SPEAK, Act.WITHDRAW_REQUEST, Act.END_TURN})
"""What the device of a site does for that site."""

HOST_ACTS = frozenset(
    {
        Act.START_JOINING,
        Act.OPEN,
        Act.CLOSE,
        Act.SEE_DESK,
        Act.GIVE_FLOOR,
        Act.TAKE_BACK_FLOOR,
        Act.MUTE_ALL,
        Act.HOST_MIC,
        Act.LOCK_MIC,
        Act.CHANGE_SCENE,
        Act.ADMIT,
        Act.REMOVE,
        Act.DECLINE_REQUEST,
        Act.PERMIT_SHARE,
    }
)
"""What the host site's operator does where the profile puts the conference in its hands."""


def require(actor: Actor, act: Act, *, host: str, host_controls: bool, clause: str) -> None:
    """Raise Refusal unless the actor may do the act.

    Args:
        actor: who wants to act.
        act: what.
        host: the host site of the conference.
        host_controls: whether the profile lets the host site's operator control it.
        clause: the clause that says who controls, or empty.
    """
    if actor is SYSTEM:
        return
    if act in SITE_ACTS:
        if actor.site is not None:
            return
        raise Refusal(
            "site_only",
            "Chỉ điểm cầu thực hiện được việc này.",
            "Only a site can do this.",
            clause,
        )
    if Role.CONTROL_OPERATOR in actor.roles:
        return
    if host_controls and actor.site == host and act in HOST_ACTS:
        return
    raise Refusal(
        "not_permitted",
        "Không có quyền. Đề nghị trung tâm điều khiển thực hiện.",
        "Not permitted. Ask the control centre to do it.",
        clause,
    )
