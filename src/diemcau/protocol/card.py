"""Who a participant of the media engine is: the identity and the card in its metadata."""

import re
from enum import StrEnum
from functools import lru_cache

from .base import Message

_IDENTITY = re.compile(r"(?P<kind>site|desk):(?P<who>[a-z0-9-]+):(?P<seat>[A-Za-z0-9_-]+)")


class ParticipantKind(StrEnum):
    """Kinds of participants in a conference room."""

    SITE = "site"
    DESK = "desk"


class Identity(Message):
    """A participant identity ``site:<site key>:<seat>`` or ``desk:<user>:<seat>``.

    The seat part is made anew whenever another device takes the place, so that an older token
    can never displace a newer one: the engine tells the two apart.
    """

    kind: ParticipantKind
    who: str
    seat: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.who}:{self.seat}"


@lru_cache(maxsize=1024)
def parse_identity(text: str) -> Identity | None:
    """Return the identity that ``text`` spells, or None if it spells none."""
    found = _IDENTITY.fullmatch(text)
    return (
        Identity(kind=ParticipantKind(found["kind"]), who=found["who"], seat=found["seat"])
        if found
        else None
    )


class Card(Message):
    """What others may know of a participant: site + person + unit (HUE-6.5a), no telephone."""

    site: str = ""
    number: int = 0
    name: str = ""
    person: str = ""
    unit: str = ""
    host: bool = False
    simulated: bool = False
