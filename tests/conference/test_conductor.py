"""The conductor: whatever happens, the engine is made to follow, with no call too many."""

import json

from diemcau.conference.conductor import DESK_TOPIC
from diemcau.conference.reconcile import DESK_GRANT, TALK_GRANT
from diemcau.media.engine import EngineEvent, EventKind
from diemcau.media.fake import FakeEngine

from .stage import HOA, LAN, MINH, SILENT, SPEAKS, Stage, conducting, site, wants


def said(stage: Stage, room: str = "c-1") -> dict:
    return json.loads(stage.fake.told(room))


async def opened(stage: Stage, **changes: object) -> None:
    """Let the conference be, with everybody inside and all of it at rest."""
    wanted = wants(**changes)
    stage.want(wanted)
    await stage.until(lambda: stage.fake.grants("c-1") is not None and stage.fake.calls)
    await stage.still()
    for identity, grant in wanted.main.grants.items():
        stage.enter(identity, grant)
    stage.enter(HOA, DESK_GRANT)
    await stage.still()


def changed(stage: Stage, **changes: object) -> None:
    """Say what the conference should be next, as a command does."""
    now = stage.store.all[1].version
    stage.want(wants(now + 1, **changes))


# ---------------------------------------------------------------- rooms and word


async def test_both_rooms_are_made_and_the_word_is_said_with_its_version() -> None:
    async with conducting() as stage:
        stage.want(wants(5))
        await stage.still()
        assert said(stage)["version"] == 5
        assert said(stage)["title"] == "Giao ban"
        assert stage.fake.told("c-1-talk") == ""


async def test_a_new_word_is_said_once_and_an_equal_one_not_at_all() -> None:
    async with conducting() as stage:
        await opened(stage)
        mark = len(stage.fake.calls)
        changed(stage, title="Giao ban tháng 11")
        await stage.still()
        assert said(stage)["title"] == "Giao ban tháng 11"
        assert [c for c in stage.since(mark) if c[0] == "set_metadata"] == [("set_metadata", "c-1")]
        mark = len(stage.fake.calls)
        changed(stage, title="Giao ban tháng 11")
        await stage.still()
        assert [c for c in stage.since(mark) if c[0] != "send"] == []


async def test_a_closed_conference_has_no_rooms_and_is_forgotten() -> None:
    async with conducting() as stage:
        await opened(stage)
        changed(stage, open=False)
        await stage.still()
        assert await stage.fake.room("c-1") is None
        assert await stage.fake.room("c-1-talk") is None
        mark = len(stage.fake.calls)
        stage.conductor.report(EngineEvent(EventKind.ROOM_FINISHED, "c-1"))
        await stage.still()
        assert stage.since(mark) == []


async def test_rooms_of_a_conference_closed_while_nobody_conducted_are_deleted() -> None:
    fake = FakeEngine()
    await fake.create_room("c-1", "{}")
    await fake.create_room("c-1-talk", "")
    async with conducting(fake=fake) as stage:
        stage.want(wants(open=False))
        await stage.still()
        assert await fake.room("c-1") is None
        assert await fake.room("c-1-talk") is None


async def test_rooms_are_deleted_also_when_the_engine_was_down_as_the_conference_closed() -> None:
    async with conducting(sweep=0.001) as stage:
        await opened(stage)
        stage.fake.hang()
        changed(stage, open=False)
        await stage.until(lambda: ("delete_room", "c-1") in stage.fake.calls)
        stage.fake.recover()
        await stage.until(lambda: not stage.fake.exists("c-1"))
        await stage.until(lambda: not stage.fake.exists("c-1-talk"))


async def test_rooms_that_could_not_be_looked_at_are_not_taken_for_gone() -> None:
    fake = FakeEngine()
    await fake.create_room("c-1", "{}")
    async with conducting(fake=fake) as stage:
        fake.hang()
        stage.want(wants(open=False))
        await stage.still()
        fake.recover()
        stage.conductor.nudge(1)
        await stage.still()
        assert not fake.exists("c-1")


async def test_a_conference_that_is_not_known_costs_nothing() -> None:
    async with conducting() as stage:
        stage.conductor.nudge(4711)
        stage.conductor.report(EngineEvent(EventKind.ROOM_STARTED, "another program's room"))
        await stage.still()
        assert stage.fake.calls == []


# ---------------------------------------------------------------- rights


async def test_a_site_that_comes_with_an_old_token_is_corrected_on_joining() -> None:
    async with conducting() as stage:
        await opened(stage, sites=(LAN,))
        changed(stage, sites=(LAN, MINH))
        await stage.still()
        stage.enter(MINH, SPEAKS)
        mark = len(stage.fake.calls)
        await stage.still()
        assert stage.grant(MINH) == SILENT
        assert stage.since(mark)[0] == ("permit", "c-1", MINH), "before anything else"


