"""Who may read the log: pure, over the roles held now."""

from .actor import Actor, Role, Scope
from .refusal import Refusal

READERS = frozenset({Role.SYSTEM_ADMIN, Role.AUDITOR, Role.CONTROL_OPERATOR})
"""No regulation says who; these answer for accounts and their use (KH-5.4, HUE-6.5a)."""


def may_read(actor: Actor) -> bool:
    """Whether the actor may read and export the log: with a role over the whole installation.

    Everybody else gets nothing of it, an administrator of one organisation included (KH-4).
    """
    return any(h.role in READERS and h.scope is Scope.SYSTEM for h in actor.holdings)


def require_read(actor: Actor) -> None:
    """Raise Refusal unless the actor may read the log."""
    if not may_read(actor):
        raise Refusal(
            "not_permitted",
            "Chỉ quản trị hệ thống, kiểm tra viên và trung tâm điều khiển xem được nhật ký. "
            "Đề nghị trung tâm điều khiển trích phần cần xem.",
            "Only administrators, auditors and the control centre can read the log. "
            "Ask the control centre for the part that you need.",
        )
