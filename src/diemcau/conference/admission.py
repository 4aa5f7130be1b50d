"""Which answer a device gets that asks for its site's place. Pure: facts in, decision out."""

from dataclasses import dataclass
from enum import StrEnum

from diemcau.protocol.joining import WaitingFor
from diemcau.protocol.word import ConferenceState

from .workflow import SeatState


class Decision(StrEnum):
    """What happens to the device."""

    RESUME = "resume"
    TAKE_PLACE = "take_place"
    TAKE_OVER = "take_over"
    ASK_CONSENT = "ask_consent"
    WAIT = "wait"
    ELSEWHERE = "elsewhere"
    REPLACED = "replaced"
    REMOVED = "removed"
    NOT_OPEN = "not_open"
    ENDED = "ended"
    FULL = "full"


@dataclass(frozen=True)
class Facts:
    """What is known when a device asks.

    Args:
        state: of the conference.
        due: whether the time for connecting has come.
        listed: the site is on the list.
        barred: the desk removed the site.
        admitted: the desk let the site in before.
        manual: the desk lets in every site, even a listed one (profile).
        mine: what became of this device's own seat, if it has one.
        mine_waits_for: why its seat waits.
        occupied: another device has the place.
        room_left: the limit of simultaneous sites is not reached.
        signed_in_again: signed in after it was told that the place is taken, by a link that
            was issued after that. An older link, stolen or not, displaces nobody.
        wants_takeover, wants_consent: what the device asks for.
    """

    state: ConferenceState
    due: bool
    listed: bool
    barred: bool = False
    admitted: bool = False
    manual: bool = False
    mine: SeatState | None = None
    mine_waits_for: WaitingFor | None = None
    occupied: bool = False
    room_left: bool = True
    signed_in_again: bool = False
    wants_takeover: bool = False
    wants_consent: bool = False


def decide(facts: Facts) -> tuple[Decision, WaitingFor | None]:
    """Return the decision, and for WAIT what the device waits for."""
    if facts.state is ConferenceState.CLOSED:
        return Decision.ENDED, None
    if facts.state is ConferenceState.SCHEDULED and not facts.due:
        return Decision.NOT_OPEN, None
    if facts.barred:
        return Decision.REMOVED, None
    if facts.mine is SeatState.ACTIVE:
        return Decision.RESUME, None
    if facts.occupied:
        return _occupied(facts)
    reason = _must_wait(facts)
    if reason is not None:
        return Decision.WAIT, reason
    return (Decision.TAKE_PLACE if facts.room_left else Decision.FULL), None


def _occupied(facts: Facts) -> tuple[Decision, WaitingFor | None]:
    if facts.wants_takeover and facts.signed_in_again:
        return Decision.TAKE_OVER, None
    if facts.mine is SeatState.WAITING and facts.mine_waits_for is WaitingFor.CONSENT:
        return Decision.WAIT, WaitingFor.CONSENT
    if facts.wants_consent:
        return Decision.ASK_CONSENT, WaitingFor.CONSENT
    if facts.mine is SeatState.REPLACED:
        return Decision.REPLACED, None
    return Decision.ELSEWHERE, None


def _must_wait(facts: Facts) -> WaitingFor | None:
    if facts.admitted:
        return None
    if not facts.listed:
        return WaitingFor.NOT_LISTED
    return WaitingFor.NEEDS_ADMISSION if facts.manual else None
