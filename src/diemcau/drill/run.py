"""The drill: the main job from booking to closing, without a browser, judged by its media."""

import time
from pathlib import Path

from diemcau.protocol.commands import Close, GiveFloor, MuteAll, Open
from diemcau.protocol.desk import Presence
from diemcau.protocol.scene import Layout
from diemcau.protocol.word import ConferenceState
from diemcau.supervisor.stack import Stack

from .assembly import PATIENCE, Member, Plan
from .journal import Journal, Kind
from .rehearsal import Rehearsal, rehearse
from .report import Report, shown

LEAST_SITES = 5
"""The host, two speakers, one that comes and goes, and a witness."""

LISTEN = 1.0
"""Seconds of listening before silence counts as silence."""


async def drill(stack: Stack, sites: int, cache: Path) -> Report:
    """Hold a drill conference on a running installation and return what was found.

    Args:
        stack: the installation.
        sites: how many simulated sites take part, at least LEAST_SITES.
        cache: folder of encoded pictures.
    """
    report = Report(f"Diễn tập {sites} điểm cầu, {stack.installation.province}")
    # The fourth site opens its microphone whenever the engine lets it: nobody may ever hear it.
    plan = Plan(sites=sites, cache=cache, stubborn=frozenset({3}))
    async with rehearse(stack, plan) as rehearsal:
        await _everybody_joins(rehearsal, report)
        await _opening(rehearsal, report)
        await _floor(rehearsal, report)
        await _scene(rehearsal, report)
        await _drop_and_return(rehearsal, report)
        await _mute_all(rehearsal, report)
        await _closing(rehearsal, report)
    return report


async def _everybody_joins(rehearsal: Rehearsal, report: Report) -> None:
    cameras = await rehearsal.events(Kind.CAMERA, since=0.0)
    seconds = [cameras[m.key] - m.asked for m in rehearsal.members if m.key in cameras]
    count = len(rehearsal.members)
    report.times("Vào hội nghị, camera đã phát", seconds, expected=count, unit="điểm cầu")
    pictures = await rehearsal.events(Kind.PICTURE, since=0.0)
    seconds = [pictures[m.key] - m.asked for m in rehearsal.members if m.key in pictures]
    report.times("Từ lúc bấm vào đến hình đầu tiên", seconds, expected=count, unit="điểm cầu")


async def _opening(rehearsal: Rehearsal, report: Report) -> None:
    asked = time.monotonic()
    result = await rehearsal.command(Open())
    told = await rehearsal.word(result, since=asked)
    report.times(
        "Khai mạc đến mọi điểm cầu", told.values(), expected=len(rehearsal.members), unit="điểm cầu"
    )
    await rehearsal.told(lambda w: w.state is ConferenceState.LIVE)
    heard = await _tone(rehearsal, rehearsal.host, since=asked)
    report.check("Nghe tiếng chủ trì", heard is not None)


async def _floor(rehearsal: Rehearsal, report: Report) -> None:
    first, second, stubborn = rehearsal.members[1:4]
    for member, before in ((first, None), (second, first)):
        asked = time.monotonic()
        result = await rehearsal.command(GiveFloor(site=member.key))
        heard = await _tone(rehearsal, member, since=asked)
        told = await rehearsal.word(result, since=asked)
        report.times(
            f"Trao quyền cho {member.name}, mọi điểm cầu được báo",
            told.values(),
            expected=len(rehearsal.members),
            unit="điểm cầu",
        )
        report.check(
            f"Nghe tiếng {member.name}",
            heard is not None,
            f"sau {shown(heard - asked)}" if heard else "không nghe thấy",
        )
        if before is not None:
            await _silence(rehearsal, report, before, since=asked)
    heard_it = rehearsal.witness.journal.tone_of(stubborn.number)
    sounded = rehearsal.witness.journal.last_sound(stubborn.key)
    report.check(
        f"Không nghe tiếng micro đóng ({stubborn.name} cố mở)",
        heard_it is None and sounded is None,
    )


async def _scene(rehearsal: Rehearsal, report: Report) -> None:
    members = rehearsal.members
    shown_members = members[2:4]
    asked = time.monotonic()
    result = await rehearsal.show(Layout.SIDE_BY_SIDE, shown_members)
    await rehearsal.word(result, since=asked)
    journal = rehearsal.witness.journal
    for member in shown_members:
        at = await _picture(rehearsal, member, since=asked)
        report.check(
            f"Đổi khung hình: thấy {member.name}",
            at is not None,
            f"sau {shown(at - asked)}" if at else "không thấy hình",
        )
    # From when the new scene was complete, only its sites are seen.
    settled = time.monotonic() + 0.5
    await _wait_until(journal, settled + LISTEN)
    seen = {frame.mark for frame in journal.frames if frame.at >= settled}
    report.check(
        "Hình giải mã đúng điểm cầu, không lẫn điểm khác",
        seen == {member.number for member in shown_members},
        ", ".join(str(mark) for mark in sorted(seen, key=str)),
    )


