"""The tone of a simulated site and the ear for it."""

import numpy as np
import pytest

from diemcau.drill.mark import HIGHEST
from diemcau.drill.tone import SAMPLE_RATE, Ear, frequencies, level, tone

WINDOW = round(0.08 * SAMPLE_RATE)


@pytest.fixture(scope="module")
def ear() -> Ear:
    return Ear(WINDOW, SAMPLE_RATE)


def test_each_site_has_a_tone_of_its_own_and_the_ear_knows_it(ear: Ear) -> None:
    heard = [ear.hear(tone(number, 0.08)).number for number in range(HIGHEST + 1)]
    assert heard == list(range(HIGHEST + 1))


def test_the_ear_knows_a_tone_under_noise_and_at_low_level(ear: Ear) -> None:
    noise = np.random.default_rng(1).normal(0, 300, WINDOW)
    assert ear.hear((tone(77, 0.08) * 0.1 + noise).astype(np.int16)).number == 77


def test_silence_and_noise_are_no_site(ear: Ear) -> None:
    silence = ear.hear(np.zeros(WINDOW, np.int16))
    assert silence.number is None
    assert silence.dbfs == -120
    noise = np.random.default_rng(2).normal(0, 3000, WINDOW).astype(np.int16)
    assert ear.hear(noise).number is None


def test_two_sites_at_once_are_no_single_site(ear: Ear) -> None:
    assert ear.hear(tone(3, 0.08) + tone(301, 0.08)).number is None


def test_the_level_is_told_in_decibels_of_full_scale() -> None:
    # Two sines of -20 dBFS peak have -20 dBFS RMS together.
    assert level(tone(9, 1.0)) == pytest.approx(-20, abs=0.2)
    assert level(np.zeros(0, np.int16)) == -120


def test_pieces_of_a_tone_join_without_a_click() -> None:
    whole = tone(9, 0.04)
    pieces = np.concatenate([tone(9, 0.02), tone(9, 0.02, start=SAMPLE_RATE // 50)])
    assert np.array_equal(whole, pieces)


def test_a_number_beyond_the_last_has_no_tone() -> None:
    with pytest.raises(ValueError, match="512"):
        frequencies(HIGHEST + 1)
