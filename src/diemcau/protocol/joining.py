"""Joining a conference: the request of a device and the answers it can get."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from .base import Line, Message, SiteKey
from .word import Word


class JoinRequest(Message):
    """A device asks for its site's place, under site + person + unit (HUE-6.5a)."""

    person: Line = Field(min_length=1, max_length=80)
    unit: Line = Field(min_length=1, max_length=120)
    takeover: bool = False
    """After signing in again: take the place from the other device."""
    ask_consent: bool = False
    """Ask the control centre to let this device take the place."""


class OwnSite(Message):
    """The device's own site, as shown on its screen."""

    site: SiteKey
    number: int
    name: str
    host: bool
    technician_phone: str = ""
    """Whom to call when the line fails: the control centre's number."""


class Admitted(Message):
    """Go in: where the engine is, and with which tokens."""

    outcome: Literal["admitted"] = "admitted"
    own: OwnSite
    engine_url: str
    token: str
    identity: str
    talk_token: str
    word: Word


class WaitingFor(StrEnum):
    """Why a device waits for the desk."""

    NOT_LISTED = "not_listed"
    NEEDS_ADMISSION = "needs_admission"
    CONSENT = "consent_asked"


class Waiting(Message):
    """Wait for the desk. Ask again every two seconds, or at once when pushed."""

    outcome: Literal["waiting"] = "waiting"
    own: OwnSite
    why: WaitingFor
    since: datetime


class Elsewhere(Message):
    """The site is connected with another device."""

    outcome: Literal["elsewhere"] = "elsewhere"
    own: OwnSite
    device: str
    since: datetime
    declined: bool = False


class Replaced(Message):
    """Another device has taken this device's place."""

    outcome: Literal["replaced"] = "replaced"
    own: OwnSite
    by: str
    at: datetime


class Removed(Message):
    """The desk removed the site."""

    outcome: Literal["removed"] = "removed"
    own: OwnSite
    reason: str
    at: datetime


class NotOpen(Message):
    """Too early."""

    outcome: Literal["not_open"] = "not_open"
    own: OwnSite
    title: str
    connect_at: datetime
    opening_at: datetime


class Ended(Message):
    """The conference is closed."""

    outcome: Literal["closed"] = "closed"
    own: OwnSite
    at: datetime


class Full(Message):
    """The limit of simultaneous sites is reached."""

    outcome: Literal["full"] = "full"
    own: OwnSite
    limit: int


JoinAnswer = Annotated[
    Admitted | Waiting | Elsewhere | Replaced | Removed | NotOpen | Ended | Full,
    Field(discriminator="outcome"),
]
