"""The picture of a simulated site: H.264 encoded once, published again and again.

Encoding live would cost more than everything else that a simulated site does. So each site's
picture is a loop of ten seconds with a key frame every second, kept on disk.
"""

import hashlib
import json
import math
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from importlib import resources
from io import BytesIO
from pathlib import Path

import av
from PIL import Image, ImageDraw, ImageFont

from . import mark

FRAMES_PER_SECOND = 12
SECONDS = 10
_RECIPE = 3
"""Counted up when the drawing or the encoding changes, so that kept files are made anew."""


@dataclass(frozen=True)
class Size:
    """Width and height in pixels."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}×{self.height}"


SMALL = Size(320, 180)
LARGE = Size(640, 360)


@dataclass(frozen=True)
class Frame:
    """One access unit in Annex B."""

    data: bytes
    key: bool


@dataclass(frozen=True)
class Loop:
    """A pre-encoded picture that can be repeated without end.

    Args:
        size: of the picture.
        frames: `FRAMES_PER_SECOND` × `SECONDS` access units; the first is a key frame.
    """

    size: Size
    frames: tuple[Frame, ...]

    def next_key(self, position: int) -> int:
        """The place of the first key frame at or after ``position``."""
        count = len(self.frames)
        return next(
            place
            for place in ((position + step) % count for step in range(count))
            if self.frames[place].key
        )


def picture(
    name: str, number: int, size: Size, *, cache: Path | None = None, bitrate: int = 0
) -> Loop:
    """Return the loop of a site, from ``cache`` if it lies there.

    Args:
        name: the site's name, drawn into the picture.
        number: the site's number, drawn and marked (0…511).
        size: of the picture.
        cache: folder in which encoded loops are kept; None keeps nothing.
        bitrate: bits per second, filled up exactly, for load measurements; 0 lets the
            (mostly still) picture take what it needs.
    """
    if cache is None:
        return Loop(size, tuple(_encode(name, number, size, bitrate)))
    key = json.dumps([_RECIPE, name, number, size.width, size.height, bitrate])
    path = cache / f"{hashlib.sha256(key.encode()).hexdigest()[:24]}.loop"
    kept = _read(path)
    if kept is None:
        kept = tuple(_encode(name, number, size, bitrate))
        _write(path, kept)
    return Loop(size, kept)


def _encode(name: str, number: int, size: Size, bitrate: int) -> Iterator[Frame]:
    parameters = [
        f"keyint={FRAMES_PER_SECOND}",
        f"min-keyint={FRAMES_PER_SECOND}",
        "scenecut=0",
        "repeat-headers=1",
        "annexb=1",
    ]
    with av.open(BytesIO(), "w", format="h264") as container:
        stream = container.add_stream("libx264", rate=FRAMES_PER_SECOND)
        stream.width, stream.height, stream.pix_fmt = size.width, size.height, "yuv420p"
        stream.time_base = Fraction(1, FRAMES_PER_SECOND)
        options: dict[str, object] = {
            "preset": "veryfast",
            "tune": "zerolatency",
            "profile": "baseline",
            "threads": "1",
        }
        if bitrate:
            kbits = bitrate // 1000
            stream.bit_rate = bitrate
            parameters += [
                f"vbv-maxrate={kbits}",
                f"vbv-bufsize={kbits}",
                "nal-hrd=cbr",
                "filler=1",
            ]
        else:
            options["crf"] = "26"
        options["x264-params"] = ":".join(parameters)
        stream.options = options
        for place, image in enumerate(_drawn(name, number, size)):
            frame = av.VideoFrame.from_image(image)
            frame.pts, frame.time_base = place, stream.time_base
            for packet in stream.encode(frame):
                yield Frame(bytes(packet), packet.is_keyframe)
        for packet in stream.encode(None):
            yield Frame(bytes(packet), packet.is_keyframe)


# ------------------------------------------------------------------ drawing

_INK, _SOFT = (240, 244, 248), (150, 166, 182)


def _drawn(name: str, number: int, size: Size) -> Iterator[Image.Image]:
    base = _background(name, number, size)
    radius = size.height * 0.13
    centre = (size.width - radius * 1.6, size.height - radius * 1.6)
    digits = _font(size.height // 11)
    for place in range(FRAMES_PER_SECOND * SECONDS):
        image = base.copy()
        draw = ImageDraw.Draw(image)
        turn = place / (FRAMES_PER_SECOND * SECONDS)
        angle = turn * 2 * math.pi
        tip = (
            centre[0] + radius * 0.82 * math.sin(angle),
            centre[1] - radius * 0.82 * math.cos(angle),
        )
        draw.ellipse(_around(centre, radius), outline=_SOFT, width=max(1, size.height // 120))
        draw.line((centre, tip), fill=_INK, width=max(2, size.height // 72))
        draw.text(
            (centre[0] - radius * 1.5, centre[1]),
            f"00:{place // FRAMES_PER_SECOND:02d}",
            font=digits,
            fill=_INK,
            anchor="rm",
        )
        yield image


def _background(name: str, number: int, size: Size) -> Image.Image:
    hue = number * 47 % 360
    base = Image.new("HSV", (size.width, size.height), (hue * 255 // 360, 120, 62)).convert("RGB")
    draw = ImageDraw.Draw(base)
    margin = size.height // 12
    draw.text(
        (margin, size.height * 0.22),
        f"ĐIỂM CẦU {number} · MÔ PHỎNG",
        font=_font(size.height // 18),
        fill=_SOFT,
        anchor="ls",
    )
    font, lines = _fitted(name, size.width - 2 * margin, size.height // 7)
    draw.multiline_text((margin, size.height * 0.28), "\n".join(lines), font=font, fill=_INK)
    tall, wide = mark.rows(size.height), size.width / mark.BLOCKS
    for place, bit in enumerate(mark.bits(number)):
        box = (round(place * wide), 0, round((place + 1) * wide) - 1, tall - 1)
        draw.rectangle(box, fill=(235,) * 3 if bit else (16,) * 3)
    return base


def _fitted(name: str, width: int, largest: int) -> tuple[ImageFont.FreeTypeFont, list[str]]:
    """The largest font in which the name fits into two lines of ``width`` pixels."""
    for height in range(largest, 7, -1):
        font = _font(height)
        lines = _wrapped(name, font, width)
        if len(lines) <= 2 and all(font.getlength(line) <= width for line in lines):
            return font, lines
    return font, lines[:2]


def _wrapped(name: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    lines: list[str] = []
    for word in name.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _font(height: int) -> ImageFont.FreeTypeFont:
    file = resources.files(__package__).joinpath("fonts/DiemcauSans-SemiBold.woff2")
    return ImageFont.truetype(BytesIO(file.read_bytes()), height)


def _around(centre: tuple[float, float], radius: float) -> tuple[float, float, float, float]:
    return (centre[0] - radius, centre[1] - radius, centre[0] + radius, centre[1] + radius)


# ------------------------------------------------------------------ kept files

_MAGIC = b"DCLOOP1\n"
_HEAD = struct.Struct(">?I")


def _write(path: Path, frames: tuple[Frame, ...]) -> None:
    """Write the whole file or none: two processes may want the same picture at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.new")
    body = b"".join(_HEAD.pack(frame.key, len(frame.data)) + frame.data for frame in frames)
    draft.write_bytes(_MAGIC + body)
    draft.replace(path)


def _read(path: Path) -> tuple[Frame, ...] | None:
    """The kept frames, or None where there is no file or not a whole one."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    if not content.startswith(_MAGIC):
        return None
    frames: list[Frame] = []
    place = len(_MAGIC)
    while place + _HEAD.size <= len(content):
        key, length = _HEAD.unpack_from(content, place)
        place += _HEAD.size + length
        if place > len(content):
            return None
        frames.append(Frame(content[place - length : place], key))
    whole = place == len(content) and len(frames) == FRAMES_PER_SECOND * SECONDS
    return tuple(frames) if whole else None
