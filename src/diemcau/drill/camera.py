"""The camera of a simulated site: repeats its loop without encoding anything."""

import asyncio
import time

from livekit import rtc

from .picture import FRAMES_PER_SECOND, Loop

LOOKS_PER_FRAME = 3
"""How often in a frame's time a wish for a key frame is looked for: a real encoder is as quick."""

KEY_PAUSE = 0.1
"""Least seconds between two key frames on request: each viewer that comes asks for one."""

_OPTIONS = rtc.TrackPublishOptions(
    source=rtc.TrackSource.SOURCE_CAMERA,
    video_codec=rtc.VideoCodec.H264,
    video_encoder=rtc.VideoEncoderBackend.ENCODER_BACKEND_PRE_ENCODED,
    simulcast=False,
)


class Camera:
    """Publishes one loop into one connection.

    Args:
        loop: what it shows.
    """

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._source = rtc.EncodedVideoSource(loop.size.width, loop.size.height)

    async def publish(self, room: rtc.Room) -> None:
        """Publish as the camera. Raises rtc.participant.PublishTrackError."""
        # A new track for every publication: the library cannot publish one twice.
        track = rtc.LocalVideoTrack.create_video_track("camera", self._source)
        await room.local_participant.publish_track(track, _OPTIONS)

    async def run(self) -> None:
        """Send frames until cancelled, at the loop's own pace."""
        pause = 1 / (FRAMES_PER_SECOND * LOOKS_PER_FRAME)
        place, tick, last_key, wished = 0, 0, 0.0, False
        due = time.monotonic()
        try:
            while True:
                now = time.monotonic()
                # Reading a wish takes it away: it is kept until it is granted.
                wished = self._source.take_feedback().keyframe_requested or wished
                if wished and now - last_key >= KEY_PAUSE:
                    # At once, and at the start of a second: what follows builds on it.
                    place, tick, wished = self._loop.next_key(place), 0, False
                if tick % LOOKS_PER_FRAME == 0:
                    if self._send(place, now):
                        last_key = now
                    place = (place + 1) % len(self._loop.frames)
                tick += 1
                # After a long stall (a loaded machine) go on from now instead of hurrying.
                due = max(due + pause, now - pause)
                await asyncio.sleep(max(0.0, due - time.monotonic()))
        finally:
            await self._source.aclose()

    def _send(self, place: int, now: float) -> bool:
        frame = self._loop.frames[place]
        self._source.capture_frame(
            rtc.EncodedVideoFrame(
                data=frame.data,
                width=self._loop.size.width,
                height=self._loop.size.height,
                codec=rtc.VideoCodec.H264,
                frame_type=(
                    rtc.EncodedFrameType.ENCODED_FRAME_KEY
                    if frame.key
                    else rtc.EncodedFrameType.ENCODED_FRAME_DELTA
                ),
                timestamp_us=int(now * 1_000_000),
            )
        )
        return frame.key
