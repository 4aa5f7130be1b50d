"""Who may make accounts and give roles. Pure: plain values in, a refusal or nothing out."""

from enum import StrEnum

from diemcau.audit.actor import SYSTEM, Actor, Held, Role, Scope
from diemcau.audit.refusal import Refusal
from diemcau.directory.policy import READERS, is_system_admin


class Act(StrEnum):
    """Acts on persons and on the roles that they hold."""

    SEE = "person.see"
    CREATE = "person.create"
    CHANGE = "person.change"
    DISABLE = "person.disable"
    ENABLE = "person.enable"
    GIVE_ROLE = "role.give"
    END_ROLE = "role.end"
    DELEGATE = "role.delegate"
    WITHDRAW = "role.withdraw"
    ISSUE_LINK = "link.issue"


def administers(actor: Actor, organisation: str, site: str | None = None) -> bool:
    """Say whether the actor administers an organisation (or one site of it).

    A system administrator administers all. One limited to an organisation administers that one
    with its sites; one limited to a site, that site.

    Args:
        actor: who wants to act.
        organisation: key, "" for persons and roles of no organisation.
        site: key of the site that the matter is limited to, None for all of the organisation.

    Source: KH-3.1, KH-4, BD-4.1, BD-13.
    """
    return is_system_admin(actor) or any(_own(held, organisation, site) for held in actor.holdings)


def _own(held: Held, organisation: str, site: str | None) -> bool:
    return (
        held.role is Role.SYSTEM_ADMIN
        and held.scope is Scope.OWN
        and bool(organisation)
        and held.organisation == organisation
        and held.site in (None, site)
    )


def may_see(actor: Actor) -> bool:
    """Say whether the actor may read the list of persons: it has their telephone numbers."""
    return actor is SYSTEM or not READERS.isdisjoint(actor.roles)


def require_see(actor: Actor) -> None:
    """Raise Refusal unless the actor may read the list of persons."""
    if not may_see(actor):
        raise _refused("")


def require_manage(actor: Actor, organisation: str, clause: str = "") -> None:
    """Raise Refusal unless the actor may make and change accounts of an organisation."""
    if not administers(actor, organisation):
        raise _refused(clause)


def require_give(
    actor: Actor,
    role: Role,
    *,
    scope: Scope,
    organisation: str,
    site: str | None,
    receiver: int,
    clause: str = "",
) -> None:
    """Raise Refusal unless the actor may give the role to the receiver.

    Args:
        actor: who gives it.
        role: which.
        scope: how far it reaches by the profile.
        organisation: key of the organisation that carries it.
        site: key of the site that it is limited to.
        receiver: primary key of the person.
        clause: that the organisation carries the role by.
    """
    if actor.id is not None and actor.id == receiver:
        raise Refusal(
            "not_oneself",
            "Không tự giao vai trò cho mình. Đề nghị quản trị khác giao.",
            "Nobody gives a role to himself. Ask another administrator.",
        )
    if is_system_admin(actor):
        if role is Role.SYSTEM_ADMIN and actor is not SYSTEM and _only_delegated(actor):
            raise Refusal(
                "delegated_admin",
                "Quyền quản trị đang dùng là được ủy quyền, không giao tiếp được vai trò quản trị.",
                "A delegated administrator does not make administrators.",
            )
        return
    if scope is Scope.SYSTEM or not administers(actor, organisation, site):
        raise _refused(clause)


def _only_delegated(actor: Actor) -> bool:
    return all(
        held.delegated
        for held in actor.holdings
        if held.role is Role.SYSTEM_ADMIN and held.scope is Scope.SYSTEM
    )


def require_end(actor: Actor, *, scope: Scope, organisation: str, site: str | None) -> None:
    """Raise Refusal unless the actor may end a role: as for giving, one's own too."""
    if is_system_admin(actor):
        return
    if scope is Scope.SYSTEM or not administers(actor, organisation, site):
        raise _refused("")


def require_delegate(
    actor: Actor, *, holder: int, scope: Scope, organisation: str, site: str | None, receiver: int
) -> None:
    """Raise Refusal unless the actor holds the role or administers it, and is not the receiver.

    Source: HUE-3.4 (the host is who directs or is assigned to direct).
    """
    if actor.id is not None and actor.id == receiver:
        raise Refusal(
            "not_oneself",
            "Không tự ủy quyền cho mình.",
            "Nobody delegates to himself.",
        )
    if actor.id is not None and actor.id == holder:
        return
    require_end(actor, scope=scope, organisation=organisation, site=site)


def _refused(clause: str) -> Refusal:
    return Refusal(
        "not_permitted",
        "Không có quyền đối với tổ chức này. Đề nghị quản trị hệ thống thực hiện.",
        "Not permitted for this organisation. Ask the system administrator.",
        clause,
    )
