"""Who does something: a plain value that services and policies take."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Roles of which this installation makes use so far (requirements, section 2.2)."""

    CONTROL_OPERATOR = "control_operator"
    HOST_SITE_OPERATOR = "host_site_operator"
    SITE_OPERATOR = "site_operator"


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
    """

    id: int | None
    name: str
    roles: frozenset[Role] = frozenset()
    site: str | None = None
    address: str = ""
    device: str | None = None


SYSTEM = Actor(id=None, name="Hệ thống")
"""What the installation does by itself: time limits, reports of the engine."""
