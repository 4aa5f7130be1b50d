"""Two engines in the same harness: the fake, and a real LiveKit with real clients and webhooks."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web
from livekit import rtc

from diemcau.drill.quiet import silence_library
from diemcau.installation import Installation
from diemcau.media.engine import (
    Engine,
    EngineDown,
    EngineEvent,
    EventKind,
    NoSuchRoom,
    Pass,
    TrackSource,
)
from diemcau.media.fake import FakeEngine
from diemcau.media.livekit import BadWebhook, LiveKitEngine, read_webhook
from diemcau.media.tokens import mint
from diemcau.supervisor.ports import free_ports
from diemcau.supervisor.stack import Stack, processes_of

SOON = 45.0
"""Seconds within which something must have happened, however busy the machine is: the engine
needs 21 to notice that a client is gone whose goodbye was lost, as the library's sometimes is."""

REFUSED_BY = 1.5
"""Seconds: without permission the client library waits ten for an answer that never comes."""


class Heard:
    """The events of an engine, and a way to wait for one."""

    def __init__(self) -> None:
        self.events: list[EngineEvent] = []
        self._new = asyncio.Event()

    def note(self, event: EngineEvent) -> None:
        self.events.append(event)
        self._new.set()

    def of(self, room: str, *kinds: EventKind) -> list[EngineEvent]:
        return [e for e in self.events if e.room == room and (not kinds or e.kind in kinds)]

    async def until(self, room: str, kind: EventKind, *, count: int = 1) -> EngineEvent:
        """Return the ``count``-th event of this kind in this room as soon as it is there."""
        async with asyncio.timeout(SOON):
            while len(found := self.of(room, kind)) < count:
                self._new.clear()
                await self._new.wait()
        return found[count - 1]


class Rig(ABC):
    """An engine, its clients and its faults."""

    def __init__(self) -> None:
        self.heard = Heard()

    engine: Engine

    @abstractmethod
    async def enter(self, entry: Pass) -> Any:
        """Let a client in with a token. Raises NoSuchRoom or EngineDown."""

    @abstractmethod
    async def leave(self, client: Any) -> None:
        """Let the client go by itself."""

    @abstractmethod
    async def publish(self, client: Any, source: TrackSource) -> bool:
        """Whether the engine let it."""

    @abstractmethod
    async def told(self, client: Any) -> str:
        """The room's metadata as this client knows it."""

    @abstractmethod
    async def received(self, client: Any) -> list[tuple[str, bytes]]:
        """Server data that this client got."""

    @abstractmethod
    def inside(self, client: Any) -> bool:
        """Whether the client is (still) in the room."""

    @abstractmethod
    async def out(self, client: Any) -> None:
        """Return once the client knows that it is out of the room."""

    @abstractmethod
    async def crash(self) -> None:
        """Kill the engine."""

    @abstractmethod
    async def start(self) -> None:
        """Return once a new engine serves."""


class FakeRig(Rig):
    """The fake, with tokens as plain passes."""

    def __init__(self) -> None:
        super().__init__()
        self.fake = FakeEngine(self.heard.note)
        self.engine = self.fake

    async def enter(self, entry: Pass) -> Any:
        person = self.fake.enter(entry)
        return (entry.room, entry.identity, person.sid)

    async def leave(self, client: Any) -> None:
        self.fake.leave(client[0], client[1])

    async def publish(self, client: Any, source: TrackSource) -> bool:
        return self.fake.publish(client[0], client[1], source)

    async def told(self, client: Any) -> str:
        return self.fake.told(client[0])

    async def received(self, client: Any) -> list[tuple[str, bytes]]:
        return [
            (topic, data)
            for room, topic, data, to in self.fake.sent
            if room == client[0] and (not to or client[1] in to)
        ]

    def inside(self, client: Any) -> bool:
        return self.fake.sid(client[0], client[1]) == client[2]

    async def out(self, client: Any) -> None:
        assert not self.inside(client)

    async def crash(self) -> None:
        self.fake.crash()

    async def start(self) -> None:
        self.fake.start()


