"""Whether who acts still holds the roles, asked within the transaction of the act."""

from dataclasses import replace
from datetime import datetime

from diemcau.audit.actor import Actor, Role

from .models import RoleHolding


def still(actor: Actor, *, now: datetime) -> Actor:
    """Return the actor with the roles that it holds within the running transaction.

    The rows stay locked until it ends: a role that is ended at this moment is ended either before
    the act, which is then refused, or after it.
    """
    if actor.id is None:
        return actor
    held = (
        RoleHolding.objects.in_force(now)
        .filter(user_id=actor.id)
        .select_related("site", "organisation")
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
    )
    return replace(actor, holdings=tuple(h.as_held() for h in held))


def take_turn() -> None:
    """Let acts on roles, persons and organisations follow one another.

    They are rare, and each touches roles of several people: two that lock those in a different
    order would wait for one another. So each begins by locking the same rows in the same order.
    """
    held = RoleHolding.objects.select_for_update().filter(role=Role.SYSTEM_ADMIN)
    list(held.order_by("pk").values_list("pk", flat=True))


def in_turn(actor: Actor, *, now: datetime) -> Actor:
    """Take the turn, then return the actor with the roles that it still holds."""
    take_turn()
    return still(actor, now=now)
