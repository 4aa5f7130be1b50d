"""The picture of a simulated site and the mark in it."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.codeccontext import VideoCodecContext

from diemcau.drill.mark import HIGHEST, bits, read_mark
from diemcau.drill.picture import (
    FRAMES_PER_SECOND,
    LARGE,
    SECONDS,
    SMALL,
    Loop,
    Size,
    picture,
)


def seen(loop: Loop) -> Iterator[np.ndarray]:
    """The Y planes that a receiver decodes."""
    decoder = av.CodecContext.create("h264", "r")
    assert isinstance(decoder, VideoCodecContext)
    for frame in loop.frames:
        for image in decoder.decode(av.Packet(frame.data)):
            yield np.asarray(image.to_ndarray(format="gray"))


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=str)
@pytest.mark.parametrize("number", [0, 1, 124, HIGHEST])
def test_every_decoded_frame_tells_which_site_it_shows(size: Size, number: int) -> None:
    loop = picture("UBND xã Đạ Tẻh", number, size)
    frames = list(seen(loop))
    assert len(frames) == FRAMES_PER_SECOND * SECONDS
    assert {read_mark(frame) for frame in frames} == {number}


def test_the_clock_moves_from_second_to_second() -> None:
    frames = list(seen(picture("Sở Nội vụ", 3, LARGE)))
    still = [
        second
        for second in range(1, SECONDS)
        if np.array_equal(
            frames[second * FRAMES_PER_SECOND], frames[(second - 1) * FRAMES_PER_SECOND]
        )
    ]
    assert still == []


def test_a_receiver_that_comes_late_can_begin_within_a_second() -> None:
    loop = picture("Sở Nội vụ", 3, SMALL)
    keys = [place for place, frame in enumerate(loop.frames) if frame.key]
    assert keys == list(range(0, FRAMES_PER_SECOND * SECONDS, FRAMES_PER_SECOND))
    assert loop.next_key(1) == FRAMES_PER_SECOND
    assert loop.next_key(len(loop.frames) - 1) == 0
    # Parameter sets lie in each key frame (NAL types 7, 8, 5), or a late receiver sees nothing.
    assert loop.frames[FRAMES_PER_SECOND].data[4] & 31 == 7


def test_a_picture_without_a_clean_mark_names_no_site() -> None:
    assert read_mark(np.full((180, 320), 128, np.uint8)) is None
    assert read_mark(np.zeros((180, 320), np.uint8)) is None
    assert read_mark(np.zeros((8, 8), np.uint8)) is None
    frame = next(seen(picture("Sở Nội vụ", 3, SMALL))).copy()
    frame[:12, 160:180] = 255 - frame[:12, 160:180]
    assert read_mark(frame) is None


def test_marks_of_all_sites_differ() -> None:
    assert len({bits(number) for number in range(HIGHEST + 1)}) == HIGHEST + 1
    with pytest.raises(ValueError, match="512"):
        bits(HIGHEST + 1)


def test_a_loop_is_encoded_once_and_kept(tmp_path: Path) -> None:
    first = picture("Sở Nội vụ", 3, SMALL, cache=tmp_path)
    [kept] = tmp_path.iterdir()
    written = kept.stat().st_mtime_ns
    assert picture("Sở Nội vụ", 3, SMALL, cache=tmp_path) == first
    assert kept.stat().st_mtime_ns == written


def test_a_kept_file_that_is_cut_off_is_made_anew(tmp_path: Path) -> None:
    whole = picture("Sở Nội vụ", 3, SMALL, cache=tmp_path)
    [kept] = tmp_path.iterdir()
    kept.write_bytes(kept.read_bytes()[:-5])
    assert picture("Sở Nội vụ", 3, SMALL, cache=tmp_path) == whole


def test_a_load_picture_has_the_bit_rate_asked_for() -> None:
    loop = picture("Sở Nội vụ", 3, LARGE, bitrate=400_000)
    rate = sum(len(frame.data) for frame in loop.frames) * 8 / SECONDS
    assert rate == pytest.approx(400_000, rel=0.05)
