"""Who does something: a plain value that services and policies take."""

from dataclasses import dataclass

from diemcau.regulation.roles import Role, Scope

__all__ = ["SITE_ROLES", "SYSTEM", "Actor", "Held", "Role", "Scope"]


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


SITE_ROLES = frozenset({Role.SITE_OPERATOR, Role.HOST_SITE_OPERATOR, Role.PARTICIPANT})
"""Roles whose holder acts at a site, for that site."""


@dataclass(frozen=True)
class Actor:
    """A person, or the system itself.

    Args:
        id: primary key of the user, or None for the system.
        name: what the log shows.
        holdings: the roles held now, with their reach.
        address: network address, if known.
        device: hash of the device's secret; None for acts that come from no device.
        request: id of the request, which stands in its log lines too.
    """

    id: int | None
    name: str
    holdings: tuple[Held, ...] = ()
    address: str = ""
    device: str | None = None
    request: str = ""

    @property
    def roles(self) -> frozenset[Role]:
        """The roles held now, however far each reaches."""
        return frozenset(held.role for held in self.holdings)

    @property
    def site(self) -> str | None:
        """Key of the site for which the person acts, if any."""
        sites = (held.site for held in self.holdings if held.role in SITE_ROLES)
        return next((site for site in sites if site is not None), None)

    def holds(self, role: Role, scope: Scope | None = None) -> bool:
        """Whether the person holds a role now, with this scope if one is named."""
        return any(h.role is role and scope in (None, h.scope) for h in self.holdings)


SYSTEM = Actor(id=None, name="Hệ thống")
"""What the installation does by itself: time limits, reports of the engine."""
