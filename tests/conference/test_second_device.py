"""What a second device, a simulated site and a stale right can and cannot do."""

from dataclasses import replace

import pytest

from diemcau.conference.models import Conference, Seat
from diemcau.conference.workflow import SeatState
from diemcau.protocol import commands as c
from diemcau.protocol.commands import Outcome

from .cast import MINH_SITE, NOW, Cast, ask, device, fresh, minutes, order


def test_one_new_link_takes_a_place_once(cast: Cast, conference: Conference) -> None:
    signed = {"told_at": minutes(1), "link_issued_at": minutes(2), "takeover": True}
    assert ask(conference, cast.minh, "B", now=minutes(3), **signed).outcome == "admitted"
    assert ask(conference, cast.minh, "A", now=minutes(4), ask_consent=True).outcome == "waiting"
    order(conference, cast.hoa, c.AllowTakeover(site=MINH_SITE), now=minutes(5))
    # The desk gave the place back: the same link does not take it a second time.
    assert ask(conference, cast.minh, "B", now=minutes(6), **signed).outcome == "replaced"


@pytest.mark.parametrize("command", [c.EndTurn(), c.AskToSpeak(), c.WithdrawRequest()])
def test_a_device_without_the_place_does_not_act_for_the_site(
    cast: Cast, conference: Conference, command: c.Message
) -> None:
    if isinstance(command, c.EndTurn):
        order(conference, cast.hoa, c.GiveFloor(site=MINH_SITE))
    thief = replace(cast.minh, device=device(MINH_SITE, "B").hash)
    before = fresh(conference).desired
    answer = order(conference, thief, command)
    assert (answer.outcome, answer.code) == (Outcome.REFUSED, "not_this_device")
    assert fresh(conference).desired == before


def test_the_device_that_has_the_place_acts_for_the_site(
    cast: Cast, conference: Conference
) -> None:
    Seat.objects.filter(entry__site__key=MINH_SITE).update(device=device(MINH_SITE).hash)
    own = replace(cast.minh, device=device(MINH_SITE).hash)
    assert order(conference, own, c.AskToSpeak()).outcome is Outcome.DONE


def test_a_simulated_site_makes_way_for_the_real_one(cast: Cast, conference: Conference) -> None:
    Conference.objects.filter(pk=conference.pk).update(is_drill=True)
    Seat.objects.filter(entry__site__key=MINH_SITE).delete()
    assert order(conference, cast.hoa, c.AddSimulated(count=1)).outcome is Outcome.DONE
    assert fresh(conference).desired.simulated == (MINH_SITE,)
    assert ask(conference, cast.minh, now=minutes(1)).outcome == "admitted"
    assert fresh(conference).desired.simulated == ()
    active = Seat.objects.filter(entry__site__key=MINH_SITE, state=SeatState.ACTIVE)
    assert [seat.simulated for seat in active] == [False]


def test_the_hosts_microphone_is_not_locked(cast: Cast, conference: Conference) -> None:
    host = conference.host_site.key
    answer = order(conference, cast.hoa, c.LockMic(site=host, locked=True))
    assert (answer.outcome, answer.code) == (Outcome.REFUSED, "host_not_locked")
    assert fresh(conference).desired.locked == ()


def test_undo_does_not_reopen_a_turn_that_the_site_ended_itself(
    cast: Cast, conference: Conference
) -> None:
    order(conference, cast.hoa, c.GiveFloor(site=MINH_SITE))
    order(conference, cast.hoa, c.SetPreview(lead=conference.host_site.key))
    assert order(conference, cast.hoa, c.Take()).outcome is Outcome.DONE
    order(conference, cast.minh, c.EndTurn())
    order(conference, cast.hoa, c.Undo())
    assert fresh(conference).desired.holders == ()


def test_undo_does_not_reopen_a_microphone_that_was_locked_since(
    cast: Cast, conference: Conference
) -> None:
    order(conference, cast.hoa, c.GiveFloor(site=MINH_SITE))
    order(conference, cast.hoa, c.SetPreview(lead=conference.host_site.key))
    assert order(conference, cast.hoa, c.Take()).outcome is Outcome.DONE
    order(conference, cast.hoa, c.LockMic(site=MINH_SITE, locked=True))
    order(conference, cast.hoa, c.LockMic(site=MINH_SITE, locked=False))
    order(conference, cast.hoa, c.Undo())
    assert fresh(conference).desired.holders == ()


def test_a_site_that_was_let_in_and_never_arrived_gets_no_floor(
    cast: Cast, conference: Conference
) -> None:
    Seat.objects.filter(entry__site__key=MINH_SITE).update(
        connected=False, connected_at=None, lost_at=None, state_at=NOW
    )
    soon = order(conference, cast.hoa, c.GiveFloor(site=MINH_SITE), now=NOW)
    assert soon.outcome is Outcome.DONE
    order(conference, cast.hoa, c.MuteAll())
    late = order(conference, cast.hoa, c.GiveFloor(site=MINH_SITE), now=minutes(1))
    assert (late.outcome, late.code) == (Outcome.REFUSED, "site_not_connected")
