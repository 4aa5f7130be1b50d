"""Who may look after how others sign in. Pure."""

from enum import StrEnum

from diemcau.audit.actor import SYSTEM, Actor, Role, Scope
from diemcau.audit.refusal import Refusal


class Act(StrEnum):
    """Acts on the sign-in of others."""

    SEE_SIGN_INS = "login.see"
    UNLOCK = "login.unlock"
    INVITE = "account.invite"
    END_SESSIONS = "session.end_all"
    RESET_FACTORS = "factor.reset"


ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN})
OPERATORS = frozenset({Role.SYSTEM_ADMIN, Role.CONTROL_OPERATOR})

MAY: dict[Act, frozenset[Role]] = {
    Act.SEE_SIGN_INS: OPERATORS,
    Act.UNLOCK: OPERATORS,
    Act.INVITE: ADMINISTRATORS,
    Act.END_SESSIONS: ADMINISTRATORS,
    Act.RESET_FACTORS: ADMINISTRATORS,
}
"""Who opens the conference must be able to open a lock; the rest is for administrators."""


def may(actor: Actor, act: Act) -> bool:
    """Return whether the actor may: by a role over the whole installation.

    Whoever administers one organisation (KH-4) must not set the password, or take the second
    factor, of somebody who administers everything.
    """
    return actor is SYSTEM or any(
        held.role in MAY[act] and held.scope is Scope.SYSTEM for held in actor.holdings
    )


def require(actor: Actor, act: Act) -> None:
    """Raise Refusal unless the actor may."""
    if may(actor, act):
        return
    if MAY[act] == OPERATORS:
        raise Refusal(
            "not_permitted",
            "Chỉ trung tâm điều khiển hoặc quản trị làm được việc này. Đề nghị trung tâm điều "
            "khiển.",
            "Only the control centre or an administrator can do this. Ask the control centre.",
        )
    raise Refusal(
        "not_permitted",
        "Chỉ quản trị hệ thống làm được việc này. Đề nghị trung tâm điều khiển chuyển cho quản "
        "trị.",
        "Only a system administrator can do this. Ask the control centre to pass it on.",
    )
