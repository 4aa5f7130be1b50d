"""The desired state: floor, scene, microphones, queue. Pure."""

from typing import Any

import pytest

from diemcau.audit.refusal import Refusal
from diemcau.conference import desired as rules
from diemcau.conference.desired import Desired, Picture
from diemcau.protocol.scene import PANES, Layout

from .cast import NOW, minutes

LAN, MINH, MAI, DON = "ubnd-tinh", "xa-da-teh", "phuong-xuan-huong", "xa-don-duong"
FILL = (LAN, MINH, MAI, DON, "e", "f", "g", "h", "i", "k")


def everybody(key: str) -> bool:
    return True


def floor(state: Desired, site: str, **changes: Any) -> Desired:
    given: dict[str, Any] = {
        "host": LAN,
        "add": False,
        "limit": 2,
        "limit_clause": "KH-9.3",
        "connected": everybody,
        "names": lambda key: f"«{key}»",
        "fill": FILL,
        "now": NOW,
    }
    return rules.with_floor(state, site, **(given | changes))


def refusal(act: Any) -> Refusal:
    with pytest.raises(Refusal) as raised:
        act()
    return raised.value


# ---------------------------------------------------------------- the floor


def test_the_floor_replaces_its_holder() -> None:
    state = floor(floor(Desired(), MINH), MAI, now=minutes(1))
    assert [(t.site, t.since) for t in state.air.floor] == [(MAI, minutes(1))]
    assert state.speakers(LAN) == (LAN, MAI)


def test_a_second_holder_is_added_only_on_purpose() -> None:
    assert floor(floor(Desired(), MINH), MAI, add=True).holders == (MINH, MAI)


def test_a_holder_beyond_the_limit_is_refused_with_the_clause() -> None:
    two = floor(floor(Desired(), MINH), MAI, add=True)
    found = refusal(lambda: floor(two, DON, add=True))
    assert (found.code, found.clause) == ("floor_limit", "KH-9.3")
    assert "2" in found.vi
    assert floor(two, DON).holders == (DON,), "replacing needs no room"


def test_a_holder_that_gets_the_floor_again_keeps_the_beginning_of_its_turn() -> None:
    two = floor(floor(Desired(), MINH), MAI, add=True)
    again = floor(two, MINH, now=minutes(9))
    assert [(t.site, t.since) for t in again.air.floor] == [(MINH, NOW)]
    assert floor(two, MAI, add=True, limit=2).holders == (MINH, MAI)


def test_the_host_site_needs_no_floor() -> None:
    assert refusal(lambda: floor(Desired(), LAN)).code == "host_needs_no_floor"


def test_a_site_that_is_not_connected_gets_no_floor_and_is_named() -> None:
    found = refusal(lambda: floor(Desired(), MINH, connected=lambda key: False))
    assert found.code == "site_not_connected"
    assert "«xa-da-teh»" in found.vi


def test_a_locked_site_gets_no_floor() -> None:
    locked = rules.with_lock(Desired(), MINH, True)
    assert refusal(lambda: floor(locked, MINH)).code == "mic_locked"
    assert floor(rules.with_lock(locked, MINH, False), MINH).holders == (MINH,)


def test_locking_a_holder_ends_its_turn() -> None:
    state = rules.with_lock(floor(Desired(), MINH), MINH, True)
    assert state.holders == ()
    assert rules.with_lock(state, MINH, True).locked == (MINH,)


def test_mute_all_takes_every_floor_and_never_closes_the_host() -> None:
    state = rules.muted_all(floor(floor(Desired(), MINH), MAI, add=True))
    assert state.holders == ()
    assert state.speakers(LAN) == (LAN,)
    closed = rules.muted_all(rules.with_host_mic(state, False))
    assert closed.speakers(LAN) == (), "nor does it open it"


def test_the_floor_clears_the_request_of_that_site_only() -> None:
    asked = rules.with_request(Desired(), MINH, host=LAN, now=NOW)
    asked = rules.with_request(asked, MAI, host=LAN, now=minutes(1))
    assert [a.site for a in floor(asked, MINH).queue] == [MAI]


def test_taking_back_leaves_the_picture_and_refuses_who_has_no_floor() -> None:
    given = floor(Desired(), MINH)
    taken = rules.without_floor(given, MINH, names=str, verb="floor.taken_back")
    assert taken.holders == ()
    assert taken.air.programme == given.air.programme
    again = refusal(lambda: rules.without_floor(taken, MINH, names=str, verb="x"))
    assert again.code == "no_floor"


# ---------------------------------------------------------------- pictures


def test_who_speaks_leads_the_picture_with_the_host_beside_it() -> None:
    state = floor(Desired(), MINH)
    assert state.air.programme.sites[:2] == (MINH, LAN)


def test_a_prepared_scene_of_the_speaker_goes_on_air_and_the_old_one_is_prepared() -> None:
    before = Picture(layout=Layout.FULL, sites=(LAN,))
    prepared = Picture(layout=Layout.GRID_2X2, sites=(MINH, DON))
    state = Desired(air=rules.Air(programme=before, preview=prepared))
    given = floor(state, MINH)
    assert (given.air.programme, given.air.preview) == (prepared, before)
    other = floor(state, MAI)
    assert other.air.preview == prepared, "a preparation for somebody else stays"
    assert other.air.programme.layout is Layout.FULL


