"""Kill the engine, the worker and the web in the middle of a drill, and see what people notice."""

import asyncio
import time
import uuid
from pathlib import Path

import httpx

from diemcau.protocol.commands import (
    Close,
    GiveFloor,
    MuteAll,
    Open,
    Outcome,
    TakeBackFloor,
)
from diemcau.protocol.word import Word
from diemcau.supervisor.stack import Stack

from .assembly import PATIENCE, Plan
from .journal import Kind
from .rehearsal import Rehearsal, rehearse
from .report import Report, shown

AIM = 2.0
"""Seconds from the engine's death to a new picture at every site. The bare engine needs 1."""

STEADY_GAP = 0.5
"""Seconds without a new frame or sound that count as a gap. Frames come every 83 ms; a machine
that starts a process meanwhile is late by one or two. The longest is reported."""

TWICE = 2.0
"""A busy machine has gaps without any death: twice its own are allowed."""

WATCHED = 3.0
"""Seconds for which pictures and sound are watched around a death."""


async def chaos(stack: Stack, sites: int, cache: Path) -> Report:
    """Hold a drill, kill each process once, and return what was found.

    Args:
        stack: the installation; the supervisor starts again what dies.
        sites: how many simulated sites take part.
        cache: folder of encoded pictures.
    """
    report = Report(f"Diễn tập sự cố, {sites} điểm cầu, {stack.installation.province}")
    async with rehearse(stack, Plan(sites=sites, cache=cache)) as rehearsal:
        pictures = await rehearsal.events(Kind.PICTURE, since=0.0)
        report.check("Mọi điểm cầu có hình", len(pictures) == sites, rehearsal.missing(pictures))
        await rehearsal.command(Open())
        speaker = rehearsal.members[1]
        await rehearsal.command(GiveFloor(site=speaker.key))
        await _hear(rehearsal, speaker.number, 0.0)
        await engine_dies(rehearsal, report)
        await worker_dies(rehearsal, report)
        await web_dies(rehearsal, report)
        await rehearsal.command(Close(reason=""))
    return report


async def engine_dies(rehearsal: Rehearsal, report: Report) -> None:
    """Kill the engine: everybody comes back to the scene, the floor and the mutes as before."""
    before = _state(rehearsal)
    speaker = rehearsal.members[1]
    killed = time.monotonic()
    rehearsal.stack.kill("engine")
    back = await rehearsal.events(Kind.PICTURE, since=killed)
    report.times(
        "Máy chủ hình ảnh chết: từ lúc chết đến hình mới",
        back.values(),
        expected=len(rehearsal.members),
        unit="điểm cầu",
    )
    again = await rehearsal.events(Kind.CONNECTED, since=killed)
    report.times("trong đó: đến lúc nối lại", again.values())
    slowest = max(back.values(), default=PATIENCE)
    report.note(f"Mục tiêu {shown(AIM)}", "đạt" if slowest <= AIM else "chưa đạt")
    lost = rehearsal.witness.journal.first(Kind.LOST, since=killed)
    # What was on its way when the engine died still arrives; only what comes after counts.
    heard = await _hear(rehearsal, speaker.number, lost.at if lost else killed)
    report.check(
        "Tiếng người đang phát biểu trở lại",
        heard is not None,
        f"sau {shown(heard - killed)}" if heard else "không nghe thấy",
    )
    await asyncio.sleep(WATCHED)
    report.check("Khung hình, quyền phát biểu và micro như trước", _state(rehearsal) == before)
    open_now = {m.key for m in rehearsal.members if m.site is not None and m.site.mic_open}
    report.check(
        "Chỉ micro chủ trì và người có quyền đang mở",
        open_now == {rehearsal.host.key, speaker.key},
        ", ".join(sorted(open_now)),
    )


