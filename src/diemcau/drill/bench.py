"""Latencies and load of an installation with simulated sites, beside the bare engine.

Not a test: it prints figures and judges nothing. The sites run in processes of their own; four
witnesses in this one receive 640×360 and judge sound, the others receive 320×180, because every
subscription decodes.
"""

import argparse
import asyncio
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil
from livekit import api

from diemcau.installation import Installation
from diemcau.media.engine import Grant, Pass, TrackSource
from diemcau.media.tokens import mint
from diemcau.protocol.commands import GiveFloor, MuteAll, Open
from diemcau.protocol.scene import Layout, Pane, Scene
from diemcau.protocol.word import ConferenceState, Holder, Word
from diemcau.supervisor.process import Process
from diemcau.supervisor.stack import Stack, processes_of

from .assembly import PATIENCE, Assembly, Member, Plan
from .crew import Crew
from .journal import Journal, Kind
from .quiet import keep_native_output_away
from .rehearsal import Rehearsal, rehearse
from .report import percentile, shown, summary

WITNESSES = 4
BITRATES = (400_000, 120_000)
"""Bits per second of 640×360 and of 320×180."""

SMALL_PLACE = 0
"""The one site that sends 320×180: the picture that all but the witnesses receive. It is the host,
who stays in the scene whoever has the floor. Otherwise 36 simulated ends would agree anew with the
engine on a picture at every turn, on the processors of the installation that is measured."""

PANES = (1, SMALL_PLACE)
"""Places of the sites in the scene."""

SPEAKERS = (1, 3)
"""Places of the sites that get the floor in turn."""

SITES_A_PROCESS = 10
"""How many simulated sites share a process."""

CALM = 1.0
"""Seconds between two commands: the sound's connection to the witnesses is made by then."""

TURNS = 10
"""How often the floor is given and everybody muted."""

SETTLE = 3.0
"""Seconds after joining before load is measured."""

ROOM = "bare"


@dataclass
class Figures:
    """What was measured with one number of sites. Times in seconds, load in percent of a core."""

    sites: int
    first_frame: list[float] = field(default_factory=list)
    floor_word: list[float] = field(default_factory=list)
    floor_heard: list[float] = field(default_factory=list)
    mute_word: list[float] = field(default_factory=list)
    mute_silent: list[float] = field(default_factory=list)
    rest_mb: dict[str, float] = field(default_factory=dict)
    memory_mb: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    engine_ours: list[float] = field(default_factory=list)
    engine_bare: list[float] = field(default_factory=list)

    @property
    def engine_ratio(self) -> float | None:
        """Median engine load under us, relative to the bare engine's."""
        if not self.engine_ours or not self.engine_bare:
            return None
        return statistics.median(self.engine_ours) / statistics.median(self.engine_bare)


def main(arguments: Sequence[str]) -> int:
    """Measure, print a table, write JSON; returns 0."""
    parser = argparse.ArgumentParser(prog="diemcau bench", description=__doc__)
    parser.add_argument("--sites", default="9,40", help="số điểm cầu, cách nhau dấu phẩy")
    parser.add_argument("--rounds", type=int, default=5, help="số lần xen kẽ với máy chủ trần")
    parser.add_argument("--seconds", type=float, default=10.0, help="giây đo tải mỗi lần")
    parser.add_argument("--json", type=Path, help="ghi số đo vào tệp (write the figures)")
    given = parser.parse_args(arguments)
    keep_native_output_away()
    usual = Installation.from_environ()
    to = given.json or usual.data_dir / "bench.json"
    counts = [int(count) for count in given.sites.split(",")]
    found = asyncio.run(
        _measure_all(counts, given.rounds, given.seconds, usual.province, usual.data_dir / "loops")
    )
    flat = _flat()
    print("\n\n".join([*(table(figures) for figures in found), _flat_table(flat)]))
    to.parent.mkdir(parents=True, exist_ok=True)
    kept = {"conferences": [data(figures) for figures in found], "rosters": flat}
    to.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
    print(f"\n→ {to}")
    return 0


