"""Who may see and change the register of organisations. Pure: plain values in, a ruling out."""

from enum import StrEnum

from diemcau.audit.actor import SYSTEM, Actor, Role, Scope
from diemcau.audit.refusal import Refusal


class Act(StrEnum):
    """Acts on organisations."""

    SEE = "organisation.see"
    CHANGE = "organisation.change"


READERS = frozenset(
    {
        Role.SYSTEM_ADMIN,
        Role.CONTROL_OPERATOR,
        Role.SCHEDULER,
        Role.APPROVER,
        Role.QUOTA_AUTHORITY,
        Role.AUDITOR,
    }
)
"""Who needs the register for work. It names people and their telephone numbers."""


def is_system_admin(actor: Actor) -> bool:
    """Say whether the actor administers the whole installation.

    Source: KH-10.1, LC-3, LD-3.8, LD-15.1, BD-14.2c, HUE-5.1c.
    """
    return actor is SYSTEM or any(
        held.role is Role.SYSTEM_ADMIN and held.scope is Scope.SYSTEM for held in actor.holdings
    )


def may(actor: Actor, act: Act) -> bool:
    """Say whether the actor may do the act."""
    if is_system_admin(actor):
        return True
    return act is Act.SEE and not READERS.isdisjoint(actor.roles)


def require(actor: Actor, act: Act) -> None:
    """Raise Refusal unless the actor may do the act."""
    if may(actor, act):
        return
    raise Refusal(
        "not_permitted",
        "Không có quyền đối với danh mục tổ chức. Đề nghị quản trị hệ thống thực hiện.",
        "Not permitted on the register of organisations. Ask the system administrator.",
    )