async def worker_dies(rehearsal: Rehearsal, report: Report) -> None:
    """Kill the worker: nobody sees a gap, and a command given meanwhile is carried out."""
    shown_one, next_one = rehearsal.members[1], rehearsal.members[2]
    usual = await _usual_gap(rehearsal, shown_one.key)
    killed = time.monotonic()
    rehearsal.stack.kill("worker")
    result = await rehearsal.command(GiveFloor(site=next_one.key))
    told = await rehearsal.word(result, since=killed)
    report.times(
        "Tiến trình điều phối chết: lệnh đưa ra lúc đó được thực hiện",
        told.values(),
        expected=len(rehearsal.members),
        unit="điểm cầu",
    )
    heard = await _hear(rehearsal, next_one.number, killed)
    report.check(
        "Nghe tiếng người được trao quyền lúc đó",
        heard is not None,
        f"sau {shown(heard - killed)}" if heard else "không nghe thấy",
    )
    await asyncio.sleep(max(0.0, killed + WATCHED - time.monotonic()))
    _no_gap(rehearsal, report, "Tiến trình điều phối chết", shown_one.key, killed, usual)


async def web_dies(rehearsal: Rehearsal, report: Report) -> None:
    """Kill the web: pictures and sound go on; a command is done, or known not to be done."""
    member = rehearsal.members[2]
    shown_one = rehearsal.members[1]
    usual = await _usual_gap(rehearsal, shown_one.key)
    killed = time.monotonic()
    rehearsal.stack.kill("web")
    key = uuid.uuid4()
    command = TakeBackFloor(site=member.key)
    try:
        answered = (
            await rehearsal.operator.ask(rehearsal.conference, command, key=key)
        ).outcome is Outcome.DONE
    except httpx.HTTPError:
        answered = False
    await rehearsal.stack.wait_ready("web")
    up = time.monotonic()
    known = (await rehearsal.operator.outcome(key)).outcome
    snapshot = await rehearsal.operator.snapshot(rehearsal.conference)
    holds = member.key in {holder.site for holder in snapshot.word.floor}
    report.check(
        "Web chết: lệnh gửi lúc đó hoặc đã thực hiện, hoặc báo là chưa",
        (known is Outcome.DONE) is not holds and (not answered or known is Outcome.DONE),
        "đã thực hiện" if known is Outcome.DONE else "chưa thực hiện",
    )
    report.check("Web trở lại với đúng trạng thái", True, f"sau {shown(up - killed)}")
    await asyncio.sleep(max(0.0, killed + WATCHED - time.monotonic()))
    _no_gap(rehearsal, report, "Web chết", shown_one.key, killed, usual)
    await rehearsal.command(MuteAll())


async def _usual_gap(rehearsal: Rehearsal, site: str) -> float:
    """The longest gap in picture or sound while nothing dies, in seconds."""
    since = time.monotonic()
    await asyncio.sleep(WATCHED)
    return max(_gaps(rehearsal, site, since))


def _gaps(rehearsal: Rehearsal, site: str, since: float) -> tuple[float, float]:
    """The longest gaps of a site's picture and of the host's sound at the witness."""
    journal, until = rehearsal.witness.journal, since + WATCHED
    return (
        journal.longest_gap(site, since, until),
        journal.longest_silence(rehearsal.host.key, since, until),
    )


def _no_gap(
    rehearsal: Rehearsal, report: Report, what: str, site: str, since: float, usual: float
) -> None:
    """Check that the witness saw one site and heard the host all the time."""
    allowed = max(STEADY_GAP, TWICE * usual)
    for thing, gap in zip(("hình", "tiếng"), _gaps(rehearsal, site, since), strict=True):
        report.check(
            f"{what}: {thing} không đứt",
            gap <= allowed,
            f"dài nhất {shown(gap)} (bình thường {shown(usual)})",
        )


async def _hear(rehearsal: Rehearsal, number: int, since: float) -> float | None:
    journal = rehearsal.witness.journal
    try:
        sound = await journal.until(lambda: journal.tone_of(number, since=since), PATIENCE)
    except TimeoutError:
        return None
    return sound.at


def _state(rehearsal: Rehearsal) -> dict[str, object]:
    """What must survive: scene, floor and mutes, as the witness was last told."""
    word: Word | None = rehearsal.witness.word
    assert word is not None
    return word.model_dump(
        include={"state", "scene", "host_mic_open", "floor", "locked", "audible"}
    )