async def _measure_all(
    counts: list[int], rounds: int, seconds: float, province: str, cache: Path
) -> list[Figures]:
    found = []
    for count in counts:
        figures = Figures(count)
        for turn in range(rounds):
            _tell(f"{count} điểm cầu, lần {turn + 1}/{rounds}")
            with tempfile.TemporaryDirectory(prefix="diemcau-bench-") as folder:
                await _ours(figures, Path(folder), province, cache, seconds, first=turn == 0)
            with tempfile.TemporaryDirectory(prefix="diemcau-bench-") as folder:
                await _bare(figures, Path(folder), cache, seconds)
        found.append(figures)
    return found


def _flat() -> dict[str, dict[str, dict[str, float]]]:
    """Measure commands on short and long rosters against the fake, in a process of its own."""
    _tell("Danh sách ngắn và dài, máy chủ giả (short and long rosters, fake engine)")
    made = subprocess.run(
        [sys.executable, "-m", "diemcau.drill.flat"], capture_output=True, text=True, check=True
    )
    found: dict[str, dict[str, dict[str, float]]] = json.loads(made.stdout)
    return found


def _flat_table(flat: dict[str, dict[str, dict[str, float]]]) -> str:
    lines = ["Lệnh theo độ dài danh sách, máy chủ giả (commands by roster, fake engine)"]
    for sites, verbs in flat.items():
        for verb, figures in verbs.items():
            lines.append(
                f"  {sites:>4} điểm cầu  {verb:<10} p50 {figures['p50_ms']:.1f} ms, "
                f"p95 {figures['p95_ms']:.1f} ms, {figures['calls_p50']:.0f} lần gọi"
            )
    return "\n".join(lines)


