"""Commands: what a desk or a site asks the server to do, and the answer.

Each command carries an id made by the client. After a lost answer the client asks for the
outcome of that id: *done*, *refused* or *unknown* (then it was not done).
"""

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from .base import Message, SiteKey
from .scene import Layout

Reason = Annotated[str, Field(min_length=1, max_length=300)]


class GiveFloor(Message):
    """Picture + caption + microphone for one site; the running holder's microphone closes.

    ``add`` keeps the running holder (a second holder, up to the profile's limit).
    """

    type: Literal["give_floor"] = "give_floor"
    site: SiteKey
    add: bool = False


class TakeBackFloor(Message):
    """Close the microphone of a holder."""

    type: Literal["take_back_floor"] = "take_back_floor"
    site: SiteKey


class EndTurn(Message):
    """A site ends its own turn."""

    type: Literal["end_turn"] = "end_turn"


class MuteAll(Message):
    """Take the floor from all member sites, never from the host."""

    type: Literal["mute_all"] = "mute_all"


class SetHostMic(Message):
    """Open or close the host site's microphone, which is outside the floor."""

    type: Literal["set_host_mic"] = "set_host_mic"
    open: bool


class LockMic(Message):
    """Lock or unlock a site's microphone: a locked site cannot get the floor."""

    type: Literal["lock_mic"] = "lock_mic"
    site: SiteKey
    locked: bool


class SetPreview(Message):
    """Prepare the next scene. What is None stays as it is in the preview."""

    type: Literal["set_preview"] = "set_preview"
    layout: Layout | None = None
    lead: SiteKey | None = None
    panes: tuple[SiteKey, ...] | None = Field(default=None, max_length=9)


class Take(Message):
    """Preview and programme change places: picture only."""

    type: Literal["take"] = "take"


class Undo(Message):
    """Undo the last change of scene or floor (one step)."""

    type: Literal["undo"] = "undo"


class Redo(Message):
    """Do again what was undone."""

    type: Literal["redo"] = "redo"


class Admit(Message):
    """Let a waiting or removed site in."""

    type: Literal["admit"] = "admit"
    site: SiteKey


class AdmitAll(Message):
    """Let in all waiting sites that are listed."""

    type: Literal["admit_all"] = "admit_all"


class Remove(Message):
    """Remove a site, with a reason; it stays out until it is admitted again."""

    type: Literal["remove"] = "remove"
    site: SiteKey
    reason: Reason


class AllowTakeover(Message):
    """Answer a second device that asks to take a site's place."""

    type: Literal["allow_takeover"] = "allow_takeover"
    site: SiteKey
    allow: bool = True


class AskToSpeak(Message):
    """A site asks for the floor (*đăng ký phát biểu*)."""

    type: Literal["ask_to_speak"] = "ask_to_speak"


class WithdrawRequest(Message):
    """A site takes its request back."""

    type: Literal["withdraw_request"] = "withdraw_request"


class DeclineRequest(Message):
    """The desk takes a request out of the queue."""

    type: Literal["decline_request"] = "decline_request"
    site: SiteKey


class PermitShare(Message):
    """Let a site share its screen, or end that."""

    type: Literal["permit_share"] = "permit_share"
    site: SiteKey
    allowed: bool


class StartJoining(Message):
    """Open the conference for connections before ``connect_at``."""

    type: Literal["start_joining"] = "start_joining"


class Open(Message):
    """Declare the opening (*khai mạc*)."""

    type: Literal["open"] = "open"


class Close(Message):
    """Close the conference (*bế mạc*)."""

    type: Literal["close"] = "close"
    reason: str = Field(default="", max_length=300)


class AddSimulated(Message):
    """Add simulated sites to a drill."""

    type: Literal["add_simulated"] = "add_simulated"
    count: int = Field(ge=1, le=200)


class GrantControl(Message):
    """Put this conference into the hands of a site, beside the control centre's."""

    type: Literal["grant_control"] = "grant_control"
    site: SiteKey


class WithdrawControl(Message):
    """Take control of this conference back from a site."""

    type: Literal["withdraw_control"] = "withdraw_control"
    site: SiteKey


Command = Annotated[
    GiveFloor
    | TakeBackFloor
    | EndTurn
    | MuteAll
    | SetHostMic
    | LockMic
    | SetPreview
    | Take
    | Undo
    | Redo
    | Admit
    | AdmitAll
    | Remove
    | AllowTakeover
    | AskToSpeak
    | WithdrawRequest
    | DeclineRequest
    | PermitShare
    | StartJoining
    | Open
    | Close
    | AddSimulated
    | GrantControl
    | WithdrawControl,
    Field(discriminator="type"),
]


class CommandRequest(Message):
    """A command with the id under which its outcome can be asked for later."""

    id: UUID
    command: Command


class Outcome(StrEnum):
    """What became of a command."""

    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class CommandResult(Message):
    """The answer to a command. ``reason_*`` say what to do when it was refused."""

    id: UUID
    outcome: Outcome
    version: int = 0
    code: str = ""
    reason_vi: str = ""
    reason_en: str = ""
    clause: str = ""
