"""Every command with the database: its effect, its event, and what a refusal leaves behind."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from diemcau.audit.models import Event
from diemcau.conference import commands, queries, services
from diemcau.conference.joining import join
from diemcau.conference.models import Conference, FloorTurn, RosterEntry, Seat
from diemcau.protocol import commands as c
from diemcau.protocol.base import Message
from diemcau.protocol.commands import Outcome
from diemcau.protocol.joining import JoinRequest
from diemcau.protocol.scene import Layout
from diemcau.protocol.word import ConferenceState
from diemcau.regulation import Limit

from .cast import (
    LAN_SITE,
    MAI_SITE,
    MINH_SITE,
    NOW,
    PHONE,
    QUAN_SITE,
    Cast,
    ask,
    at_the_same_time,
    book,
    device,
    fresh,
    last_event,
    make_cast,
    minutes,
    of_the_province,
    opened,
    order,
    seat_all,
)

Check = Callable[[Conference], object]


@dataclass
class Case:
    """A command, what was done before, who sends it, what it does, and how the log calls it."""

    command: Message
    does: Check
    verb: str
    by: str = "Hoa"
    after: tuple[tuple[str, Message], ...] = ()
    also: Callable[[Conference, Cast], object] = lambda conference, cast: None
    booked: bool = False
    """Only booked: not open yet."""
    joining: bool = False
    drill: bool = False


def seat(conference: Conference, site: str) -> Seat | None:
    found = Seat.objects.filter(entry__conference=conference, entry__site__key=site)
    return found.order_by("-state_at", "-pk").first()


def entry(conference: Conference, site: str) -> RosterEntry:
    return RosterEntry.objects.get(conference=conference, site__key=site)


def quan_waits(conference: Conference, cast: Cast) -> None:
    assert ask(conference, cast.quan).outcome == "waiting"


def two_wait_for_admission(conference: Conference, cast: Cast) -> None:
    """As in a province where the desk lets in each site; one more is not on the list."""
    Conference.objects.filter(pk=conference.pk).update(profile="lao-cai@1")
    Seat.objects.all().delete()
    for actor in (cast.minh, cast.mai, cast.quan):
        assert ask(conference, actor).outcome == "waiting"


def second_device_asks(conference: Conference, cast: Cast) -> None:
    assert ask(conference, cast.minh, "B", ask_consent=True).outcome == "waiting"


def in_the_place(conference: Conference, site: str) -> str | None:
    found = Seat.objects.filter(entry__conference=conference, entry__site__key=site, state="active")
    return found.values_list("device", flat=True).first()


GIVE_MINH = ("Hoa", c.GiveFloor(site=MINH_SITE))
CASES = [
    Case(
        c.StartJoining(),
        lambda f: f.state == ConferenceState.JOINING,
        "conference.joining",
        booked=True,
    ),
    Case(
        c.Open(),
        lambda f: f.state == ConferenceState.LIVE and f.opened_at == NOW,
        "conference.opened",
        joining=True,
    ),
    Case(
        c.Close(reason="Hết chương trình"),
        lambda f: (
            (f.state, f.closed_at, f.close_reason) == ("closed", NOW, "Hết chương trình")
            and f.desired.holders == ()
            and not Seat.objects.filter(state="active").exists()
            and not FloorTurn.objects.filter(ended_at=None).exists()
        ),
        "conference.closed",
        after=(GIVE_MINH,),
    ),
    Case(
        c.GiveFloor(site=MINH_SITE),
        lambda f: f.desired.holders == (MINH_SITE,) and f.desired.air.programme.lead == MINH_SITE,
        "floor.given",
    ),
    Case(
        c.GiveFloor(site=MAI_SITE, add=True),
        lambda f: (
            f.desired.holders == (MINH_SITE, MAI_SITE)
            and FloorTurn.objects.filter(ended_at=None).count() == 2
        ),
        "floor.given",
        after=(GIVE_MINH,),
    ),
    Case(
        c.TakeBackFloor(site=MINH_SITE),
        lambda f: (
            f.desired.holders == () and FloorTurn.objects.get(site__key=MINH_SITE).ended_at == NOW
        ),
        "floor.taken_back",
        after=(GIVE_MINH,),
    ),
    Case(
        c.EndTurn(),
        lambda f: f.desired.holders == (),
        "floor.ended",
        by="Minh",
        after=(GIVE_MINH,),
    ),
    Case(
        c.MuteAll(),
        lambda f: f.desired.speakers(LAN_SITE) == (LAN_SITE,),
        "floor.muted_all",
        after=(GIVE_MINH, ("Hoa", c.GiveFloor(site=MAI_SITE, add=True))),
    ),
    Case(c.SetHostMic(open=False), lambda f: not f.desired.host_mic_open, "microphone.host_closed"),
    Case(
        c.SetHostMic(open=True),
        lambda f: f.desired.host_mic_open,
        "microphone.host_opened",
        after=(("Hoa", c.SetHostMic(open=False)),),
    ),
    Case(
        c.LockMic(site=MINH_SITE, locked=True),
        lambda f: (f.desired.locked, f.desired.holders) == ((MINH_SITE,), ()),
        "microphone.locked",
        after=(GIVE_MINH,),
    ),
    Case(
        c.LockMic(site=MINH_SITE, locked=False),
        lambda f: f.desired.locked == (),
        "microphone.unlocked",
        after=(("Hoa", c.LockMic(site=MINH_SITE, locked=True)),),
    ),
    Case(
        c.SetPreview(layout=Layout.GRID_2X2, lead=MINH_SITE),
        lambda f: (
            f.desired.air.preview.layout is Layout.GRID_2X2
            and f.desired.air.preview.sites[:2] == (MINH_SITE, LAN_SITE)
            and len(f.desired.air.preview.sites) == 4
        ),
        "scene.prepared",
    ),
    Case(
        c.Take(),
        lambda f: f.desired.air.programme.sites == (MAI_SITE,),
        "scene.taken",
        after=(("Hoa", c.SetPreview(layout=Layout.FULL, lead=MAI_SITE)),),
    ),
    Case(
        c.Undo(),
        lambda f: f.desired.holders == () and f.desired.redo is not None,
        "desk.undone",
        after=(GIVE_MINH,),
    ),
    Case(
        c.Redo(),
        lambda f: f.desired.holders == (MINH_SITE,),
        "desk.redone",
        after=(GIVE_MINH, ("Hoa", c.Undo())),
    ),
    Case(
        c.Admit(site=QUAN_SITE),
        lambda f: in_the_place(f, QUAN_SITE) == f"{QUAN_SITE}/A",
        "site.admitted",
        also=quan_waits,
    ),
    Case(
        c.Admit(site=MINH_SITE),
        lambda f: not entry(f, MINH_SITE).barred and entry(f, MINH_SITE).bar_reason == "",
        "site.admitted",
        after=(("Hoa", c.Remove(site=MINH_SITE, reason="Ồn")),),
    ),
    Case(
        c.AdmitAll(),
        lambda f: (
            (in_the_place(f, MINH_SITE), in_the_place(f, MAI_SITE), in_the_place(f, QUAN_SITE))
            == (f"{MINH_SITE}/A", f"{MAI_SITE}/A", None)
        ),
        "site.admitted_all",
        also=two_wait_for_admission,
    ),
    Case(
        c.Remove(site=MINH_SITE, reason="Sai thành phần"),
        lambda f: (
            entry(f, MINH_SITE).barred
            and entry(f, MINH_SITE).bar_reason == "Sai thành phần"
            and in_the_place(f, MINH_SITE) is None
            and f.desired.holders == ()
        ),
        "site.removed",
        after=(GIVE_MINH,),
    ),
    Case(
        c.AllowTakeover(site=MINH_SITE),
        lambda f: in_the_place(f, MINH_SITE) == f"{MINH_SITE}/B",
        "site.replaced",
        also=second_device_asks,
    ),
    Case(
        c.AllowTakeover(site=MINH_SITE, allow=False),
        lambda f: (
            in_the_place(f, MINH_SITE) == f"{MINH_SITE}/A"
            and Seat.objects.get(device=f"{MINH_SITE}/B").state == "declined"
        ),
        "site.takeover_declined",
        also=second_device_asks,
    ),
    Case(
        c.AskToSpeak(),
        lambda f: [a.site for a in f.desired.queue] == [MINH_SITE],
        "request.asked",
        by="Minh",
    ),
    Case(
        c.WithdrawRequest(),
        lambda f: f.desired.queue == (),
        "request.withdrawn",
        by="Minh",
        after=(("Minh", c.AskToSpeak()),),
    ),
    Case(
        c.DeclineRequest(site=MINH_SITE),
        lambda f: f.desired.queue == (),
        "request.declined",
        after=(("Minh", c.AskToSpeak()),),
    ),
    Case(
        c.PermitShare(site=MINH_SITE, allowed=True),
        lambda f: f.desired.sharing == (MINH_SITE,),
        "share.permitted",
    ),
    Case(
        c.PermitShare(site=MINH_SITE, allowed=False),
        lambda f: f.desired.sharing == (),
        "share.ended",
        after=(("Hoa", c.PermitShare(site=MINH_SITE, allowed=True)),),
    ),
    Case(
        c.AddSimulated(count=3),
        lambda f: (
            len(f.desired.simulated) == 3
            and Seat.objects.filter(simulated=True, state="active").count() == 3
        ),
        "drill.sites_added",
        drill=True,
        joining=True,
    ),
    Case(
        c.GrantControl(site=MAI_SITE),
        lambda conference: MAI_SITE in queries.situation(conference).granted,
        "control.granted",
        also=lambda conference, cast: of_the_province(MAI_SITE),
    ),
    Case(
        c.WithdrawControl(site=LAN_SITE),
        lambda conference: not queries.situation(conference).host_controls,
        "control.withdrawn",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.command.type} → {case.verb}")
def test_a_command_does_what_it_says_and_is_recorded(
    cast: Cast, case: Case, nudged: Callable[[], list[int]], django_capture_on_commit_callbacks
) -> None:
    if case.booked or case.joining:
        conference = book(cast, drill=case.drill)
        if case.joining:
            services.start_joining(conference_id=conference.pk, actor=cast.hoa, now=NOW)
    else:
        conference = opened(cast, drill=case.drill)
    for who, earlier in case.after:
        assert order(conference, cast.of(who), earlier).outcome is Outcome.DONE
    case.also(conference, cast)
    before = fresh(conference).version
    with django_capture_on_commit_callbacks(execute=True):
        answer = order(conference, cast.of(case.by), case.command)
    after = fresh(conference)
    assert (answer.outcome, answer.code) == (Outcome.DONE, "")
    assert case.does(after)
    assert after.version == answer.version > before
    event = last_event()
    assert (event.verb, event.refused, event.at) == (case.verb, False, NOW)
    assert (event.conference_id, event.command_id) == (conference.pk, answer.id)
    assert (event.actor_name, event.address) == (case.by, "127.0.0.1")
    assert event.object == (getattr(case.command, "site", None) or event.object)
    assert nudged() == [conference.pk]
    shown = queries.snapshot(after, operator="Hoa")
    assert (shown.version, shown.log[0].id) == (after.version, event.pk)


def test_every_command_has_its_case() -> None:
    assert {type(case.command) for case in CASES} == set(commands.TABLE)
    sent = set(c.Command.__origin__.__args__)
    assert sent == set(commands.TABLE)


REFUSED = [
    ("Minh", c.MuteAll(), "not_permitted"),
    ("Hoa", c.AskToSpeak(), "site_only"),
    ("Hoa", c.WithdrawRequest(), "site_only"),
    ("Hoa", c.EndTurn(), "site_only"),
    ("Quân", c.AskToSpeak(), "not_in_conference"),
    ("Quân", c.WithdrawRequest(), "not_in_conference"),
    ("Quân", c.EndTurn(), "no_floor"),
    ("Minh", c.EndTurn(), "no_floor"),
    ("Lan", c.AskToSpeak(), "may_speak_already"),
    ("Lan", c.AllowTakeover(site=MINH_SITE), "not_permitted"),
    ("Hoa", c.AllowTakeover(site=MINH_SITE), "nobody_asks"),
    ("Hoa", c.GiveFloor(site=LAN_SITE), "host_needs_no_floor"),
    ("Hoa", c.GiveFloor(site=QUAN_SITE), "not_in_conference"),
    ("Hoa", c.TakeBackFloor(site=MINH_SITE), "no_floor"),
    ("Hoa", c.LockMic(site=QUAN_SITE, locked=True), "not_in_conference"),
    ("Hoa", c.SetPreview(lead=QUAN_SITE), "not_in_conference"),
    ("Hoa", c.SetPreview(panes=(MINH_SITE, QUAN_SITE)), "not_in_conference"),
    ("Hoa", c.Take(), "preview_empty"),
    ("Hoa", c.Undo(), "nothing_to_undo"),
    ("Hoa", c.Redo(), "nothing_to_redo"),
    ("Hoa", c.Admit(site=QUAN_SITE), "not_in_conference"),
    ("Hoa", c.Remove(site=LAN_SITE, reason="Nhầm"), "host_stays"),
    ("Hoa", c.Remove(site=QUAN_SITE, reason="Nhầm"), "not_in_conference"),
    ("Hoa", c.PermitShare(site=QUAN_SITE, allowed=True), "not_in_conference"),
    ("Hoa", c.DeclineRequest(site=QUAN_SITE), "not_in_conference"),
    ("Hoa", c.Open(), "illegal_transition"),
    ("Hoa", c.StartJoining(), "illegal_transition"),
    ("Hoa", c.AddSimulated(count=1), "not_a_drill"),
]


@pytest.mark.parametrize(
    ("who", "command", "code"), REFUSED, ids=lambda value: getattr(value, "type", None) or value
)
def test_a_refused_command_changes_nothing_and_is_recorded_with_its_reason(
    cast: Cast, conference: Conference, who: str, command: Message, code: str
) -> None:
    before = Conference.objects.values().get(pk=conference.pk)
    seats = list(Seat.objects.values())
    answer = order(conference, cast.of(who), command)
    assert (answer.outcome, answer.code) == (Outcome.REFUSED, code)
    assert answer.reason_vi
    assert answer.reason_en
    assert Conference.objects.values().get(pk=conference.pk) == before
    assert list(Seat.objects.values()) == seats
    event = last_event()
    assert event.refused
    assert (event.code, event.reason_vi, event.command_id) == (code, answer.reason_vi, answer.id)
    assert event.actor_name == who
    assert commands.outcome(answer.id, cast.of(who)) == answer


def test_a_closed_conference_is_changed_by_no_command(cast: Cast, conference: Conference) -> None:
    services.close(conference_id=conference.pk, reason="", actor=cast.hoa, now=NOW)
    before = Conference.objects.values().get(pk=conference.pk)
    for case in CASES:
        for actor in (cast.hoa, cast.minh):
            assert order(conference, actor, case.command).outcome is Outcome.REFUSED
    assert Conference.objects.values().get(pk=conference.pk) == before


def test_a_limit_is_refused_with_the_limit_and_no_turn_begins(
    cast: Cast, conference: Conference
) -> None:
    for site in (MINH_SITE, MAI_SITE):
        order(conference, cast.hoa, c.GiveFloor(site=site, add=True))
    answer = order(conference, cast.hoa, c.GiveFloor(site="xa-don-duong", add=True))
    assert answer.code == "floor_limit"
    assert FloorTurn.objects.count() == 2


def test_a_site_that_lost_its_line_gets_no_floor(cast: Cast, conference: Conference) -> None:
    Seat.objects.filter(entry__site__key=MINH_SITE).update(lost_at=NOW)
    answer = order(conference, cast.hoa, c.GiveFloor(site=MINH_SITE))
    assert answer.code == "site_not_connected"
    assert "Xã Đạ Tẻh" in answer.reason_vi


def test_undo_gives_no_floor_back_to_a_site_that_was_locked_or_lost(
    cast: Cast, conference: Conference
) -> None:
    for site in (MINH_SITE, MAI_SITE):
        order(conference, cast.hoa, c.GiveFloor(site=site, add=True))
    order(conference, cast.hoa, c.MuteAll())
    order(conference, cast.hoa, c.LockMic(site=MINH_SITE, locked=True))
    Seat.objects.filter(entry__site__key=MAI_SITE).update(lost_at=NOW)
    assert order(conference, cast.hoa, c.Undo()).outcome is Outcome.DONE
    assert fresh(conference).desired.holders == ()


def test_where_the_regulation_gives_the_desk_to_the_centre_the_host_is_refused_with_the_clause(
    cast: Cast,
) -> None:
    there = opened(cast, province="khanh-hoa")
    answer = order(there, cast.lan, c.GiveFloor(site=MINH_SITE))
    assert (answer.outcome, answer.code) == (Outcome.REFUSED, "not_permitted")
    assert answer.clause == "KH 9.1a"
    here = opened(cast, seats="here")
    assert order(here, cast.lan, c.GiveFloor(site=MINH_SITE)).outcome is Outcome.DONE


def test_a_body_that_may_not_host_is_refused_with_the_clause(cast: Cast) -> None:
    with pytest.raises(services.Refusal) as refused:
        book(cast, province="khanh-hoa", host_site=MINH_SITE)
    assert (refused.value.code, refused.value.clause) == ("may_not_host", "KH 3.2")
    assert Conference.objects.count() == 0
    event = last_event()
    assert (event.verb, event.refused, event.clause) == ("conference.scheduled", True, "KH 3.2")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sites": ["khong-co"]}, "unknown_site"),
        ({"host_site": "khong-co"}, "unknown_site"),
        ({"opening_at": minutes(-1)}, "times_out_of_order"),
        ({"connect_at": minutes(-(10**7)), "opening_at": minutes(-(10**7))}, "no_regulation"),
    ],
)
def test_a_booking_that_cannot_be_is_refused(cast: Cast, changes: dict, code: str) -> None:
    with pytest.raises(services.Refusal) as refused:
        book(cast, **changes)
    assert refused.value.code == code
    assert Conference.objects.count() == 0


def test_a_booking_keeps_the_regulation_of_the_day_of_its_opening(cast: Cast) -> None:
    assert book(cast).profile == "lam-dong@1"
    assert book(cast, province="hue").profile == "hue@1"
    assert book(cast).roster.count() == 9


def test_only_the_control_centre_books(cast: Cast) -> None:
    for who in ("Lan", "Minh", "Quân"):
        with pytest.raises(services.Refusal) as refused:
            book(cast, actor=cast.of(who))
        assert refused.value.code == "not_permitted"


# ---------------------------------------------------------------- drills


def test_a_drill_allows_all_that_a_conference_allows_and_says_what_it_is(cast: Cast) -> None:
    drill = opened(cast, drill=True)
    for command in (
        c.GiveFloor(site=MINH_SITE),
        c.MuteAll(),
        c.SetPreview(lead=MAI_SITE),
        c.Take(),
        c.LockMic(site=MINH_SITE, locked=True),
        c.Remove(site=MINH_SITE, reason="Thử"),
        c.Admit(site=MINH_SITE),
        c.Close(),
    ):
        assert order(drill, cast.hoa, command).outcome is Outcome.DONE, command
    assert queries.word_of(fresh(drill)).drill
    assert not queries.word_of(fresh(book(cast))).drill


def test_simulated_sites_take_only_free_places_and_stop_when_all_are_taken(cast: Cast) -> None:
    drill = book(cast, drill=True)
    services.start_joining(conference_id=drill.pk, actor=cast.hoa, now=NOW)
    seat_all(drill, [MINH_SITE])
    assert order(drill, cast.hoa, c.AddSimulated(count=200)).outcome is Outcome.DONE
    assert MINH_SITE not in fresh(drill).desired.simulated
    assert len(fresh(drill).desired.simulated) == 8
    assert order(drill, cast.hoa, c.AddSimulated(count=1)).code == "no_free_site"


# ---------------------------------------------------------------- once, and in one order


def test_a_command_sent_again_is_done_once(cast: Cast, conference: Conference) -> None:
    id = uuid.uuid4()
    first = order(conference, cast.hoa, c.GiveFloor(site=MINH_SITE), id=id)
    order(conference, cast.hoa, c.MuteAll())
    again = order(conference, cast.hoa, c.GiveFloor(site=MINH_SITE), id=id, now=minutes(1))
    assert again == first
    assert fresh(conference).desired.holders == ()
    assert Event.objects.filter(command_id=id).count() == 1


def test_a_refused_command_sent_again_is_not_tried_again(
    cast: Cast, conference: Conference
) -> None:
    id = uuid.uuid4()
    first = order(conference, cast.hoa, c.TakeBackFloor(site=MINH_SITE), id=id)
    order(conference, cast.hoa, c.GiveFloor(site=MINH_SITE))
    assert order(conference, cast.hoa, c.TakeBackFloor(site=MINH_SITE), id=id) == first
    assert fresh(conference).desired.holders == (MINH_SITE,)


def test_a_command_is_told_only_to_whoever_gave_it(cast: Cast, conference: Conference) -> None:
    answer = order(conference, cast.hoa, c.GiveFloor(site=MINH_SITE))
    assert commands.outcome(answer.id, cast.minh).outcome == Outcome.UNKNOWN
    taken = order(conference, cast.minh, c.AskToSpeak(), id=answer.id)
    assert (taken.outcome, taken.code) == (Outcome.REFUSED, "id_taken")
    assert fresh(conference).desired.queue == ()


def test_a_waiting_site_is_not_admitted_beyond_the_limit(
    cast: Cast, conference: Conference, monkeypatch: pytest.MonkeyPatch
) -> None:
    quan_waits(conference, cast)
    taken = Seat.objects.filter(entry__conference=conference, state="active").count()
    limit = Limit(taken, None, "", "")
    monkeypatch.setattr(services, "site_limit", lambda profile: limit)
    refused = order(conference, cast.hoa, c.Admit(site=cast.quan.site or ""))
    assert (refused.outcome, refused.code) == (Outcome.REFUSED, "conference_full")
    assert seat(conference, cast.quan.site or "").state == "waiting"


def test_the_outcome_of_a_command_that_never_arrived_is_unknown(cast: Cast) -> None:
    found = commands.outcome(uuid.uuid4(), cast.hoa)
    assert (found.outcome, found.version) == (Outcome.UNKNOWN, 0)


def test_a_command_for_no_conference_is_refused(cast: Cast) -> None:
    answer = order(Conference(pk=4711), cast.hoa, c.MuteAll())
    assert (answer.outcome, answer.code) == (Outcome.REFUSED, "no_conference")


@pytest.mark.django_db(transaction=True)
def test_two_commands_at_the_same_time_run_one_after_the_other() -> None:
    cast = make_cast(4)
    conference = opened(cast)
    before = fresh(conference).version
    give = c.GiveFloor(site=MINH_SITE, add=True), c.GiveFloor(site=MAI_SITE, add=True)
    answers = at_the_same_time(*(lambda g=g: order(conference, cast.hoa, g) for g in give))
    assert [a.outcome for a in answers] == [Outcome.DONE, Outcome.DONE]
    assert {a.version for a in answers} == {before + 1, before + 2}
    state = fresh(conference).desired
    first = min(zip(answers, give, strict=True), key=lambda pair: pair[0].version)[1].site
    assert set(state.holders) == {MINH_SITE, MAI_SITE}
    assert state.holders[0] == first, "the order of the versions is the order of the acts"
    assert state.undo.air.floor[0].site == first


@pytest.mark.django_db(transaction=True)
def test_one_command_sent_twice_at_the_same_time_is_done_once() -> None:
    cast = make_cast(4)
    conference = opened(cast)
    before, id = fresh(conference).version, uuid.uuid4()
    send = [lambda: order(conference, cast.hoa, c.MuteAll(), id=id)] * 2
    first, second = at_the_same_time(*send)
    assert first == second
    assert first.outcome is Outcome.DONE
    assert fresh(conference).version == before + 1


@pytest.mark.django_db(transaction=True)
def test_of_two_devices_that_come_at_once_one_gets_the_place() -> None:
    cast = make_cast(4)
    conference = book(cast)
    request = JoinRequest(person="Minh", unit="UBND xã")

    def come(which: str) -> str:
        answer = join(
            conference_id=conference.pk,
            actor=cast.minh,
            device=device(MINH_SITE, which),
            request=request,
            now=NOW,
        )
        return answer.outcome

    found = at_the_same_time(lambda: come("A"), lambda: come("B"))
    assert sorted(found) == ["admitted", "elsewhere"]
    assert Seat.objects.filter(state="active").count() == 1


# ---------------------------------------------------------------- flat, however many sites


@pytest.fixture(scope="module")
def counts() -> dict[int, list[str]]:
    """Statements of one give_floor by the number of sites in the roster."""
    return {}


@pytest.mark.parametrize("sites", [9, 200])
def test_the_queries_of_give_floor_do_not_grow_with_the_roster(
    db: None, counts: dict[int, list[str]], sites: int
) -> None:
    cast = make_cast(sites)
    conference = opened(cast)
    order(conference, cast.hoa, c.GiveFloor(site=MAI_SITE))
    with CaptureQueriesContext(connection) as seen:
        order(conference, cast.hoa, c.GiveFloor(site=MINH_SITE))
    counts[sites] = [query["sql"].split(" ")[0] for query in seen]
    assert len(counts[sites]) <= 25
    assert counts[sites] == counts[min(counts)], "not one statement more with 200 sites"


def test_the_word_does_not_grow_with_the_number_of_sites(db: None) -> None:
    cast = make_cast(200)
    conference = opened(cast)
    order(conference, cast.hoa, c.GiveFloor(site=MINH_SITE))
    word = queries.word_of(fresh(conference))
    assert word.expected == 200
    assert len(queries.body(word).encode()) < 4_000


def test_the_word_fits_the_engine_when_every_site_asks_and_is_locked(db: None) -> None:
    cast = make_cast(200)
    conference = opened(cast)
    state = conference.desired
    asked = [{"site": key, "since": NOW} for key in cast.sites[1:]]
    conference.want(
        type(state).model_validate(
            state.model_dump()
            | {"queue": asked, "locked": cast.sites[1:], "sharing": cast.sites[1:]}
        )
    )
    conference.touch()
    assert len(queries.word_of(fresh(conference)).model_dump_json().encode()) < 64 * 1024


def test_the_word_holds_no_telephone_number_and_the_desk_does(
    cast: Cast, conference: Conference
) -> None:
    order(conference, cast.hoa, c.GiveFloor(site=MINH_SITE))
    order(conference, cast.mai, c.AskToSpeak())
    word = queries.word_of(fresh(conference)).model_dump_json()
    assert PHONE not in word
    assert "0900" not in word
    assert PHONE in queries.snapshot(fresh(conference), operator="Hoa").model_dump_json()


def test_the_word_names_whose_sound_may_be_played(cast: Cast, conference: Conference) -> None:
    order(conference, cast.hoa, c.GiveFloor(site=MINH_SITE))
    word = queries.word_of(fresh(conference))
    assert word.audible == (f"site:{LAN_SITE}:seat1", f"site:{MINH_SITE}:seat2")
    order(conference, cast.hoa, c.SetHostMic(open=False))
    assert queries.word_of(fresh(conference)).audible == (f"site:{MINH_SITE}:seat2",)


def test_nobodys_sound_is_named_for_a_site_that_has_no_device(
    cast: Cast, conference: Conference
) -> None:
    Seat.objects.filter(entry__site__key=LAN_SITE).delete()
    assert queries.word_of(fresh(conference)).audible == ()
