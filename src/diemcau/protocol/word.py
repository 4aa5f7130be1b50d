"""The server's word: what every client of a conference is told, in the room's metadata.

Only the server writes it. It holds no telephone number and no personal data beyond captions,
and its size does not grow with the number of sites (the engine allows 64 KiB, and each change
is sent to everybody).
"""

from datetime import datetime
from enum import StrEnum

from .base import Message, SiteKey
from .scene import Scene


class ConferenceState(StrEnum):
    """*scheduled* → *joining* (from connect_at) → *live* (declared by a person) → *closed*."""

    SCHEDULED = "scheduled"
    JOINING = "joining"
    LIVE = "live"
    CLOSED = "closed"


class Holder(Message):
    """A site that has the floor."""

    site: SiteKey
    caption: str
    since: datetime


class Request(Message):
    """A site that asks for the floor; order in the list is its place."""

    site: SiteKey
    caption: str
    since: datetime


class Word(Message):
    """Everything that a site screen needs to know, and no more."""

    version: int
    conference: int
    title: str
    host_body: str
    state: ConferenceState
    drill: bool = False
    connect_at: datetime
    opening_at: datetime
    opened_at: datetime | None = None
    """When the opening was declared; ``opening_at`` is the plan."""
    host: SiteKey
    host_mic_open: bool = True
    expected: int = 0
    scene: Scene = Scene()
    preview: tuple[SiteKey, ...] = ()
    """Sites in the desk's preview: 'the control centre is looking at you'."""
    floor: tuple[Holder, ...] = ()
    queue: tuple[Request, ...] = ()
    locked: tuple[SiteKey, ...] = ()
    sharing: tuple[SiteKey, ...] = ()
    """Sites that may share their screen."""
    audible: tuple[str, ...] = ()
    """Participant identities whose sound may be played. Receivers subscribe to no other."""
