"""What the rest of the program relies on in a media engine, shown of the fake and the real one."""

import asyncio
import secrets

import pytest

from diemcau.media.engine import (
    Engine,
    EngineDown,
    EventKind,
    Grant,
    NoSuchParticipant,
    NoSuchRoom,
    Pass,
    TrackSource,
)
from diemcau.media.livekit import CALL_TIMEOUT, LiveKitEngine

from .rigs import SOON, FakeRig, Rig

pytestmark = pytest.mark.asyncio(loop_scope="module")

SILENT = Grant(publish=frozenset({TrackSource.CAMERA}))
SPEAKS = Grant(publish=frozenset({TrackSource.CAMERA, TrackSource.MICROPHONE}))
DESK = Grant(hidden=True)
MINH, LAN, HOA = "site:xa-da-teh:a1", "site:ubnd-tinh:b2", "desk:7:c3"


@pytest.fixture
def room() -> str:
    """A name that no other test uses."""
    return f"c-{secrets.token_hex(6)}"


def token(room: str, identity: str = MINH, grant: Grant = SILENT) -> Pass:
    return Pass(room, identity, "Xã Đạ Tẻh", grant, '{"site":"xa-da-teh"}')


# ---------------------------------------------------------------- rooms


async def test_a_room_that_was_never_made_is_nothing_and_holds_nobody(rig: Rig, room: str) -> None:
    assert await rig.engine.room(room) is None
    assert await rig.engine.participants(room) == {}


async def test_a_made_room_shows_its_metadata(rig: Rig, room: str) -> None:
    made = await rig.engine.create_room(room, "lời thứ nhất")
    assert (made.name, made.metadata) == (room, "lời thứ nhất")
    assert await rig.engine.room(room) == made
    await rig.heard.until(room, EventKind.ROOM_STARTED)


async def test_making_a_room_again_changes_nothing_and_tells_nobody(rig: Rig, room: str) -> None:
    made = await rig.engine.create_room(room, "lời thứ nhất")
    minh = await rig.enter(token(room))
    assert await rig.engine.create_room(room, "lời thứ hai") == made
    assert await rig.told(minh) == "lời thứ nhất"


async def test_new_metadata_reaches_who_is_inside(rig: Rig, room: str) -> None:
    await rig.engine.create_room(room, "cũ")
    minh = await rig.enter(token(room))
    await rig.engine.set_metadata(room, "mới")
    assert await rig.told(minh) == "mới"
    assert (await rig.engine.room(room)).metadata == "mới"


async def test_a_room_that_does_not_exist_takes_no_metadata(rig: Rig, room: str) -> None:
    with pytest.raises(NoSuchRoom):
        await rig.engine.set_metadata(room, "mới")


async def test_joining_never_makes_a_room(rig: Rig, room: str) -> None:
    with pytest.raises(NoSuchRoom):
        await rig.enter(token(room))
    assert await rig.engine.room(room) is None


async def test_deleting_a_room_puts_everybody_out_and_reports_each(rig: Rig, room: str) -> None:
    await rig.engine.create_room(room, "")
    minh = await rig.enter(token(room))
    lan = await rig.enter(token(room, LAN))
    await rig.engine.delete_room(room)
    await rig.heard.until(room, EventKind.ROOM_FINISHED)
    assert {e.participant.identity for e in rig.heard.of(room, EventKind.LEFT)} == {MINH, LAN}
    await rig.out(minh)
    await rig.out(lan)
    assert await rig.engine.room(room) is None


async def test_deleting_a_room_that_does_not_exist_is_no_error(rig: Rig, room: str) -> None:
    await rig.engine.delete_room(room)


# ---------------------------------------------------------------- who is inside


async def test_who_enters_has_the_rights_of_its_token_and_is_reported(rig: Rig, room: str) -> None:
    await rig.engine.create_room(room, "")
    await rig.enter(token(room, MINH, SPEAKS))
    event = await rig.heard.until(room, EventKind.JOINED)
    assert (event.participant.identity, event.participant.grant) == (MINH, SPEAKS)
    inside = await rig.engine.participants(room)
    assert {i: p.grant for i, p in inside.items()} == {MINH: SPEAKS}
    assert inside[MINH].sid == event.participant.sid != ""


async def test_a_desk_is_hidden_and_listed(rig: Rig, room: str) -> None:
    await rig.engine.create_room(room, "")
    await rig.enter(token(room, HOA, DESK))
    assert (await rig.engine.participants(room))[HOA].grant == DESK


