"""The desk's snapshot: what the control desk shows beyond the word and the engine's own events."""

from datetime import datetime
from enum import StrEnum

from .base import Message, SiteKey
from .scene import Scene
from .word import Word


class Presence(StrEnum):
    """State of a site on the wall, before live signs (on air, requested, weak) are laid over it."""

    ABSENT = "absent"
    WAITING = "waiting"
    CONNECTED = "connected"
    LOST = "lost"
    REMOVED = "removed"


class Technician(Message):
    """Whom to call at the site."""

    name: str
    phone: str


class WallSite(Message):
    """One site of the roster. It keeps its number and place."""

    site: SiteKey
    number: int
    name: str
    short_name: str
    area: str
    host: bool = False
    listed: bool = True
    presence: Presence
    since: datetime | None = None
    """Since when the presence holds."""
    waiting_for: str = ""
    """not_listed | needs_admission | consent_asked, or empty."""
    reason: str = ""
    """Why it was removed."""
    identity: str = ""
    """Participant identity of the active seat, or empty."""
    person: str = ""
    unit: str = ""
    device: str = ""
    asking: str = ""
    """Person and device that wait to be let in or to take the place over."""
    simulated: bool = False
    technician: Technician


class LogLine(Message):
    """One line of the log: written by the system, never edited."""

    id: int
    at: datetime
    actor: str
    text_vi: str
    text_en: str
    refused: bool = False


class UndoLabel(Message):
    """What one undo (or redo) would do."""

    verb: str
    text_vi: str
    text_en: str


class Rule(Message):
    """A rule of the regulation with its clause; without a clause it is not required."""

    key: str
    text_vi: str
    text_en: str
    clause: str = ""


class DeskSnapshot(Message):
    """Everything the desk needs after a start or a change."""

    version: int
    word: Word
    preview: Scene
    operator: str
    regulation: str
    sites: tuple[WallSite, ...]
    log: tuple[LogLine, ...]
    undo: UndoLabel | None = None
    redo: UndoLabel | None = None
    floor_limit: int = 2
    controllers: tuple[SiteKey, ...] = ()
    """Sites that have control of this conference beside the control centre."""
    rules: tuple[Rule, ...] = ()


class DeskTokens(Message):
    """How the desk enters the engine: hidden in the conference, heard in the talk room."""

    engine_url: str
    token: str
    identity: str
    talk_token: str
