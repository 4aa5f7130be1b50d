"""A worker whose work hangs is not alive, whatever its loop says."""

from diemcau.telemetry.pulse import LONGEST_ROUND, SILENCE, Pulse


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def test_a_conductor_that_sweeps_is_alive_and_one_that_stopped_is_not() -> None:
    clock = Clock()
    pulse = Pulse(clock)
    assert pulse.alive, "it has just begun"
    clock.at += SILENCE - 1
    pulse.swept(database=True)
    clock.at += SILENCE - 1
    assert pulse.alive
    clock.at += 2
    assert not pulse.alive


def test_a_database_that_is_gone_is_no_hang() -> None:
    clock = Clock()
    pulse = Pulse(clock)
    pulse.swept(database=True)
    assert pulse.database_up
    for _ in range(100):
        clock.at += 10
        pulse.swept(database=False)
    assert pulse.alive
    assert not pulse.database_up
    assert pulse.database_age == 1000


def test_one_round_that_never_ends_is_a_hang_though_the_sweep_goes_on() -> None:
    clock = Clock()
    pulse = Pulse(clock)
    with pulse.round(1), pulse.round(2):
        clock.at += LONGEST_ROUND - 1
        pulse.swept(database=True)
        assert pulse.alive
        clock.at += 2
        assert not pulse.alive
        assert pulse.round_age == LONGEST_ROUND + 1
    assert pulse.alive
    assert pulse.round_age == 0