@pytest.mark.parametrize("layout", list(Layout))
def test_every_layout_is_led_and_never_shows_more_panes_than_it_has(layout: Layout) -> None:
    picture = rules.compose(layout, MINH, host=LAN, fill=FILL)
    assert picture.lead == MINH
    assert len(picture.sites) == PANES[layout]
    if layout is Layout.SCREEN_PERSON:
        assert picture.sites == (MINH, MINH)
    else:
        assert len(set(picture.sites)) == len(picture.sites)


def preview(state: Desired, **changes: Any) -> Picture:
    given: dict[str, Any] = {"layout": None, "lead": None, "panes": None, "host": LAN, "fill": ()}
    return rules.with_preview(state, **(given | changes)).air.preview


def test_a_preparation_keeps_what_is_not_said() -> None:
    state = Desired(air=rules.Air(preview=Picture(layout=Layout.GRID_2X2, sites=(MINH, MAI, DON))))
    assert preview(state, layout=Layout.SIDE_BY_SIDE).sites == (MINH, LAN)
    assert preview(state, lead=DON).layout is Layout.GRID_2X2
    assert preview(state, lead=DON).lead == DON
    assert preview(state, panes=(MAI, DON)).sites == (MAI, DON)
    assert preview(Desired()).lead == LAN, "led by the host when nothing was prepared"


def test_preparing_changes_nothing_on_air_and_cannot_be_undone() -> None:
    state = rules.with_preview(
        floor(Desired(), MINH), layout=Layout.FULL, lead=MAI, panes=None, host=LAN, fill=()
    )
    assert state.air.programme == floor(Desired(), MINH).air.programme
    assert state.holders == (MINH,)
    assert state.undo is not None
    assert state.undo.verb == "floor.given"


def test_take_exchanges_the_pictures_and_touches_no_microphone() -> None:
    ready = rules.with_preview(
        floor(Desired(), MINH), layout=Layout.FULL, lead=MAI, panes=None, host=LAN, fill=()
    )
    state = rules.taken(ready)
    assert (state.air.programme, state.air.preview) == (ready.air.preview, ready.air.programme)
    assert state.holders == (MINH,)


def test_an_empty_preview_cannot_be_taken() -> None:
    assert refusal(lambda: rules.taken(Desired())).code == "preview_empty"


# ---------------------------------------------------------------- one step back


def test_one_step_is_undone_and_done_again() -> None:
    first = floor(Desired(), MINH)
    second = floor(first, MAI)
    back = rules.undone(second, allowed=everybody)
    assert back.air == first.air
    assert refusal(lambda: rules.undone(back, allowed=everybody)).code == "nothing_to_undo"
    again = rules.redone(back, allowed=everybody)
    assert again.air == second.air
    assert refusal(lambda: rules.redone(again, allowed=everybody)).code == "nothing_to_redo"
    assert rules.undone(again, allowed=everybody).air == first.air


def test_a_new_act_forgets_what_could_be_done_again() -> None:
    back = rules.undone(floor(floor(Desired(), MINH), MAI), allowed=everybody)
    assert floor(back, DON).redo is None


def test_an_act_that_changes_nothing_is_no_step() -> None:
    muted = rules.muted_all(floor(Desired(), MINH))
    assert muted.undo == rules.muted_all(muted).undo


def test_undo_brings_no_floor_back_to_a_site_that_may_not_speak() -> None:
    muted = rules.muted_all(floor(floor(Desired(), MINH), MAI, add=True))
    back = rules.undone(muted, allowed=lambda key: key == MAI)
    assert back.holders == (MAI,)
    redo = rules.redone(
        rules.undone(floor(floor(Desired(), MINH), MAI), allowed=everybody),
        allowed=lambda key: False,
    )
    assert redo.holders == ()


def test_nothing_of_a_removed_site_comes_back() -> None:
    state = floor(floor(Desired(), MINH), MAI)
    state = rules.with_request(state, MINH, host=LAN, now=NOW)
    state = rules.without_site(rules.with_sharing(state, MINH, True), MINH)
    assert (state.queue, state.sharing, state.undo, state.redo) == ((), (), None, None)
    assert rules.without_site(state, MAI).holders == ()


# ---------------------------------------------------------------- requests and sharing


def test_requests_keep_their_order_and_their_first_time() -> None:
    state = rules.with_request(Desired(), MINH, host=LAN, now=NOW)
    state = rules.with_request(state, MAI, host=LAN, now=minutes(1))
    state = rules.with_request(state, MINH, host=LAN, now=minutes(2))
    assert [(a.site, a.since) for a in state.queue] == [(MINH, NOW), (MAI, minutes(1))]
    assert [a.site for a in rules.without_request(state, MINH).queue] == [MAI]


@pytest.mark.parametrize("site", [LAN, MINH])
def test_who_may_speak_already_has_nothing_to_ask_for(site: str) -> None:
    state = floor(Desired(), MINH)
    found = refusal(lambda: rules.with_request(state, site, host=LAN, now=NOW))
    assert found.code == "may_speak_already"


def test_sharing_is_permitted_once_and_ended() -> None:
    state = rules.with_sharing(rules.with_sharing(Desired(), MINH, True), MINH, True)
    assert state.sharing == (MINH,)
    assert rules.with_sharing(state, MINH, False).sharing == ()