async def test_giving_the_floor_opens_one_microphone_and_closes_the_other() -> None:
    async with conducting() as stage:
        await opened(stage, sites=(LAN, MINH, site(3)), speak=(LAN, MINH))
        changed(stage, sites=(LAN, MINH, site(3)), speak=(LAN, site(3)))
        await stage.still()
        assert (stage.grant(MINH), stage.grant(site(3))) == (SILENT, SPEAKS)
        assert said(stage)["audible"] == [LAN, site(3)]


async def test_a_removed_a_replaced_and_a_foreign_identity_are_put_out_of_both_rooms() -> None:
    async with conducting() as stage:
        await opened(stage)
        for room in ("c-1", "c-1-talk"):
            for stranger in ("site:xa-da-teh:older", "site:xa-so-9:gone", "kẻ lạ"):
                stage.enter(stranger, SPEAKS, room)
        await stage.still()
        assert set(stage.fake.grants("c-1")) == {LAN, MINH, HOA}
        assert stage.fake.grants("c-1-talk") == {}
        stage.enter("site:xa-da-teh:older", SPEAKS)
        await stage.still()
        assert "site:xa-da-teh:older" not in stage.fake.grants("c-1"), "nor does it come back"


async def test_in_the_talk_room_everybody_may_speak() -> None:
    async with conducting() as stage:
        await opened(stage)
        stage.enter(MINH, TALK_GRANT, "c-1-talk")
        stage.enter(HOA, TALK_GRANT, "c-1-talk")
        await stage.still()
        assert stage.fake.grants("c-1-talk") == {MINH: TALK_GRANT, HOA: TALK_GRANT}


async def test_a_participant_who_goes_while_it_is_corrected_stops_nothing() -> None:
    async with conducting() as stage:
        await opened(stage)
        stage.fake.forget("c-1", MINH)  # gone, and no webhook has told so yet
        changed(stage, speak=(LAN, MINH), title="Mới")
        await stage.still()
        assert said(stage)["title"] == "Mới"
        assert stage.grant(MINH) is None


async def count_of_give_floor(sites: int) -> list[tuple[str, ...]]:
    everybody = [LAN, MINH, *(site(n) for n in range(3, sites + 1))]
    async with conducting() as stage:
        await opened(stage, sites=everybody, speak=(LAN, MINH))
        mark = len(stage.fake.calls)
        changed(stage, sites=everybody, speak=(LAN, site(5)))
        await stage.still()
        assert stage.grant(site(5)) == SPEAKS
        # The notice to the desks may be gathered with an earlier one.
        return [call for call in stage.since(mark) if call[0] != "send"]


async def test_the_calls_of_give_floor_are_as_many_with_200_sites_as_with_9() -> None:
    few, many = await count_of_give_floor(9), await count_of_give_floor(200)
    assert sorted(few) == sorted(many)
    assert sorted(call[0] for call in many) == ["permit", "permit", "set_metadata"]
    assert many.index(("permit", "c-1", site(5))) > many.index(("permit", "c-1", MINH))
    assert many.index(("permit", "c-1", site(5))) > many.index(("set_metadata", "c-1"))


# ---------------------------------------------------------------- faults


async def test_after_a_crash_rooms_come_first_and_then_all_is_as_before() -> None:
    async with conducting() as stage:
        await opened(stage, speak=(LAN, MINH))
        before = stage.fake.told("c-1")
        stage.fake.crash()
        await stage.still()
        mark = len(stage.fake.calls)
        stage.fake.start()
        await stage.still()
        assert {call[0] for call in stage.since(mark)[:2]} == {"create_room"}
        assert json.loads(before) | {"version": 0} == said(stage) | {"version": 0}
        stage.enter(MINH, SILENT)
        stage.enter(LAN, SPEAKS)
        await stage.still()
        assert (stage.grant(MINH), stage.grant(LAN)) == (SPEAKS, SPEAKS)


async def test_a_crash_too_short_to_be_seen_is_mended_as_well() -> None:
    async with conducting() as stage:
        await opened(stage)
        stage.fake.crash()
        stage.fake.start()
        await stage.still()
        assert said(stage)["title"] == "Giao ban"


async def test_what_was_commanded_while_the_engine_was_down_is_carried_out() -> None:
    async with conducting() as stage:
        await opened(stage)
        stage.fake.crash()
        changed(stage, speak=(LAN, MINH), title="Trong lúc mất")
        await stage.still()
        stage.fake.start()
        await stage.still()
        stage.enter(MINH, SILENT)
        await stage.still()
        assert said(stage)["title"] == "Trong lúc mất"
        assert stage.grant(MINH) == SPEAKS