async def test_who_leaves_is_gone_and_reported(rig: Rig, room: str) -> None:
    await rig.engine.create_room(room, "")
    minh = await rig.enter(token(room))
    await rig.heard.until(room, EventKind.JOINED)
    await rig.leave(minh)
    event = await rig.heard.until(room, EventKind.LEFT)
    assert event.participant.identity == MINH
    assert await rig.engine.participants(room) == {}


async def test_a_second_client_of_one_identity_puts_the_first_out(rig: Rig, room: str) -> None:
    await rig.engine.create_room(room, "")
    first = await rig.enter(token(room))
    second = await rig.enter(token(room))
    left = await rig.heard.until(room, EventKind.LEFT)
    await rig.heard.until(room, EventKind.JOINED, count=2)
    await rig.out(first)
    assert rig.inside(second)
    inside = await rig.engine.participants(room)
    assert list(inside) == [MINH]
    assert left.participant.sid != inside[MINH].sid
    kinds = [e.kind for e in rig.heard.of(room) if e.kind is not EventKind.ROOM_STARTED]
    assert kinds == [EventKind.JOINED, EventKind.LEFT, EventKind.JOINED]


# ---------------------------------------------------------------- rights


async def test_what_is_granted_can_be_published_and_is_reported(rig: Rig, room: str) -> None:
    await rig.engine.create_room(room, "")
    minh = await rig.enter(token(room, MINH, SPEAKS))
    assert await rig.publish(minh, TrackSource.MICROPHONE)
    event = await rig.heard.until(room, EventKind.PUBLISHED)
    assert (event.participant.identity, event.source) == (MINH, TrackSource.MICROPHONE)
    assert event.participant.grant == Grant(subscribe=False), "rights are not told with a track"
    async with asyncio.timeout(SOON):
        while not (await rig.engine.participants(room))[MINH].published:
            pass
    published = (await rig.engine.participants(room))[MINH].published
    assert published == {TrackSource.MICROPHONE}


async def test_what_is_not_granted_cannot_be_published(rig: Rig, room: str) -> None:
    await rig.engine.create_room(room, "")
    minh = await rig.enter(token(room, MINH, SILENT))
    assert not await rig.publish(minh, TrackSource.MICROPHONE)
    assert rig.heard.of(room, EventKind.PUBLISHED) == []


async def test_rights_are_replaced_as_a_whole(rig: Rig, room: str) -> None:
    await rig.engine.create_room(room, "")
    await rig.enter(token(room, MINH, SILENT))
    only = Grant(publish=frozenset({TrackSource.SCREEN}))
    assert (await rig.engine.permit(room, MINH, only)).grant == only
    assert (await rig.engine.participants(room))[MINH].grant == only


async def test_a_right_to_nothing_is_not_read_as_a_right_to_everything(rig: Rig, room: str) -> None:
    await rig.engine.create_room(room, "")
    await rig.enter(token(room, MINH, SPEAKS))
    nothing = Grant()
    await rig.engine.permit(room, MINH, nothing)
    assert (await rig.engine.participants(room))[MINH].grant == nothing
    await rig.enter(token(room, LAN, nothing))
    assert (await rig.engine.participants(room))[LAN].grant == nothing


async def test_withdrawing_a_right_ends_what_is_published_by_it(rig: Rig, room: str) -> None:
    await rig.engine.create_room(room, "")
    minh = await rig.enter(token(room, MINH, SPEAKS))
    await rig.publish(minh, TrackSource.MICROPHONE)
    await rig.heard.until(room, EventKind.PUBLISHED)
    await rig.engine.permit(room, MINH, SILENT)
    event = await rig.heard.until(room, EventKind.UNPUBLISHED)
    assert (event.participant.identity, event.source) == (MINH, TrackSource.MICROPHONE)


@pytest.mark.parametrize("exists", [True, False])
async def test_rights_of_somebody_who_is_not_inside_cannot_be_changed(
    rig: Rig, room: str, exists: bool
) -> None:
    if exists:
        await rig.engine.create_room(room, "")
    with pytest.raises(NoSuchParticipant):
        await rig.engine.permit(room, MINH, SILENT)


async def test_an_old_token_brings_its_old_rights_back(rig: Rig, room: str) -> None:
    await rig.engine.create_room(room, "")
    minh = await rig.enter(token(room, MINH, SPEAKS))
    await rig.heard.until(room, EventKind.JOINED)
    await rig.engine.permit(room, MINH, SILENT)
    await rig.leave(minh)
    await rig.heard.until(room, EventKind.LEFT)
    await rig.enter(token(room, MINH, SPEAKS))
    event = await rig.heard.until(room, EventKind.JOINED, count=2)
    assert event.participant.grant == SPEAKS, "the trap for which joining is checked"


