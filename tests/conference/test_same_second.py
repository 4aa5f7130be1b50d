"""Two acts in the same second: one defined outcome, on both databases."""

from dataclasses import replace

import pytest

from diemcau.accounts.models import RoleHolding
from diemcau.audit.models import Event
from diemcau.audit.services import transaction
from diemcau.conference.models import Conference, FloorTurn, RosterEntry, Seat
from diemcau.conference.workflow import SeatState
from diemcau.protocol import commands as c
from diemcau.protocol.commands import Outcome

from .cast import (
    MAI_SITE,
    MINH_SITE,
    Cast,
    ask,
    at_the_same_time,
    fresh,
    make_cast,
    minutes,
    opened,
    order,
)

ROUNDS = 8
"""Each race is run so often: either order may win in any of them."""


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The cast, in tables that other connections see."""
    return make_cast(4)


def test_two_operators_give_the_floor_to_two_sites(cast: Cast) -> None:
    conference = opened(cast)
    other = replace(cast.hoa, name="Hà")
    for _ in range(ROUNDS):
        answers = at_the_same_time(
            lambda: order(conference, cast.hoa, c.GiveFloor(site=MINH_SITE)),
            lambda: order(conference, other, c.GiveFloor(site=MAI_SITE)),
        )
        assert {a.outcome for a in answers} == {Outcome.DONE}
        minh, mai = answers
        last = MINH_SITE if minh.version > mai.version else MAI_SITE
        assert fresh(conference).desired.holders == (last,)
        open_turns = FloorTurn.objects.filter(conference=conference, ended_at__isnull=True)
        assert [turn.site.key for turn in open_turns] == [last]
        newest = Event.objects.filter(verb="floor.given").latest("id")
        assert newest.object == last, "the log tells them in the order in which they counted"
        assert order(conference, cast.hoa, c.MuteAll()).outcome is Outcome.DONE


def test_a_removal_crosses_a_join(cast: Cast) -> None:
    conference = opened(cast)
    for turn in range(ROUNDS):
        Seat.objects.filter(entry__site__key=MINH_SITE).delete()
        RosterEntry.objects.filter(site__key=MINH_SITE).update(barred=False, admitted=False)
        joined, removed = at_the_same_time(
            lambda turn=turn: ask(conference, cast.minh, f"{turn}"),
            lambda: order(conference, cast.hoa, c.Remove(site=MINH_SITE, reason="thử")),
        )
        assert removed.outcome is Outcome.DONE
        assert joined.outcome in {"admitted", "removed"}
        entry = RosterEntry.objects.get(site__key=MINH_SITE)
        assert entry.barred
        assert not Seat.objects.filter(entry=entry, state=SeatState.ACTIVE).exists()
        again = ask(fresh(conference), cast.minh, f"{turn}")
        assert again.outcome == "removed", "whichever came first, it is out and told so"


def test_a_role_ends_while_its_holder_acts(cast: Cast) -> None:
    conference = opened(cast)
    held = RoleHolding.objects.get(user=cast.users["Hoa"])

    def end_role() -> int:
        with transaction(cast.lan, "role.ended", now=minutes(1), object="Hoa") as entry:
            RoleHolding.objects.filter(pk=held.pk).update(valid_to=minutes(1))
            entry.about(after={"holding": held.pk})
        return Event.objects.filter(verb="role.ended").latest("id").pk

    outcomes = set()
    for _ in range(ROUNDS):
        RoleHolding.objects.filter(pk=held.pk).update(valid_to=None)
        before = Conference.objects.get(pk=conference.pk).version
        answer, ended = at_the_same_time(
            lambda: order(conference, cast.hoa, c.MuteAll(), now=minutes(2)), end_role
        )
        act = Event.objects.get(command_id=answer.id)
        outcomes.add(answer.outcome)
        if answer.outcome is Outcome.DONE:
            assert act.pk < ended, "an act that counts stands in the log before the role's end"
            assert fresh(conference).version == before + 1
        else:
            assert answer.code == "not_permitted"
            assert act.pk > ended
            assert fresh(conference).version == before
        late = order(conference, cast.hoa, c.MuteAll(), now=minutes(2))
        assert late.code == "not_permitted"
    assert outcomes <= {Outcome.DONE, Outcome.REFUSED}
