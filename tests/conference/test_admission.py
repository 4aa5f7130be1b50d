"""Which answer a device gets: every outcome, and what no link can do."""

import itertools
from dataclasses import replace

import pytest

from diemcau.conference.admission import Decision, Facts, decide
from diemcau.conference.workflow import SeatState
from diemcau.protocol.joining import WaitingFor
from diemcau.protocol.word import ConferenceState as State

LISTED = Facts(state=State.JOINING, due=True, listed=True)


def facts(**changes: object) -> Facts:
    return replace(LISTED, **changes)


@pytest.mark.parametrize(
    ("given", "decision", "waits_for"),
    [
        (facts(), Decision.TAKE_PLACE, None),
        (facts(state=State.LIVE), Decision.TAKE_PLACE, None),
        (facts(state=State.SCHEDULED), Decision.TAKE_PLACE, None),
        (facts(state=State.SCHEDULED, due=False), Decision.NOT_OPEN, None),
        (facts(state=State.CLOSED, mine=SeatState.ACTIVE), Decision.ENDED, None),
        (facts(barred=True), Decision.REMOVED, None),
        (facts(barred=True, mine=SeatState.ACTIVE), Decision.REMOVED, None),
        (facts(barred=True, occupied=True, signed_in_again=True), Decision.REMOVED, None),
        (facts(mine=SeatState.ACTIVE), Decision.RESUME, None),
        (facts(mine=SeatState.ACTIVE, room_left=False), Decision.RESUME, None),
        (facts(mine=SeatState.ACTIVE, manual=True), Decision.RESUME, None),
        (facts(room_left=False), Decision.FULL, None),
        (facts(listed=False), Decision.WAIT, WaitingFor.NOT_LISTED),
        (facts(listed=False, room_left=False), Decision.WAIT, WaitingFor.NOT_LISTED),
        (facts(listed=False, admitted=True), Decision.TAKE_PLACE, None),
        (facts(manual=True), Decision.WAIT, WaitingFor.NEEDS_ADMISSION),
        (facts(manual=True, admitted=True), Decision.TAKE_PLACE, None),
        (facts(manual=True, listed=False), Decision.WAIT, WaitingFor.NOT_LISTED),
        (facts(occupied=True), Decision.ELSEWHERE, None),
        (facts(occupied=True, mine=SeatState.DECLINED), Decision.ELSEWHERE, None),
        (facts(occupied=True, mine=SeatState.REPLACED), Decision.REPLACED, None),
        (facts(occupied=True, wants_takeover=True), Decision.ELSEWHERE, None),
        (facts(occupied=True, signed_in_again=True), Decision.ELSEWHERE, None),
        (
            facts(occupied=True, wants_takeover=True, signed_in_again=True),
            Decision.TAKE_OVER,
            None,
        ),
        (facts(occupied=True, wants_consent=True), Decision.ASK_CONSENT, WaitingFor.CONSENT),
        (
            facts(occupied=True, wants_consent=True, mine=SeatState.DECLINED),
            Decision.ASK_CONSENT,
            WaitingFor.CONSENT,
        ),
        (
            facts(occupied=True, mine=SeatState.WAITING, mine_waits_for=WaitingFor.CONSENT),
            Decision.WAIT,
            WaitingFor.CONSENT,
        ),
        (
            facts(occupied=False, mine=SeatState.WAITING, mine_waits_for=WaitingFor.CONSENT),
            Decision.TAKE_PLACE,
            None,
        ),
        (facts(occupied=False, mine=SeatState.REPLACED), Decision.TAKE_PLACE, None),
    ],
)
def test_each_case_has_its_answer(
    given: Facts, decision: Decision, waits_for: WaitingFor | None
) -> None:
    assert decide(given) == (decision, waits_for)


def every_case() -> list[Facts]:
    truths = itertools.product([False, True], repeat=9)
    mines = [None, *SeatState]
    return [
        Facts(state, due, listed, barred, admitted, manual, mine, None, occ, room, again, take, ask)
        for due, listed, barred, admitted, manual, occ, room, again, take in truths
        for ask in (False, True)
        for mine in mines
        for state in (State.JOINING, State.CLOSED)
    ]


def test_a_device_displaces_another_only_after_signing_in_again_and_asking_for_it() -> None:
    for case in every_case():
        decision, _ = decide(case)
        if case.occupied and decision in (Decision.TAKE_PLACE, Decision.TAKE_OVER):
            assert case.signed_in_again
            assert case.wants_takeover
            assert decision is Decision.TAKE_OVER


def test_a_removed_site_is_let_in_in_no_case() -> None:
    inside = (Decision.RESUME, Decision.TAKE_PLACE, Decision.TAKE_OVER)
    for case in every_case():
        if case.barred:
            assert decide(case)[0] not in inside


def test_every_outcome_occurs() -> None:
    found = {decide(case)[0] for case in every_case()}
    found |= {decide(facts(state=State.SCHEDULED, due=False))[0]}
    assert found == set(Decision)