async def test_a_new_conductor_on_a_running_engine_looks_and_tells_nothing() -> None:
    fake = FakeEngine()
    async with conducting(fake=fake) as first:
        await opened(first)
        store = first.store
    mark = len(fake.calls)
    async with conducting(fake=fake, store=store) as second:
        second.conductor.nudge(1)
        await second.still()
        looked = {"create_room", "room", "participants"}
        told = [call for call in second.since(mark) if call[0] not in looked]
        assert [call for call in told if call[0] != "send"] == []
        assert len(second.since(mark)) <= 8
        assert second.grant(MINH) == SILENT


async def test_what_was_commanded_while_nobody_conducted_is_carried_out_on_a_running_engine() -> (
    None
):
    fake = FakeEngine()
    async with conducting(fake=fake) as first:
        await opened(first)
        store = first.store
    store.all[1] = wants(99, speak=(LAN, MINH), title="Trong lúc vắng")
    async with conducting(fake=fake, store=store) as second:
        second.conductor.nudge(1)
        await second.still()
        assert said(second)["title"] == "Trong lúc vắng"
        assert second.grant(MINH) == SPEAKS


async def test_a_lost_webhook_is_found_by_the_sweep() -> None:
    async with conducting(sweep=0.001) as stage:
        await opened(stage)
        stage.fake.listen(lambda event: None, lambda call: stage.stirred.set())
        stage.enter("site:xa-da-teh:older", SPEAKS)
        await stage.until(lambda: "site:xa-da-teh:older" not in stage.fake.grants("c-1"))


async def test_a_lost_nudge_is_found_by_the_sweep() -> None:
    async with conducting(sweep=0.001) as stage:
        await opened(stage)
        stage.store.all[1] = wants(99, title="Không ai báo")
        await stage.until(lambda: said(stage)["title"] == "Không ai báo")


async def test_a_room_that_somebody_deleted_is_made_again() -> None:
    async with conducting() as stage:
        await opened(stage)
        await stage.fake.delete_room("c-1")
        await stage.still()
        assert said(stage)["title"] == "Giao ban"


async def test_a_locked_database_ends_nothing_and_loses_no_report() -> None:
    async with conducting(sweep=0.001) as stage:
        stage.want(wants())
        await stage.still()
        stage.store.down = True
        stage.enter(MINH)
        await stage.still()
        stage.store.down = False
        await stage.until(lambda: any("minh" in connected for connected, _ in stage.store.reports))


async def test_one_engine_call_that_fails_is_tried_again() -> None:
    async with conducting(sweep=0.001) as stage:
        await opened(stage)
        stage.fake.hang()
        changed(stage, title="Sau khi treo")
        await stage.until(lambda: ("set_metadata", "c-1") in stage.fake.calls)
        stage.fake.recover()
        await stage.until(lambda: said(stage)["title"] == "Sau khi treo")


# ---------------------------------------------------------------- reports and notices


async def test_who_comes_and_goes_is_recorded_once() -> None:
    async with conducting() as stage:
        stage.want(wants())
        await stage.still()
        assert stage.store.reports == [(set(), {"lan", "minh"})], "the first look is about all"
        stage.enter(MINH)
        await stage.still()
        stage.fake.leave("c-1", MINH)
        await stage.still()
        assert stage.store.reports[1:] == [({"minh"}, {"minh"}), (set(), {"minh"})]


async def test_desks_are_told_of_a_change_and_sites_are_not() -> None:
    async with conducting() as stage:
        await opened(stage)
        stage.fake.sent.clear()
        changed(stage, title="Mới")
        version = stage.store.all[1].version
        await stage.until(lambda: stage.fake.sent)
        room, topic, data, to = stage.fake.sent[-1]
        assert (room, topic, to) == ("c-1", DESK_TOPIC, (HOA,))
        assert json.loads(data) == {"version": version}


async def test_many_changes_at_once_are_few_notices_and_the_last_is_among_them() -> None:
    async with conducting() as stage:
        await opened(stage)
        stage.fake.sent.clear()
        for number in range(100):
            changed(stage, title=f"Lần {number}")
            await stage.still()
        last = stage.store.all[1].version
        await stage.until(
            lambda: stage.fake.sent and json.loads(stage.fake.sent[-1][2])["version"] == last
        )
        assert len(stage.fake.sent) < 50


async def test_two_conferences_do_not_disturb_each_other() -> None:
    async with conducting() as stage:
        await opened(stage)
        other = wants(pk=2, sites=(MINH,), title="Hội nghị khác")
        stage.want(other)
        await stage.still()
        stage.enter(MINH, SPEAKS, "c-2")
        await stage.still()
        assert said(stage, "c-2")["title"] == "Hội nghị khác"
        assert stage.grant(MINH, "c-2") == SILENT
        stage.want(wants(9, pk=2, open=False))
        await stage.still()
        assert await stage.fake.room("c-2") is None
        assert stage.grant(MINH) == SILENT
