"""States of a conference and of a seat, and which change into which. Pure."""

from enum import StrEnum

from diemcau.audit.refusal import Refusal
from diemcau.protocol.word import ConferenceState as State

STEPS: dict[State, frozenset[State]] = {
    State.SCHEDULED: frozenset({State.JOINING, State.CLOSED}),
    State.JOINING: frozenset({State.LIVE, State.CLOSED}),
    State.LIVE: frozenset({State.CLOSED}),
    State.CLOSED: frozenset(),
}
"""The transition table. Said a second time by a CheckConstraint over the time stamps."""

OPEN_STATES = frozenset({State.JOINING, State.LIVE})
"""States in which sites are connected."""

NAMES = {
    State.SCHEDULED: ("chưa mở kết nối", "not open yet"),
    State.JOINING: ("đang vào", "joining"),
    State.LIVE: ("đang họp", "live"),
    State.CLOSED: ("đã bế mạc", "closed"),
}


def require_step(old: State, new: State) -> None:
    """Raise Refusal unless the conference may go from ``old`` to ``new``."""
    if new not in STEPS[old]:
        vi, en = NAMES[old]
        raise Refusal(
            "illegal_transition",
            f"Không thực hiện được: hội nghị {vi}.",
            f"Not possible: the conference is {en}.",
        )


def require_open(state: State) -> None:
    """Raise Refusal unless sites may be connected in ``state``."""
    if state not in OPEN_STATES:
        vi, en = NAMES[state]
        raise Refusal(
            "conference_not_open",
            f"Không thực hiện được: hội nghị {vi}.",
            f"Not possible: the conference is {en}.",
        )


class SeatState(StrEnum):
    """What became of a device's claim to its site's place."""

    WAITING = "waiting"
    ACTIVE = "active"
    REPLACED = "replaced"
    REMOVED = "removed"
    DECLINED = "declined"
    LEFT = "left"