async def _drop_and_return(rehearsal: Rehearsal, report: Report) -> None:
    member = rehearsal.members[3]
    assert member.site is not None
    cut = time.monotonic()
    member.site.drop()
    lost = await _presence(rehearsal, member, Presence.LOST)
    report.check(f"{member.name} mất kết nối: bàn điều khiển biết", lost)
    back = time.monotonic()
    member.site.restore()
    at = await _picture(rehearsal, member, since=back)
    report.check(
        f"{member.name} trở lại: có hình",
        at is not None,
        f"sau {shown(at - back)}" if at else "không thấy hình",
    )
    report.check(
        f"{member.name} trở lại: vẫn là thiết bị cũ, không phải bấm gì",
        await _presence(rehearsal, member, Presence.CONNECTED)
        and len(await rehearsal.events(Kind.CONNECTED, since=cut, members=[member])) == 1,
    )


async def _mute_all(rehearsal: Rehearsal, report: Report) -> None:
    holder = rehearsal.members[2]
    asked = time.monotonic()
    result = await rehearsal.command(MuteAll())
    told = await rehearsal.word(result, since=asked)
    report.times(
        "Tắt micro tất cả, mọi điểm cầu được báo",
        told.values(),
        expected=len(rehearsal.members),
        unit="điểm cầu",
    )
    await _silence(rehearsal, report, holder, since=asked)
    now = time.monotonic()
    heard = await _tone(rehearsal, rehearsal.host, since=now)
    report.check("Micro chủ trì vẫn mở sau khi tắt tất cả", heard is not None)


async def _closing(rehearsal: Rehearsal, report: Report) -> None:
    asked = time.monotonic()
    await rehearsal.command(Close(reason=""))
    left = await rehearsal.events(Kind.LOST, since=asked)
    report.times(
        "Bế mạc, mọi điểm cầu rời phòng",
        left.values(),
        expected=len(rehearsal.members),
        unit="điểm cầu",
    )
    snapshot = await rehearsal.operator.snapshot(rehearsal.conference)
    report.check("Hội nghị đã đóng", snapshot.word.state is ConferenceState.CLOSED)


# ------------------------------------------------------------------- looking


async def _tone(rehearsal: Rehearsal, member: Member, *, since: float) -> float | None:
    """When the witness knew a site's tone, or None within the patience."""
    journal = rehearsal.witness.journal
    try:
        sound = await journal.until(lambda: journal.tone_of(member.number, since=since), PATIENCE)
    except TimeoutError:
        return None
    return sound.at


async def _picture(rehearsal: Rehearsal, member: Member, *, since: float) -> float | None:
    """When the witness decoded a site's picture, or None within the patience."""
    journal = rehearsal.witness.journal
    try:
        frame = await journal.until(lambda: journal.frame_of(member.number, since=since), PATIENCE)
    except TimeoutError:
        return None
    return frame.at


async def _silence(rehearsal: Rehearsal, report: Report, member: Member, *, since: float) -> None:
    """Check that a site falls silent, and say how long its last sound came after ``since``."""
    journal = rehearsal.witness.journal
    await _wait_until(journal, since + 2 * LISTEN)
    last = journal.last_sound(member.key, since=since)
    late = 0.0 if last is None else last.at - since
    report.check(
        f"Micro của {member.name} đã đóng",
        late < LISTEN,
        f"tiếng cuối sau {shown(late)}",
    )


async def _wait_until(journal: Journal, moment: float) -> None:
    """Observe until a moment of the monotonic clock."""

    def reached() -> bool:
        return time.monotonic() >= moment

    # The host's voice wakes the journal fifty times a second; nobody has to be woken otherwise.
    await journal.until(reached, max(0.1, moment - time.monotonic()) + PATIENCE)


async def _presence(rehearsal: Rehearsal, member: Member, wanted: Presence) -> bool:
    """Whether the desk comes to show this presence: it asks as the desk's page does."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        snapshot = await rehearsal.operator.snapshot(rehearsal.conference)
        if any(s.site == member.key and s.presence is wanted for s in snapshot.sites):
            return True
    return False
