"""A drawn meeting room for Chromium's fake camera, so that pictures look like the real thing."""

import io
from pathlib import Path

from PIL import Image, ImageDraw

SIZE = (1280, 720)
FRAMES = 20


def _person(draw: ImageDraw.ImageDraw, x: int, y: int, scale: float, shirt: str) -> None:
    head = 62 * scale
    draw.ellipse((x - head, y - 2.3 * head, x + head, y), fill="#B08D6F")
    draw.pieslice((x - head, y - 2.4 * head, x + head, y - 0.6 * head), 180, 360, fill="#1B1B1D")
    draw.rounded_rectangle(
        (x - 2.1 * head, y, x + 2.1 * head, y + 4 * head), radius=int(head), fill=shirt
    )
    draw.polygon([(x - 0.4 * head, y), (x + 0.4 * head, y), (x, y + 0.9 * head)], fill="#E4E8EA")


def _room(step: int) -> Image.Image:
    image = Image.new("RGB", SIZE, "#46566A")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 150, 720), fill="#3C4A5C")
    draw.rectangle((380, 60, 900, 170), fill="#2F5E96")
    draw.rectangle((470, 100, 810, 130), fill="#9DB4CC")
    sway = 4 if step < FRAMES // 2 else -4
    _person(draw, 230, 420, 0.8, "#2B3238")
    _person(draw, 1050, 420, 0.8, "#2B3238")
    _person(draw, 640 + sway, 380, 1.25, "#1E2428")
    draw.rectangle((0, 560, 1280, 720), fill="#76593C")
    draw.rectangle((0, 560, 1280, 576), fill="#8C6C4A")
    draw.rectangle((520, 585, 760, 660), fill="#D9DCDE")
    draw.rectangle((565, 612, 715, 632), fill="#4A545C")
    return image


def write_camera(path: Path) -> Path:
    """Write a short loop of the room as MJPEG and return its path."""
    with path.open("wb") as file:
        for step in range(FRAMES):
            frame = io.BytesIO()
            _room(step).save(frame, "JPEG", quality=88)
            file.write(frame.getvalue())
    return path
