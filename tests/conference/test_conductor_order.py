"""What a command does not wait for, and which report the conductor does not trust."""

import asyncio

from diemcau.conference.queries import Wants
from diemcau.media.engine import EngineEvent, EventKind, Participant

from .stage import LAN, MINH, SILENT, SPEAKS, Stage, conducting, wants


async def ready(stage: Stage) -> None:
    """Lan and Minh are in the room, and nothing is left to do."""
    stage.want(wants(1))
    await stage.until(lambda: stage.fake.exists("c-1"))
    await stage.still()
    stage.enter(LAN, SPEAKS)
    stage.enter(MINH)
    await stage.still()


async def test_a_command_is_carried_out_before_the_engine_is_listed() -> None:
    async with conducting() as stage:
        await ready(stage)
        mark = len(stage.fake.calls)
        stage.fake.leave("c-1", LAN)  # makes the conductor look
        stage.want(wants(2, speak=(LAN, MINH)))
        await stage.until(lambda: stage.grant(MINH) == SPEAKS)
        await stage.still()
        verbs = [call[0] for call in stage.since(mark)]
        assert "participants" in verbs
        assert verbs.index("permit") < verbs.index("participants")


async def test_a_late_report_of_somebody_known_does_not_hide_an_open_microphone() -> None:
    async with conducting() as stage:
        await ready(stage)
        stage.want(wants(2, speak=(LAN, MINH)))
        await stage.until(lambda: stage.grant(MINH) == SPEAKS)
        await stage.still()
        stage.conductor.report(
            EngineEvent(EventKind.JOINED, "c-1", Participant(MINH, SILENT, "an older one"))
        )
        stage.want(wants(3))  # muted in the same round
        await stage.still()
        assert stage.grant(MINH) == SILENT


async def test_a_simulator_that_hangs_holds_up_no_command() -> None:
    async with conducting() as stage:
        asked: list[int] = []

        async def hang(found: Wants) -> None:
            asked.append(found.version)
            await asyncio.Event().wait()

        stage.conductor._simulate = hang
        await ready(stage)
        stage.want(wants(2, speak=(LAN, MINH)))
        await stage.until(lambda: stage.grant(MINH) == SPEAKS)
        assert len(asked) == 1, "one at a time"
