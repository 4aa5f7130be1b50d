"""The states of a conference."""

import pytest

from diemcau.audit.refusal import Refusal
from diemcau.conference.workflow import NAMES, STEPS, require_open, require_step
from diemcau.protocol.word import ConferenceState as State

ALLOWED = {
    (State.SCHEDULED, State.JOINING),
    (State.SCHEDULED, State.CLOSED),
    (State.JOINING, State.LIVE),
    (State.JOINING, State.CLOSED),
    (State.LIVE, State.CLOSED),
}


@pytest.mark.parametrize("new", list(State))
@pytest.mark.parametrize("old", list(State))
def test_only_the_steps_of_the_table_are_possible(old: State, new: State) -> None:
    if (old, new) in ALLOWED:
        require_step(old, new)
        return
    with pytest.raises(Refusal) as refused:
        require_step(old, new)
    assert refused.value.code == "illegal_transition"
    assert NAMES[old][0] in refused.value.vi


@pytest.mark.parametrize("state", list(State))
def test_sites_are_connected_while_joining_and_live(state: State) -> None:
    if state in (State.JOINING, State.LIVE):
        require_open(state)
        return
    with pytest.raises(Refusal) as refused:
        require_open(state)
    assert refused.value.code == "conference_not_open"


def test_every_state_has_a_name_and_its_steps() -> None:
    assert set(NAMES) == set(STEPS) == set(State)
