"""Who may do what in a conference: one table, and a pure question to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from diemcau.audit.actor import SITE_ROLES, SYSTEM, Actor, Held, Role, Scope
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
    GRANT_CONTROL = "control.grant"
    WITHDRAW_CONTROL = "control.withdraw"
    INVITE_GUEST = "guest.invite"
    JOIN = "site.join"
    ASK_TO_SPEAK = "request.ask"
    WITHDRAW_REQUEST = "request.withdraw"
    END_TURN = "floor.end_own"


class Where(StrEnum):
    """For which conferences a role counts."""

    EVERYWHERE = "everywhere"
    """For all of the installation, held with that scope (KH-2.1a)."""
    HOST = "host"
    """Where the holder's site is the host and the regulation puts control into its hands."""
    GRANTED = "granted"
    """Where the control centre gave the holder's site control of this conference."""
    OWN_SITE = "own_site"
    """For the holder's own site, and for nothing else of the conference."""


@dataclass(frozen=True)
class Right:
    """One way to be allowed an act.

    Args:
        roles: one of these is held,
        where: for a conference of this kind.
        basis: the rule of the profile that says so, "" where it is the software's own.
    """

    roles: frozenset[Role]
    where: Where
    basis: str = ""


CENTRE = Right(frozenset({Role.CONTROL_OPERATOR}), Where.EVERYWHERE, "roles.control_operator")
HOST = Right(
    frozenset({Role.HOST_SITE_OPERATOR, Role.SITE_OPERATOR}), Where.HOST, "control.layout_by"
)
GRANTED = Right(
    frozenset({Role.HOST_SITE_OPERATOR, Role.SITE_OPERATOR}), Where.GRANTED, "control.delegation"
)
OWN_SITE = Right(SITE_ROLES, Where.OWN_SITE)

CONTROL = (CENTRE, HOST, GRANTED)
"""The desk in the hands of whoever has control of the conference."""

RIGHTS: dict[Act, tuple[Right, ...]] = {
    Act.SCHEDULE: (CENTRE, Right(frozenset({Role.SCHEDULER}), Where.EVERYWHERE, "roles.scheduler")),
    Act.START_JOINING: CONTROL,
    Act.OPEN: CONTROL,
    Act.CLOSE: CONTROL,
    Act.SEE_DESK: CONTROL,
    Act.GIVE_FLOOR: CONTROL,
    Act.TAKE_BACK_FLOOR: CONTROL,
    Act.MUTE_ALL: CONTROL,
    Act.HOST_MIC: CONTROL,
    Act.LOCK_MIC: CONTROL,
    Act.CHANGE_SCENE: CONTROL,
    Act.ADMIT: CONTROL,
    Act.REMOVE: CONTROL,
    Act.DECLINE_REQUEST: CONTROL,
    Act.PERMIT_SHARE: CONTROL,
    Act.INVITE_GUEST: CONTROL,
    # Whose device a place belongs to, who controls, and what is simulated: the centre's alone.
    Act.CONSENT_TAKEOVER: (CENTRE,),
    Act.ADD_SIMULATED: (CENTRE,),
    Act.GRANT_CONTROL: (CENTRE,),
    Act.WITHDRAW_CONTROL: (CENTRE,),
    Act.JOIN: (OWN_SITE,),
    Act.ASK_TO_SPEAK: (OWN_SITE,),
    Act.WITHDRAW_REQUEST: (OWN_SITE,),
    Act.END_TURN: (OWN_SITE,),
}
"""Act → the ways to be allowed it. An act without a way is refused to everybody."""

SITE_ACTS = frozenset(act for act, rights in RIGHTS.items() if rights == (OWN_SITE,))
"""What the device of a site does for that site."""


@dataclass(frozen=True)
class Situation:
    """What of a conference matters to the question who may act.

    Args:
        host: key of the host site.
        host_controls: whether the regulation puts control into the host site's hands, and the
            control centre has not taken it back.
        granted: keys of the sites that have control by a grant that is in force.
        clause: the clause that says who controls, or "".
    """

    host: str = ""
    host_controls: bool = False
    granted: frozenset[str] = frozenset()
    clause: str = ""


def ways(holdings: Iterable[Held], act: Act, situation: Situation) -> list[tuple[Right, Held]]:
    """Return each way in which these holdings allow the act, with the holding that opens it."""
    return [
        (right, held)
        for right in RIGHTS[act]
        for held in holdings
        if held.role in right.roles and _counts(right.where, held, situation)
    ]


def _counts(where: Where, held: Held, situation: Situation) -> bool:
    match where:
        case Where.EVERYWHERE:
            return held.scope is Scope.SYSTEM
        case Where.HOST:
            return situation.host_controls and held.site == situation.host
        case Where.GRANTED:
            return held.site in situation.granted
        case Where.OWN_SITE:
            return held.site is not None


def may(actor: Actor, act: Act, situation: Situation) -> bool:
    """Whether the actor may do the act."""
    return actor is SYSTEM or bool(ways(actor.holdings, act, situation))


def require(actor: Actor, act: Act, situation: Situation) -> None:
    """Raise Refusal, with the clause that says who controls, unless the actor may do the act."""
    if may(actor, act, situation):
        return
    if act in SITE_ACTS:
        raise Refusal(
            "site_only",
            "Chỉ điểm cầu thực hiện được việc này.",
            "Only a site can do this.",
            situation.clause,
        )
    raise Refusal(
        "not_permitted",
        "Không có quyền. Đề nghị trung tâm điều khiển thực hiện.",
        "Not permitted. Ask the control centre to do it.",
        situation.clause,
    )