def _plan(sites: int, cache: Path) -> Plan:
    return Plan(
        sites=sites,
        cache=cache,
        witnesses=WITNESSES,
        # The library hands each event of a process to every connection in it.
        processes=-(-sites // SITES_A_PROCESS),
        bitrates=BITRATES,
        large=lambda place: place != SMALL_PLACE,
        first=frozenset({0, *PANES}),
    )


# ------------------------------------------------------------------------ ours


async def _ours(
    figures: Figures, folder: Path, province: str, cache: Path, seconds: float, *, first: bool
) -> None:
    async with Stack.isolated(folder, province=province) as stack:
        if first:
            figures.rest_mb = await _at_rest(stack)
        plan = _plan(figures.sites, cache)
        async with rehearse(stack, plan, layout=Layout.SIDE_BY_SIDE, panes=PANES) as rehearsal:
            await _pictures(rehearsal, figures)
            await rehearsal.command(Open())
            if first:
                await _latencies(rehearsal, figures)
            speaker = rehearsal.members[SPEAKERS[0]]
            await rehearsal.command(GiveFloor(site=speaker.key))
            await _heard(rehearsal, speaker, 0.0)
            processes = {name: psutil.Process(stack.pid(name)) for name in stack.names}
            load = await _load(processes, seconds)
            figures.engine_ours.append(load["engine"])
            if first:
                figures.cpu = load
                figures.memory_mb = {n: _memory(p) for n, p in processes.items()}


async def _at_rest(stack: Stack) -> dict[str, float]:
    await asyncio.sleep(SETTLE)
    found = {name: _memory(psutil.Process(stack.pid(name))) for name in stack.names}
    found["supervisor"] = await _supervisor_memory()
    return found


async def _supervisor_memory() -> float:
    """What a process takes that does what `diemcau up` does: this one holds media as well."""
    code = (
        "import asyncio, sys, diemcau.supervisor.stack\nprint('up', flush=True); sys.stdin.read()"
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    await process.stdout.readline()
    found = _memory(psutil.Process(process.pid))
    await process.communicate(b"")
    return found


async def _pictures(assembly: Assembly, figures: Figures | None) -> None:
    """Wait for everybody's first picture; keep the times."""
    pictures = await assembly.events(Kind.PICTURE, since=0.0)
    if figures is not None:
        figures.first_frame += [
            pictures[m.key] - m.asked for m in assembly.members if m.key in pictures
        ]
    await asyncio.sleep(SETTLE)


async def _latencies(rehearsal: Rehearsal, figures: Figures) -> None:
    for turn in range(TURNS):
        speaker = rehearsal.members[SPEAKERS[turn % len(SPEAKERS)]]
        asked = time.monotonic()
        result = await rehearsal.command(GiveFloor(site=speaker.key))
        heard = await _heard(rehearsal, speaker, asked)
        figures.floor_heard += heard
        told = await rehearsal.word(result, since=asked)
        figures.floor_word += told.values()

        await asyncio.sleep(CALM)
        asked = time.monotonic()
        result = await rehearsal.command(MuteAll())
        told = await rehearsal.word(result, since=asked)
        figures.mute_word += told.values()
        await asyncio.sleep(CALM)
        for witness in rehearsal.witnesses:
            last = witness.journal.last_sound(speaker.key, since=asked)
            figures.mute_silent.append(0.0 if last is None else last.at - asked)


async def _heard(assembly: Assembly, speaker: Member, since: float) -> list[float]:
    """When each witness heard a site, in seconds after ``since``: the first sound of its tone."""

    async def known(journal: Journal) -> float:
        # A tone is named only after 80 ms of it; what counts is when it began.
        named = await journal.until(lambda: journal.tone_of(speaker.number, since=since), PATIENCE)
        began = journal.first_sound(speaker.key, since=since)
        return (began or named).at - since

    return await asyncio.gather(*(known(witness.journal) for witness in assembly.witnesses))


# ------------------------------------------------------------------------ bare


async def _bare(figures: Figures, folder: Path, cache: Path, seconds: float) -> None:
    """The same forwarding by an engine that nobody commands."""
    installation = Stack.isolated(folder).installation
    plan = _plan(figures.sites, cache)
    async with (
        Stack(installation, processes=_engine_alone, prepare=()) as stack,
        _assembled(stack, plan) as assembly,
    ):
        await _pictures(assembly, None)
        await _heard(assembly, assembly.members[SPEAKERS[0]], 0.0)
        load = await _load({"engine": psutil.Process(stack.pid("engine"))}, seconds)
        figures.engine_bare.append(load["engine"])


def _engine_alone(installation: Installation) -> list[Process]:
    """The engine with the same settings, but nobody to report to."""
    engine = processes_of(installation)[0]
    settings = Path(engine.argv[-1])
    without = re.sub(r"(?m)^webhook:\n(?:[ \t].*\n)*", "", settings.read_text("utf-8"))
    settings.write_text(without, "utf-8")
    return [engine]


@dataclass(frozen=True)
class _OpenDoor:
    """Lets a site in with a token of our own making."""

    made: Callable[[], str]

    async def enter(self) -> str:
        return self.made()

    async def token(self) -> str | None:
        return self.made()


@asynccontextmanager
async def _assembled(stack: Stack, plan: Plan) -> AsyncIterator[Assembly]:
    secrets = stack.installation.secrets
    members = []
    for place in range(plan.sites):
        key, number, name = f"site-{place}", place + 1, f"Điểm cầu số {place + 1}"
        sources = {TrackSource.CAMERA}
        if place in (0, SPEAKERS[0]):
            sources.add(TrackSource.MICROPHONE)
        entry = Pass(ROOM, f"site:{key}:s", name, Grant(publish=frozenset(sources)))

        def made(entry: Pass = entry) -> str:
            return mint(entry, key=secrets.engine_key, secret=secrets.engine_secret)

        members.append(Member(key, number, name, _OpenDoor(made), plan.large(place)))
    word = _word_of(members)
    async with AsyncExitStack() as things:
        server = await things.enter_async_context(
            api.LiveKitAPI(stack.installation.engine_url, secrets.engine_key, secrets.engine_secret)
        )
        await server.room.create_room(
            api.CreateRoomRequest(name=ROOM, metadata=word.model_dump_json())
        )
        crew = await things.enter_async_context(Crew(plan.cache, plan.processes))
        tasks = await things.enter_async_context(asyncio.TaskGroup())
        assembly = Assembly(members, plan)
        try:
            await assembly.join(stack.installation.signal_url, crew, tasks)
            yield assembly
        finally:
            assembly.leave()


def _word_of(members: list[Member]) -> Word:
    now = datetime.now(UTC)
    speaker = members[SPEAKERS[0]]
    panes = tuple(Pane(site=members[p].key, caption=members[p].name) for p in PANES)
    return Word(
        version=1,
        conference=1,
        title="",
        host_body="",
        state=ConferenceState.LIVE,
        connect_at=now,
        opening_at=now,
        host=members[0].key,
        scene=Scene(layout=Layout.SIDE_BY_SIDE, panes=panes),
        floor=(Holder(site=speaker.key, caption=speaker.name, since=now),),
        audible=(f"site:{members[0].key}:s", f"site:{speaker.key}:s"),
    )


# ------------------------------------------------------------------------ load


async def _load(processes: dict[str, psutil.Process], seconds: float) -> dict[str, float]:
    """Processor time that each process takes, in percent of one core."""
    before = {name: _cpu(process) for name, process in processes.items()}
    began = time.monotonic()
    await asyncio.sleep(seconds)
    took = time.monotonic() - began
    return {
        name: 100 * (_cpu(process) - before[name]) / took for name, process in processes.items()
    }


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _memory(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / 1e6


# ------------------------------------------------------------------------ telling


def table(figures: Figures) -> str:
    """The figures of one number of sites for a terminal."""
    lines = [f"{figures.sites} điểm cầu, {WITNESSES} nhận 640×360, còn lại 320×180"]
    for what, seconds in (
        ("bấm vào → hình đầu tiên", figures.first_frame),
        ("trao quyền → mọi điểm cầu được báo", figures.floor_word),
        ("trao quyền → nghe tiếng", figures.floor_heard),
        ("tắt micro tất cả → mọi điểm cầu được báo", figures.mute_word),
        ("tắt micro tất cả → tiếng cuối", figures.mute_silent),
    ):
        if seconds:
            p50, p95 = statistics.median(seconds), percentile(seconds, 0.95)
            lines.append(f"  {what:<42} p50 {shown(p50):>8}  p95 {shown(p95):>8}  n {len(seconds)}")
    for name, load in figures.cpu.items():
        memory = figures.memory_mb[name]
        lines.append(f"  {name:<42} CPU {load:6.1f} %  bộ nhớ {memory:5.0f} MB")
    for whose, loads in (("dưới diemcau", figures.engine_ours), ("trần", figures.engine_bare)):
        lines.append(
            f"  {'máy chủ hình ảnh ' + whose:<42} CPU {statistics.median(loads):6.1f} %"
            f"  ({min(loads):.1f}…{max(loads):.1f}, {len(loads)} lần)"
        )
    if figures.engine_ratio is not None:
        lines.append(f"  {'so với máy chủ trần':<42} {100 * (figures.engine_ratio - 1):+.1f} %")
    rest = ", ".join(f"{name} {mb:.0f}" for name, mb in figures.rest_mb.items())
    lines.append(f"  bộ nhớ lúc nghỉ {sum(figures.rest_mb.values()):.0f} MB ({rest})")
    return "\n".join(lines)


def data(figures: Figures) -> dict[str, object]:
    """The figures for a machine: times in seconds, load in percent of a core, memory in MB."""
    found: dict[str, object] = {
        name: summary(tuple(value))
        if name in {"first_frame", "floor_word", "floor_heard", "mute_word", "mute_silent"}
        else value
        for name, value in asdict(figures).items()
    }
    return found | {"engine_ratio": figures.engine_ratio, "processors": os.cpu_count()}


def _tell(step: str) -> None:
    print(f"… {step}", file=sys.stderr, flush=True)
