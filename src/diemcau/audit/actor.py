"""Who does something: a plain value that services and policies take."""

from dataclasses import dataclass

from diemcau.regulation.roles import Role, Scope

__all__ = ["SYSTEM", "Actor", "Held", "Role", "Scope"]


@dataclass(frozen=True)
class Held:
    """A role that a person holds now, and how far it reaches.

    Args:
        role: which.
        scope: the whole installation, one organisation with its sites, or one conference.
        organisation: key of the organisation for which it is held, "" for a person of none.
        tier: tier of that organisation.
        site: key of the one site that it is limited to, if any.
        delegated: whether it was passed on by somebody, with an end date.
    """

    role: Role
    scope: Scope
    organisation: str = ""
    tier: str = ""
    site: str | None = None
    delegated: bool = False


@dataclass(frozen=True)
class Actor:
    """A person, or the system itself.

    Args:
        id: primary key of the user, or None for the system.
        name: what the log shows.
        roles: roles held now.
        site: key of the site for which the person acts, if any.
        address: network address, if known.
        device: hash of the device's secret; None for acts that come from no device.
        holdings: the roles held now with their reach; ``roles`` are their names.
        request: id of the request, which stands in its log lines too.
    """

    id: int | None
    name: str
    roles: frozenset[Role] = frozenset()
    site: str | None = None
    address: str = ""
    device: str | None = None
    holdings: tuple[Held, ...] = ()
    request: str = ""


SYSTEM = Actor(id=None, name="Hệ thống")
"""What the installation does by itself: time limits, reports of the engine."""
