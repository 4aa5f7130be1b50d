"""A simulated site: joins over real WebRTC and behaves as the server's word says.

It publishes its picture, opens its microphone when it may and is to, receives what the scene
shows, and comes back by itself after any loss.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

from livekit import rtc
from livekit.rtc.participant import PublishTrackError
from pydantic import ValidationError

from diemcau.protocol.word import Word

from .camera import Camera
from .journal import Journal, Kind
from .microphone import Microphone
from .picture import Loop
from .quiet import silence_library, without_tokens
from .receiver import Receiver, Watch

SIGNAL_TIMEOUT = 2.0
"""Seconds for the first half of an attempt to connect, the signalling."""

ATTEMPT_LIMIT = 10.0
"""Seconds for a whole attempt: the library alone tries for a minute when no media arrives."""

RETRY_FIRST, RETRY_LAST = 0.05, 1.0
"""Seconds between attempts: quick at first, because a restarted engine is back at once."""

MIC_PAUSE = 0.5
"""Seconds before a microphone that the engine refused is tried again."""

RENEW_EVERY = 5
"""After so many failed attempts with one token a new one is asked for."""

_PUT_OUT = (
    rtc.DisconnectReason.DUPLICATE_IDENTITY,
    rtc.DisconnectReason.PARTICIPANT_REMOVED,
)
"""Whoever is sent away so does not simply come back: it asks first."""

Renew = Callable[[], Awaitable[str | None]]


@dataclass(frozen=True)
class Who:
    """A simulated site as the directory knows it.

    Args:
        site: key of the site.
        number: its number, which its picture and its tone tell (0…511).
        name: its name, which its picture shows.
        host: whether it is the host site.
    """

    site: str
    number: int
    name: str
    host: bool = False


class SimulatedSite:
    """One simulated site; `run` is its whole life.

    Args:
        who: which site.
        url: the engine's signalling address (``ws://…``).
        token: with which it joins first.
        loop: its picture.
        watch: how much it receives.
        renew: asked for another token when the one in hand no longer opens the door; returns
            None when the site is not to come back. None: it always tries the first token.
        stubborn: opens its microphone whenever the engine lets it, whatever the word says: a
            client that does not keep to the rules.
    """

    def __init__(
        self,
        who: Who,
        *,
        url: str,
        token: str,
        loop: Loop,
        watch: Watch = Watch.ONE,
        renew: Renew | None = None,
        stubborn: bool = False,
    ) -> None:
        silence_library()
        self.who = who
        self.journal = Journal()
        self.word: Word | None = None
        """The newest word seen."""
        self.tokens: list[str] = [token]
        """Every token held so far, also those that the engine refreshed."""
        self.mic_open = False
        self._url = url
        self._token = token
        self._loop = loop
        self._watch = watch
        self._renew = renew
        self._stubborn = stubborn
        self._receiver: Receiver | None = None
        self._leaving = asyncio.Event()
        self._dropped = asyncio.Event()
        self._put_out = False
        self._away = False
        self._back = asyncio.Event()
        self._mic_news = asyncio.Event()

    # ------------------------------------------------------------ from outside

    async def run(self) -> None:
        """Be a site until `leave` is called, a new token is refused, or the task is cancelled."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            await self._live()
        self.journal.note(Kind.LEFT)

    async def _live(self) -> None:
        failures = 0
        while not self._leaving.is_set():
            room = await self._connect()
            if room is not None:
                failures = 0
                await self._stay(room)
                if self._put_out and not self._stubborn and not await self._renewed():
                    return
                continue
            failures += 1
            await self._wait(min(RETRY_LAST, RETRY_FIRST * 2 ** (failures - 1)))
            if failures % RENEW_EVERY == 0 and not await self._renewed():
                return

    def leave(self) -> None:
        """Go, and do not come back."""
        self._leaving.set()
        self._back.set()

    def drop(self) -> None:
        """Lose the connection and stay away until `restore`."""
        self._away = True
        self._back.clear()
        self._dropped.set()

    def restore(self) -> None:
        """Come back after `drop`."""
        self._away = False
        self._back.set()

    def use_token(self, token: str) -> None:
        """Join with this token from the next connection on."""
        self._token = token
        self.tokens.append(token)

    @property
    def put_out(self) -> bool:
        """Whether the engine sent it away: removed, or its place was taken."""
        return self._put_out

    @property
    def leaving(self) -> bool:
        """Whether it was told to go."""
        return self._leaving.is_set()

    @property
    def allowed_microphone(self) -> bool:
        """Whether the word says that the microphone is to be open."""
        word = self.word
        if word is None:
            return False
        if self.who.site == word.host:
            return word.host_mic_open
        return any(holder.site == self.who.site for holder in word.floor)

    # ------------------------------------------------------------- connection

    async def _connect(self) -> rtc.Room | None:
        while self._away and not self._leaving.is_set():
            await self._back.wait()
        dropped = self._dropped = asyncio.Event()
        self._put_out = False
        room = rtc.Room()

        def gone(reason: rtc.DisconnectReason.ValueType) -> None:
            self._put_out = reason in _PUT_OUT
            dropped.set()

        room.on("disconnected", gone)
        # The library's own return can take seconds, and publishes the microphone again without
        # asking whether it still may: a fresh connection is quicker and honest.
        room.on("reconnecting", dropped.set)
        room.on("room_metadata_changed", lambda old, new: self._hear_word(new))
        room.on("participant_permissions_changed", lambda participant, now: self._mic_news.set())
        room.on("token_refreshed", lambda: self._keep_refreshed(room))
        connecting = asyncio.ensure_future(
            room.connect(
                self._url,
                self._token,
                rtc.RoomOptions(auto_subscribe=False, connect_timeout=SIGNAL_TIMEOUT),
            )
        )
        try:
            async with asyncio.timeout(ATTEMPT_LIMIT):
                await asyncio.shield(connecting)
        except rtc.ConnectError as error:
            self.journal.note(Kind.REFUSED, without_tokens(error.message))
            return None
        except TimeoutError:
            # Not cancelled: a half-made connection that nobody knows would stay in the room.
            self._tasks.create_task(_disconnect_late(connecting, room))
            self.journal.note(Kind.REFUSED, "timeout")
            return None
        except asyncio.CancelledError:
            # Waited for: the library ends the whole process over a connection that nobody takes.
            await _disconnect_late(connecting, room)
            raise
        self.journal.note(Kind.CONNECTED, room.local_participant.identity)
        return room

    async def _stay(self, room: rtc.Room) -> None:
        """Be in the conference until the connection ends."""
        try:
            async with asyncio.TaskGroup() as tasks:
                receiver = self._receiver = Receiver(
                    room, self.who.site, self._watch, self.journal, tasks
                )
                camera = Camera(self._loop)
                inside = [
                    tasks.create_task(self._show(room, camera)),
                    tasks.create_task(camera.run()),
                    tasks.create_task(self._keep_microphone(room)),
                ]
                self._hear_word(room.metadata)
                await self._ended()
                for task in inside:
                    task.cancel()
                receiver.stop()
        finally:
            await room.disconnect()
        if not self._leaving.is_set():
            self.journal.note(Kind.LOST)

    async def _ended(self) -> None:
        waiting = [
            asyncio.ensure_future(self._dropped.wait()),
            asyncio.ensure_future(self._leaving.wait()),
        ]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()

    async def _renewed(self) -> bool:
        if self._renew is None:
            return not self._put_out
        token = await self._renew()
        if token is None:
            return False
        if token != self._token:
            self.use_token(token)
        return True

    async def _wait(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._leaving.wait()

    def _keep_refreshed(self, room: rtc.Room) -> None:
        # The library tells that there is a new token and keeps it in a private field.
        token = room._token
        if token:
            self.tokens.append(token)

    # ------------------------------------------------------------ what it does

    async def _show(self, room: rtc.Room, camera: Camera) -> None:
        try:
            await camera.publish(room)
        except PublishTrackError as error:
            # The engine did not answer in time: begin again with a fresh connection.
            self.journal.note(Kind.REFUSED, error.message)
            self._dropped.set()
        else:
            self.journal.note(Kind.CAMERA)

    def _hear_word(self, text: str) -> None:
        try:
            word = _word(text)
        except ValidationError:
            return
        # A room that was made again begins with the server's newest word: never go back.
        if self.word is None or word.version > self.word.version:
            self.word = word
            self.journal.note(Kind.WORD, str(word.version))
        if self._receiver is not None:
            self._receiver.follow(self.word)
        self._mic_news.set()

    async def _keep_microphone(self, room: rtc.Room) -> None:
        """Open and close the microphone as permission and word say, one after the other."""
        while True:
            await self._until_mic(room, wanted=True)
            microphone = Microphone(self.who.number)
            if not await microphone.open(room):
                self.journal.note(Kind.REFUSED, "microphone")
                await self._wait(MIC_PAUSE)
                self._mic_news.set()
                continue
            self._mic(True)
            try:
                async with asyncio.TaskGroup() as tasks:
                    speaking = tasks.create_task(microphone.speak())
                    await self._until_mic(room, wanted=False)
                    speaking.cancel()
                await microphone.close(room)
            finally:
                self._mic(False)

    async def _until_mic(self, room: rtc.Room, *, wanted: bool) -> None:
        while True:
            may = _may_speak(room)
            if (may and (self._stubborn or self.allowed_microphone)) is wanted:
                return
            await self._mic_news.wait()
            self._mic_news.clear()

    def _mic(self, is_open: bool) -> None:
        self.mic_open = is_open
        self.journal.note(Kind.MIC_OPEN if is_open else Kind.MIC_CLOSED)


@lru_cache(maxsize=16)
def _word(text: str) -> Word:
    """Read a word once for all sites of this process, which are told the same at the same time."""
    return Word.model_validate_json(text)


async def _disconnect_late(connecting: "asyncio.Future[None]", room: rtc.Room) -> None:
    with suppress(rtc.ConnectError):
        await connecting
        await room.disconnect()


def _may_speak(room: rtc.Room) -> bool:
    """What the engine lets this participant do; an empty list of sources means all."""
    rights = room.local_participant.permissions
    sources = list(rights.can_publish_sources)
    return rights.can_publish and (not sources or rtc.TrackSource.SOURCE_MICROPHONE in sources)
