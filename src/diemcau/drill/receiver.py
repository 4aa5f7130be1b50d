"""What a simulated site receives: what the server's word names, and nothing else."""

import asyncio
from collections import deque
from collections.abc import Iterable
from enum import StrEnum

import numpy as np
from livekit import rtc
from numpy.typing import NDArray

from diemcau.protocol.card import parse_identity
from diemcau.protocol.scene import Source
from diemcau.protocol.word import Word

from .journal import Journal, Kind
from .mark import read_mark
from .tone import Ear, level

HEARING_RATE = 8_000
"""Samples per second to listen with: the tones end at 3 kHz."""

SMALLEST = 32
"""Pixels of width: when a picture ends the engine sends a tiny black frame to clear screens."""

PIECE = 0.02
WINDOW = 0.08
"""Seconds: sound is judged every 20 ms, by its last 80 ms."""

_SOURCES = {
    rtc.TrackSource.SOURCE_CAMERA: Source.CAMERA,
    rtc.TrackSource.SOURCE_SCREENSHARE: Source.SCREEN,
}


class Watch(StrEnum):
    """How much a simulated site receives. Every received picture is decoded, and that costs."""

    NOTHING = "nothing"
    ONE = "one"
    """The smallest picture of the scene; only its first frame is looked at."""
    SCENE = "scene"
    """A witness: each picture of the scene and each audible voice, all of it judged."""


class Receiver:
    """Subscribes for one connection and writes what arrives into the journal.

    Args:
        room: the connection.
        own: key of the site itself, which does not receive its own picture and voice.
        watch: how much to receive.
        journal: where to write.
        tasks: owner of the tasks that read the streams.
    """

    def __init__(
        self, room: rtc.Room, own: str, watch: Watch, journal: Journal, tasks: asyncio.TaskGroup
    ) -> None:
        self._room = room
        self._own = own
        self._watch = watch
        self._journal = journal
        self._tasks = tasks
        self._word: Word | None = None
        self._asked: dict[str, bool] = {}
        self._reading: dict[str, asyncio.Task[None]] = {}
        room.on("track_published", lambda publication, participant: self._ask())
        room.on("track_unpublished", lambda publication, participant: self._ask())
        room.on("participant_disconnected", lambda participant: self._ask())
        room.on("track_subscribed", self._begin)
        room.on("track_unsubscribed", lambda track, publication, of: self._end(publication.sid))

    def follow(self, word: Word) -> None:
        """Receive what this word names from now on."""
        self._word = word
        self._ask()

    def stop(self) -> None:
        """Read no more; the connection is at its end."""
        for sid in list(self._reading):
            self._end(sid)

    def _ask(self) -> None:
        """Tell the engine what to send, where that has changed."""
        if self._word is None:
            return
        offered = list(_offered(self._room))
        pictures = _pictures(self._word, self._own, self._watch, offered)
        voices = _voices(self._word, self._own, self._watch, offered)
        wanted = {publication.sid for publication in [*pictures, *voices]}
        here = {publication.sid for _, publication in offered}
        self._asked = {sid: asked for sid, asked in self._asked.items() if sid in here}
        for _, publication in offered:
            want = publication.sid in wanted
            if self._asked.get(publication.sid, False) != want:
                self._asked[publication.sid] = want
                publication.set_subscribed(want)

    def _begin(
        self,
        track: rtc.RemoteTrack,
        publication: rtc.RemoteTrackPublication,
        participant: rtc.RemoteParticipant,
    ) -> None:
        identity = parse_identity(participant.identity)
        if identity is None:
            return
        self._end(publication.sid)
        read = (
            self._look(track, identity.who)
            if isinstance(track, rtc.RemoteVideoTrack)
            else self._listen(track, identity.who)
        )
        self._reading[publication.sid] = self._tasks.create_task(read)

    def _end(self, sid: str) -> None:
        # The library's streams do not end by themselves when their track does.
        reading = self._reading.pop(sid, None)
        if reading:
            reading.cancel()

    async def _look(self, track: rtc.RemoteTrack, site: str) -> None:
        stream = rtc.VideoStream(track, format=rtc.VideoBufferType.I420, capacity=1)
        try:
            first = True
            async for event in stream:
                if event.frame.width < SMALLEST:
                    continue
                mark = read_mark(luma(event.frame))
                self._journal.saw(site, mark)
                if first:
                    first = False
                    self._journal.note(Kind.PICTURE, site)
                if self._watch is not Watch.SCENE:
                    break
        finally:
            await stream.aclose()

    async def _listen(self, track: rtc.RemoteTrack, site: str) -> None:
        length = round(PIECE * HEARING_RATE)
        stream = rtc.AudioStream(
            track, sample_rate=HEARING_RATE, num_channels=1, frame_size_ms=round(PIECE * 1000)
        )
        ear = Ear(round(WINDOW * HEARING_RATE), HEARING_RATE)
        pieces: deque[NDArray[np.int16]] = deque(maxlen=round(WINDOW / PIECE))
        try:
            async for event in stream:
                piece = np.frombuffer(event.frame.data, np.int16)
                if len(piece) != length:
                    continue
                pieces.append(piece)
                # The first pieces count too, though they are too short to name a tone.
                known = len(pieces) == pieces.maxlen
                number = ear.hear(np.concatenate(pieces)).number if known else None
                self._journal.heard(site, number, level(piece))
        finally:
            await stream.aclose()


def luma(frame: rtc.VideoFrame) -> NDArray[np.uint8]:
    """The Y plane of a received I420 frame."""
    plane = np.frombuffer(frame.data, np.uint8, count=frame.width * frame.height)
    return plane.reshape(frame.height, frame.width)


Offer = tuple[str, rtc.RemoteTrackPublication]
"""Identity of the publisher, and what it publishes."""


def _offered(room: rtc.Room) -> Iterable[Offer]:
    for participant in room.remote_participants.values():
        for publication in participant.track_publications.values():
            yield participant.identity, publication


def _pictures(
    word: Word, own: str, watch: Watch, offered: Iterable[Offer]
) -> list[rtc.RemoteTrackPublication]:
    """The pictures to receive: those of the scene's panes, in the scene's order."""
    if watch is Watch.NOTHING:
        return []
    places = {(p.site, p.source): place for place, p in reversed(list(enumerate(word.scene.panes)))}
    found: list[tuple[int, rtc.RemoteTrackPublication]] = []
    for identity, publication in offered:
        who = parse_identity(identity)
        source = _SOURCES.get(publication.source)
        if who is not None and who.who != own and source and (who.who, source) in places:
            found.append((places[who.who, source], publication))
    found.sort(key=lambda item: item[0])
    if watch is Watch.ONE:
        found = sorted(found, key=lambda item: item[1].width * item[1].height)[:1]
    return [publication for _, publication in found]


def _voices(
    word: Word, own: str, watch: Watch, offered: Iterable[Offer]
) -> list[rtc.RemoteTrackPublication]:
    """The voices to receive: those of the identities that the server names, and no other."""
    if watch is not Watch.SCENE:
        return []
    audible = {
        identity
        for identity in word.audible
        if (who := parse_identity(identity)) and who.who != own
    }
    return [
        publication
        for identity, publication in offered
        if identity in audible and publication.kind == rtc.TrackKind.KIND_AUDIO
    ]
