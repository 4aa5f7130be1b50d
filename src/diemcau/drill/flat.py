"""Does a command cost more with more sites? Measured against the fake engine alone.

``python -m diemcau.drill.flat`` runs the real services, database and conductor on rosters of
different length and prints, as JSON, the milliseconds from the command to the engine's having
been told everything, and how many calls that took. It works on a database of its own.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

import django

ROSTERS = (9, 200)
TURNS = 60
LOOK = 0.0005
"""Seconds between two looks: the resolution of the figures."""


def main(arguments: Sequence[str] = ()) -> int:
    """Print the figures of each roster."""
    with tempfile.TemporaryDirectory(prefix="diemcau-flat-") as folder:
        os.environ["DIEMCAU_DATA"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "diemcau.config.settings"
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0, interactive=False)
        rosters = [int(word) for word in arguments] or list(ROSTERS)
        figures = {str(sites): asyncio.run(_measure(sites)) for sites in rosters}
    print(json.dumps(figures, indent=1))
    return 0


async def _measure(sites: int) -> dict[str, dict[str, float]]:
    from diemcau.conference.conductor import Conductor
    from diemcau.conference.store import DatabaseStore
    from diemcau.media.engine import Pass
    from diemcau.media.fake import FakeEngine

    engine = FakeEngine()
    store = DatabaseStore()
    conductor = Conductor(engine, store)
    engine.listen(conductor.report, lambda call: None)
    pk, speakers = await asyncio.to_thread(_conference, sites)
    running = asyncio.ensure_future(conductor.run())
    try:
        wants = await store.wants(pk)
        assert wants is not None
        room = wants.main.room
        await _until(lambda: engine.exists(room))
        for identity, grant in wants.main.grants.items():
            engine.enter(Pass(wants.main.room, identity, identity, grant))
        await _until(lambda: len(engine.grants(room)) == sites)
        # The first turns pay for caches and for the presence of everybody.
        taken: dict[str, list[float]] = {"give_floor": [], "mute_all": []}
        calls: dict[str, list[int]] = {"give_floor": [], "mute_all": []}
        for turn in range(TURNS + 5):
            for verb in taken:
                before = len(engine.calls)
                start = time.perf_counter()
                version = await asyncio.to_thread(_command, pk, verb, speakers[turn % 2])
                conductor.nudge(pk)
                await _until(lambda: _told(engine.told(room), version))  # noqa: B023
                if turn >= 5:
                    taken[verb].append((time.perf_counter() - start) * 1000)
                    calls[verb].append(len(engine.calls) - before)
        return {
            verb: {
                "p50_ms": round(_percentile(taken[verb], 0.5), 2),
                "p95_ms": round(_percentile(taken[verb], 0.95), 2),
                "calls_p50": _percentile([float(c) for c in calls[verb]], 0.5),
            }
            for verb in taken
        }
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        store.close()


def _percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _told(metadata: str, version: int) -> bool:
    return bool(metadata) and json.loads(metadata)["version"] >= version


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():
            # A busier look would keep the interpreter from the database's thread.
            await asyncio.sleep(LOOK)


def _conference(sites: int) -> tuple[int, list[str]]:
    from django.utils import timezone

    from diemcau.audit.actor import SYSTEM
    from diemcau.conference import services
    from diemcau.conference.models import RosterEntry, Seat
    from diemcau.directory.models import Organisation, Site, Technician

    now = timezone.now()
    body, _ = Organisation.objects.get_or_create(
        key="ubnd-tinh",
        defaults={
            "name": "UBND tỉnh",
            "short_name": "UBND tỉnh",
            "kind": "people_committee",
            "tier": "province",
        },
    )
    keys = []
    for number in range(1, sites + 1):
        site, made = Site.objects.get_or_create(
            key=f"diem-cau-{number}",
            defaults={
                "number": number,
                "name": f"Điểm cầu {number}",
                "short_name": f"Số {number}",
                "organisation": body,
            },
        )
        if made:
            Technician.objects.create(site=site, name="Kỹ thuật viên", phone="0900 000 000")
        keys.append(site.key)
    conference = services.schedule(
        title="Đo",
        host_site=keys[0],
        sites=keys[1:],
        connect_at=now,
        opening_at=now + timedelta(hours=1),
        province="lam-dong",
        actor=SYSTEM,
        now=now,
    )
    services.start_joining(conference_id=conference.pk, actor=SYSTEM, now=now)
    for entry in RosterEntry.objects.filter(conference=conference).select_related("site"):
        seat = Seat(entry=entry, device="đo", person="Người đo", unit="Đơn vị")
        services.activate(seat, now)
    services.declare_open(conference_id=conference.pk, actor=SYSTEM, now=now)
    return conference.pk, keys[1:3]


def _command(pk: int, verb: str, site: str) -> int:
    from django.utils import timezone

    from diemcau.audit.actor import SYSTEM
    from diemcau.conference import services
    from diemcau.conference.queries import version_of

    now = timezone.now()
    if verb == "give_floor":
        services.give_floor(conference_id=pk, site=site, add=False, actor=SYSTEM, now=now)
    else:
        services.mute_all(conference_id=pk, actor=SYSTEM, now=now)
    return version_of(pk) or 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