class _Client:
    """One client of the real engine."""

    def __init__(self) -> None:
        self.room = rtc.Room()
        self.gone = asyncio.Event()
        self.data: list[tuple[str, bytes]] = []
        self.changed = asyncio.Event()
        self.room.on("disconnected", lambda reason: self.gone.set())
        self.room.on("room_metadata_changed", lambda old, new: self.changed.set())
        self.room.on("data_received", self._receive)

    def _receive(self, packet: rtc.DataPacket) -> None:
        self.data.append((packet.topic or "", packet.data))
        self.changed.set()


class LiveRig(Rig):
    """A real LiveKit server on ports of its own, heard through a real webhook."""

    def __init__(self, stack: Stack) -> None:
        super().__init__()
        secrets = stack.installation.secrets
        self._stack = stack
        self._key, self._secret = secrets.engine_key, secrets.engine_secret
        self._clients: list[_Client] = []
        self.engine = LiveKitEngine(stack.installation.engine_url, self._key, self._secret)

    async def enter(self, entry: Pass) -> Any:
        client = _Client()
        token = mint(entry, key=self._key, secret=self._secret)
        options = rtc.RoomOptions(auto_subscribe=False, connect_timeout=2.0)
        try:
            await client.room.connect(self._stack.installation.signal_url, token, options)
        except rtc.ConnectError as error:
            if "404" in error.message or "not exist" in error.message:
                raise NoSuchRoom(entry.room) from error
            raise EngineDown(error.message) from error
        self._clients.append(client)
        return client

    async def leave(self, client: Any) -> None:
        await client.room.disconnect()

    async def publish(self, client: Any, source: TrackSource) -> bool:
        if source is TrackSource.MICROPHONE:
            track: Any = rtc.LocalAudioTrack.create_audio_track("m", rtc.AudioSource(48_000, 1))
            kind = rtc.TrackSource.SOURCE_MICROPHONE
        else:
            track = rtc.LocalVideoTrack.create_video_track("c", rtc.VideoSource(64, 64))
            kind = rtc.TrackSource.SOURCE_CAMERA
        try:
            async with asyncio.timeout(REFUSED_BY):
                await client.room.local_participant.publish_track(
                    track, rtc.TrackPublishOptions(source=kind, simulcast=False)
                )
        except (TimeoutError, rtc.participant.PublishTrackError):
            return False
        return True

    async def told(self, client: Any) -> str:
        await _until_still(client.changed)
        return str(client.room.metadata)

    async def received(self, client: Any) -> list[tuple[str, bytes]]:
        await _until_still(client.changed)
        return list(client.data)

    def inside(self, client: Any) -> bool:
        return not client.gone.is_set()

    async def out(self, client: Any) -> None:
        async with asyncio.timeout(SOON):
            await client.gone.wait()

    async def crash(self) -> None:
        self._stack.kill("engine")

    async def start(self) -> None:
        await self._stack.wait_ready("engine")

    async def close(self) -> None:
        await asyncio.gather(*(client.room.disconnect() for client in self._clients))
        self._clients.clear()
        await self.engine.aclose()


async def _until_still(changed: asyncio.Event, seconds: float = 0.15) -> None:
    """Return when nothing has come for a moment: what was sent before has then arrived."""
    try:
        while True:
            async with asyncio.timeout(seconds):
                await changed.wait()
            changed.clear()
    except TimeoutError:
        return


@asynccontextmanager
async def live_stack(folder: Path, listeners: list[Heard]) -> AsyncIterator[Stack]:
    """A running engine whose webhooks are verified and passed to every listener."""
    silence_library()
    installation = Installation(data_dir=folder / "var", **free_ports())
    secrets = installation.secrets

    async def webhook(request: web.Request) -> web.Response:
        try:
            event = read_webhook(
                await request.text(),
                request.headers.get("Authorization", ""),
                key=secrets.engine_key,
                secret=secrets.engine_secret,
            )
        except BadWebhook:
            return web.Response(status=401)
        for heard in listeners if event is not None else ():
            heard.note(event)
        return web.Response()

    async with AsyncExitStack() as things:
        stack = Stack(installation, processes=lambda i: processes_of(i)[:1], prepare=())
        await things.enter_async_context(stack)
        app = web.Application()
        app.add_routes([web.post("/webhook", webhook)])
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        things.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", installation.worker_port).start()
        yield stack