# ---------------------------------------------------------------- putting out


async def test_who_is_expelled_is_out_and_reported(rig: Rig, room: str) -> None:
    await rig.engine.create_room(room, "")
    minh = await rig.enter(token(room))
    await rig.engine.expel(room, MINH)
    assert (await rig.heard.until(room, EventKind.LEFT)).participant.identity == MINH
    assert await rig.engine.participants(room) == {}
    await rig.out(minh)


async def test_expelling_does_not_void_the_token(rig: Rig, room: str) -> None:
    await rig.engine.create_room(room, "")
    await rig.enter(token(room))
    await rig.engine.expel(room, MINH)
    await rig.enter(token(room))
    assert MINH in await rig.engine.participants(room)


@pytest.mark.parametrize("exists", [True, False])
async def test_somebody_who_is_not_inside_cannot_be_expelled(
    rig: Rig, room: str, exists: bool
) -> None:
    if exists:
        await rig.engine.create_room(room, "")
    with pytest.raises(NoSuchParticipant):
        await rig.engine.expel(room, MINH)


# ---------------------------------------------------------------- server data


async def test_server_data_reaches_only_those_it_is_for(rig: Rig, room: str) -> None:
    await rig.engine.create_room(room, "")
    hoa = await rig.enter(token(room, HOA, DESK))
    minh = await rig.enter(token(room))
    await rig.engine.send(room, "desk", b"1", [HOA, "site:nobody:0"])
    assert await rig.received(hoa) == [("desk", b"1")]
    assert await rig.received(minh) == []
    await rig.engine.send(room, "desk", b"2", [])
    assert await rig.received(minh) == [("desk", b"2")]


async def test_no_data_is_sent_into_a_room_that_does_not_exist(rig: Rig, room: str) -> None:
    with pytest.raises(NoSuchRoom):
        await rig.engine.send(room, "desk", b"1", [HOA])


# ---------------------------------------------------------------- faults


def calls(engine: Engine, room: str) -> list:
    return [
        engine.create_room(room, ""),
        engine.delete_room(room),
        engine.room(room),
        engine.set_metadata(room, ""),
        engine.participants(room),
        engine.permit(room, MINH, SILENT),
        engine.expel(room, MINH),
        engine.send(room, "desk", b"", [HOA]),
    ]


async def test_every_call_says_that_the_engine_is_down(rig: Rig, room: str) -> None:
    if isinstance(rig, FakeRig):
        engine: Engine = rig.engine
        await rig.crash()
    else:
        engine = LiveKitEngine("http://127.0.0.1:9", "key", "secret" * 8)
    for call in calls(engine, room):
        with pytest.raises(EngineDown):
            await call
    await engine.aclose()


async def test_an_engine_that_hangs_counts_as_down_after_a_moment() -> None:
    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(never, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    engine = LiveKitEngine(f"http://127.0.0.1:{port}", "key", "secret" * 8)
    begun = asyncio.get_running_loop().time()
    with pytest.raises(EngineDown):
        await engine.room("c-1")
    assert asyncio.get_running_loop().time() - begun < CALL_TIMEOUT + 1
    await engine.aclose()
    server.close()


async def test_a_restart_forgets_rooms_and_who_was_in_them_and_is_noticed(
    rig: Rig, room: str
) -> None:
    await rig.engine.create_room(room, "lời")
    await rig.enter(token(room))
    watch = rig.engine.watch()
    async with asyncio.timeout(SOON):
        assert await anext(watch) is True
        await rig.crash()
        # A dying process may close its connections before its port: then it is back for a moment.
        while await anext(watch):
            pass
        await rig.start()
        assert await anext(watch) is True
    await watch.aclose()
    assert await rig.engine.room(room) is None
    assert await rig.engine.participants(room) == {}
    with pytest.raises(NoSuchRoom):
        await rig.enter(token(room))


async def test_an_engine_that_is_down_at_first_is_noticed_when_it_comes() -> None:
    rig = FakeRig()
    await rig.crash()
    watch = rig.engine.watch()
    first = asyncio.ensure_future(anext(watch))
    await rig.start()
    async with asyncio.timeout(SOON):
        assert await first is True
    await watch.aclose()


async def test_a_loss_too_short_to_be_seen_is_still_a_return() -> None:
    rig = FakeRig()
    watch = rig.engine.watch()
    assert await anext(watch) is True
    await rig.crash()
    await rig.start()
    async with asyncio.timeout(SOON):
        assert await anext(watch) is True
    await watch.aclose()
