"""Let old events leave the database: never silently, never without their export."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction as db
from django.db.models import Max, Min
from django.utils import timezone

from . import canonical, segments
from .actor import Actor
from .chain import HEAD
from .models import Event, Head, Segment
from .services import transaction
from .walk import Break

MONTHS = 12
"""How long events stay in the database, where nobody says otherwise."""

BATCH = 2000
"""How many rows one transaction drops: others write meanwhile."""


@dataclass(frozen=True)
class Plan:
    """What would leave the database: a stretch of the chain, all of it older than a day.

    Args:
        manifest: the stretch.
        oldest: time of its first event.
        newest: the latest time in it.
    """

    manifest: segments.Manifest
    oldest: datetime
    newest: datetime


class NotSealed(Exception):
    """The events stay: their chain, or their export, does not hold.

    Args:
        broken: the first link that does not hold.
    """

    def __init__(self, broken: Break) -> None:
        super().__init__(broken.en)
        self.broken = broken


def limit(now: datetime) -> datetime:
    """Return the beginning of the day MONTHS months ago: what is older is due."""
    day = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        return day.replace(year=day.year - MONTHS // 12)
    except ValueError:  # 29 February
        return (day - timedelta(days=1)).replace(year=day.year - MONTHS // 12)


def overdue(now: datetime) -> datetime | None:
    """Return the time of the oldest event if it is due, else None."""
    first = Event.objects.order_by("number").values_list("at", flat=True).first()
    return first if first is not None and first < limit(now) else None


def plan(before: datetime) -> Plan | None:
    """Return the longest stretch from the chain's kept beginning that is older; None: nothing.

    Times are passed in by who acts and may go back a little from one event to the next: the
    stretch ends before the first event that is not older.
    """
    sealed = Segment.objects.order_by("-last").first()
    start, previous = (sealed.last, sealed.hash) if sealed else (0, canonical.GENESIS)
    kept = Event.objects.filter(number__gt=start)
    stays = kept.filter(at__gte=before).aggregate(at=Min("number"))["at"]
    last = stays - 1 if stays is not None else Head.objects.get(pk=HEAD).number
    end = kept.filter(number=last).values_list("hash", flat=True).first()
    times = kept.filter(number__lte=last).aggregate(oldest=Min("at"), newest=Max("at"))
    if end is None or last <= start:
        return None
    manifest = segments.Manifest(start + 1, last, last - start, previous, end)
    return Plan(manifest, times["oldest"], times["newest"])


def seal(*, planned: Plan, folder: Path, actor: Actor, now: datetime) -> Segment:
    """Export a stretch, read the export back, and record the segment with its event.

    Afterwards `drop` lets the rows go.

    Args:
        planned: what `plan` gave.
        folder: where exports lie.
        actor: who does it.
        now: time of the act.

    Raises NotSealed when chain or export do not hold; OSError when the file cannot be written.
    """
    manifest = planned.manifest
    path = segments.write(folder, manifest)
    found, broken = segments.check(path)
    if broken is None and found != manifest:
        broken = Break(
            manifest.first,
            "changed",
            "bản xuất không khớp với cơ sở dữ liệu",
            "the export does not agree with the database",
        )
    if broken is not None:
        raise NotSealed(broken)
    fact = segments.file_hash(path)
    with db.atomic():
        with transaction(actor, "audit.sealed", now=now, object=path.name) as entry:
            entry.about(
                after={
                    "first": manifest.first,
                    "last": manifest.last,
                    "count": manifest.count,
                    "hash": manifest.hash,
                    "file_hash": fact,
                }
            )
        return Segment.objects.create(
            first=manifest.first,
            last=manifest.last,
            count=manifest.count,
            previous=manifest.previous,
            hash=manifest.hash,
            file=path.name,
            file_hash=fact,
            sealed_at=now,
            event=entry.number,
        )


def drop() -> int:
    """Drop the rows that sealed segments cover, a batch at a time; return how many.

    Idempotent: what an interrupted run has left goes with the next one.
    """
    sealed = Segment.objects.aggregate(last=Max("last"))["last"] or 0
    gone = 0
    while True:
        oldest = Event.objects.aggregate(number=Min("number"))["number"]
        if oldest is None or oldest > sealed:
            return gone
        upto = min(oldest + BATCH - 1, sealed)
        gone += Event.objects.filter(number__gte=oldest, number__lte=upto).delete()[0]
