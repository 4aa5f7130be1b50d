"""The microphone of a simulated site: its tone, for as long as it is open."""

import asyncio
from contextlib import suppress

import numpy as np
from livekit import rtc
from livekit.rtc._proto.room_pb2 import AudioEncoding
from livekit.rtc.participant import PublishTrackError, UnpublishTrackError

from .tone import SAMPLE_RATE, tone

PIECE = 0.02
"""Seconds of sound handed over at a time."""

PUBLISH_TIMEOUT = 2.0
"""Seconds: without permission the library waits ten for an answer that never comes."""

_OPTIONS = rtc.TrackPublishOptions(
    source=rtc.TrackSource.SOURCE_MICROPHONE,
    audio_encoding=AudioEncoding(max_bitrate=32_000),
    dtx=False,
    red=False,
)


class Microphone:
    """One opening of a microphone. Make a new one for the next: a track is published once.

    Args:
        number: the site whose tone it speaks.
    """

    def __init__(self, number: int) -> None:
        # One second holds whole turns of every tone, so the pieces join without a click.
        self._second = tone(number, 1.0)
        self._source = rtc.AudioSource(SAMPLE_RATE, 1, queue_size_ms=60)
        self._track = rtc.LocalAudioTrack.create_audio_track("microphone", self._source)
        self._sid = ""

    async def open(self, room: rtc.Room) -> bool:
        """Publish; False when the engine does not let it."""
        try:
            async with asyncio.timeout(PUBLISH_TIMEOUT):
                publication = await room.local_participant.publish_track(self._track, _OPTIONS)
        except (PublishTrackError, TimeoutError):
            await self._source.aclose()
            return False
        self._sid = publication.sid
        return True

    async def speak(self) -> None:
        """Sound until cancelled. The source sets the pace."""
        length = round(PIECE * SAMPLE_RATE)
        place = 0
        while True:
            samples = self._second[place : place + length]
            await self._source.capture_frame(
                rtc.AudioFrame(np.ascontiguousarray(samples).tobytes(), SAMPLE_RATE, 1, length)
            )
            place = (place + length) % SAMPLE_RATE

    async def close(self, room: rtc.Room) -> None:
        """Take the track away, if the engine has not done so already."""
        with suppress(UnpublishTrackError, TimeoutError):
            async with asyncio.timeout(PUBLISH_TIMEOUT):
                await room.local_participant.unpublish_track(self._sid)
        await self._source.aclose()
