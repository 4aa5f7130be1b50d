"""Desired against reported state: always reached, never a right too early."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from diemcau.conference.conductor import _after
from diemcau.conference.reconcile import (
    DESK_GRANT,
    TALK_GRANT,
    Action,
    CreateRoom,
    DeleteRoom,
    Expel,
    Have,
    Permit,
    SetWord,
    Want,
    actions,
    site_grant,
)
from diemcau.media.engine import Grant, TrackSource

SILENT, SPEAKS = site_grant(speaks=False, shares=False), site_grant(speaks=True, shares=False)
LAN, MINH, MAI = "site:ubnd-tinh:l1", "site:xa-da-teh:m1", "site:phuong-xuan-huong:x1"
HOA = "desk:7:h1"


def want(**grants: Grant) -> Want:
    named = {"lan": LAN, "minh": MINH, "mai": MAI}
    wanted = {named[name]: grant for name, grant in grants.items()}
    return Want("c-1", True, "lời", wanted, desks=frozenset({HOA}))


def have(grants: dict[str, Grant], word: str = "lời") -> Have:
    return Have(True, word, grants)


def test_a_missing_room_is_made_with_its_word_before_anything_else() -> None:
    assert actions(want(minh=SPEAKS), Have()) == [(CreateRoom("lời"),)]


def test_a_room_that_should_not_be_is_deleted_and_nothing_else_is_told() -> None:
    closed = Want("c-1", False, "lời", {})
    assert actions(closed, have({MINH: SPEAKS}, "cũ")) == [(DeleteRoom(),)]
    assert actions(closed, Have()) == []


def test_nothing_is_told_when_everything_is_as_it_should_be() -> None:
    assert actions(want(lan=SPEAKS, minh=SILENT), have({LAN: SPEAKS, HOA: DESK_GRANT})) == []


def test_the_floor_changes_hands_by_closing_and_saying_first_and_opening_then() -> None:
    first, then = actions(want(minh=SILENT, mai=SPEAKS), have({MINH: SPEAKS, MAI: SILENT}, "cũ"))
    assert set(first) == {Permit(MINH, SILENT), SetWord("lời")}
    assert then == (Permit(MAI, SPEAKS),)


def test_a_change_that_gives_one_source_and_takes_another_counts_as_taking() -> None:
    shares = site_grant(speaks=False, shares=True)
    assert actions(want(minh=shares), have({MINH: SPEAKS})) == [(Permit(MINH, shares),)]


def test_rights_over_data_are_taken_at_once() -> None:
    too_much = replace(SILENT, data=True)
    assert actions(want(minh=SPEAKS), have({MINH: too_much})) == [(Permit(MINH, SPEAKS),)]


def test_removed_replaced_and_foreign_identities_are_put_out() -> None:
    old_seat, removed, foreign = "site:xa-da-teh:m0", "site:xa-don-duong:d1", "kẻ lạ"
    inside = {MINH: SILENT, old_seat: SPEAKS, removed: SILENT, foreign: SILENT}
    (first,) = actions(want(minh=SILENT), have(inside))
    assert set(first) == {Expel(old_seat), Expel(removed), Expel(foreign)}


def test_desks_come_and_go_and_keep_their_rights() -> None:
    assert actions(want(minh=SILENT), have({HOA: DESK_GRANT})) == []
    assert actions(want(), have({HOA: SPEAKS})) == [(Permit(HOA, DESK_GRANT),)]


def test_a_desk_whose_person_may_not_see_it_any_more_is_put_out() -> None:
    (first,) = actions(want(), have({HOA: DESK_GRANT, "desk:8:x": DESK_GRANT}))
    assert first == (Expel("desk:8:x"),)


def test_desk_and_sites_may_speak_in_the_talk_room() -> None:
    desks = frozenset({HOA})
    talk = Want("c-1-talk", True, "", {MINH: TALK_GRANT}, desk=TALK_GRANT, desks=desks)
    assert actions(talk, have({MINH: TALK_GRANT, HOA: TALK_GRANT}, "")) == []


def test_a_site_without_the_floor_may_publish_its_camera_only() -> None:
    assert site_grant(speaks=False, shares=False).publish == {TrackSource.CAMERA}
    assert site_grant(speaks=True, shares=False).publish == {
        TrackSource.CAMERA,
        TrackSource.MICROPHONE,
    }
    assert site_grant(speaks=False, shares=True).publish == {
        TrackSource.CAMERA,
        TrackSource.SCREEN,
    }
    for speaks in (True, False):
        grant = site_grant(speaks=speaks, shares=True)
        assert not grant.data
        assert not grant.hidden


# ---------------------------------------------------------------- always

grants = st.builds(
    Grant,
    publish=st.frozensets(st.sampled_from(TrackSource)),
    subscribe=st.booleans(),
    data=st.booleans(),
    hidden=st.booleans(),
)
identities = st.sampled_from([LAN, MINH, MAI, HOA, "site:xa-da-teh:m0", "kẻ lạ", "desk:8:x"])
words = st.sampled_from(["", "lời", "cũ"])
wants = st.builds(
    Want,
    room=st.just("c-1"),
    open=st.booleans(),
    word=words,
    grants=st.dictionaries(st.sampled_from([LAN, MINH, MAI]), grants),
    desk=grants,
    desks=st.frozensets(st.sampled_from([HOA, "desk:8:x"])),
)
haves = st.builds(
    Have, exists=st.just(True), word=words, grants=st.dictionaries(identities, grants)
) | st.just(Have())


def carried_out(state: Have, phases: list[tuple[Action, ...]]) -> Have:
    for phase in phases:
        for action in phase:
            state = _after(state, action)
    return state


@given(wants, haves)
def test_what_is_told_always_leads_to_what_is_wanted(wanted: Want, reported: Have) -> None:
    once = carried_out(reported, actions(wanted, reported))
    assert actions(wanted, once) == []
    assert once.exists is wanted.open
    if wanted.open:
        assert once.word == wanted.word
        for identity, grant in once.grants.items():
            assert grant == wanted.grants.get(identity, wanted.desk)
            assert identity in wanted.grants or identity.startswith("desk:")


@given(wants, haves)
def test_no_right_is_given_before_every_right_is_taken_and_the_word_is_said(
    wanted: Want, reported: Have
) -> None:
    phases = actions(wanted, reported)
    assert len(phases) <= 2
    for later in phases[1:]:
        for action in later:
            assert isinstance(action, Permit)
            assert action.grant.publish > reported.grants[action.identity].publish
    for action in phases[0] if len(phases) > 1 else ():
        if isinstance(action, Permit):
            before = reported.grants[action.identity]
            assert not action.grant.publish > before.publish or action.grant.data != before.data


@given(wants, haves)
def test_each_participant_is_told_of_once(wanted: Want, reported: Have) -> None:
    told = [
        action.identity
        for phase in actions(wanted, reported)
        for action in phase
        if isinstance(action, Permit | Expel)
    ]
    assert len(told) == len(set(told))
