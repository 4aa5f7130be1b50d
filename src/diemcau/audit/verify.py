"""Walk the whole chain in constant memory, and compare it with what is known outside."""

import importlib
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Max

from . import anchors, canonical, retention, segments
from .anchors import Anchor
from .chain import HEAD
from .models import Event, Head, Segment
from .walk import Break, Walk

_GUARDS = importlib.import_module("diemcau.audit.migrations.0005_guard_the_chain")

ANCHORS = 500
"""How many anchors are compared by one question to the database."""


@dataclass
class Report:
    """What was found.

    Args:
        events: how many events were walked along.
        first: number of the first kept event, 0 where there is none.
        last: number of the last one.
        sealed: number up to which events lie in exports.
        anchors: how many anchors agree.
        anchored: the anchor with the highest number, if any.
        broken: the first link that does not hold.
        contradicted: the first anchor that does not agree.
        warnings: what a person should know, in Vietnamese and English.
    """

    events: int = 0
    first: int = 0
    last: int = 0
    sealed: int = 0
    anchors: int = 0
    anchored: Anchor | None = None
    broken: Break | None = None
    contradicted: Break | None = None
    warnings: list[tuple[str, str]] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        """Whether nothing contradicts."""
        return self.broken is None and self.contradicted is None

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        known = self.anchored
        return {
            "intact": self.intact,
            "events": self.events,
            "first": self.first,
            "last": self.last,
            "sealed": self.sealed,
            "anchors": self.anchors,
            "anchored": known and {"number": known.number, "at": known.at.isoformat()},
            "broken": self.broken and self.broken.as_json(),
            "contradicted": self.contradicted and self.contradicted.as_json(),
            "warnings": [{"vi": vi, "en": en} for vi, en in self.warnings],
        }


def verify(*, anchor_file: Path, folder: Path, now: datetime) -> Report:
    """Walk the chain from its beginning, or from the last sealed segment, to its end.

    Args:
        anchor_file: where the worker notes the end of the chain.
        folder: where exports lie.
        now: what is older than the time of retention is said to be due.
    """
    while True:
        sealed = _sealed()
        report = _verify(anchor_file, folder, now)
        # Rows that were sealed and dropped meanwhile are not missing.
        if report.intact or _sealed() == sealed:
            return report


def _sealed() -> int:
    last: int | None = Segment.objects.aggregate(last=Max("last"))["last"]
    return last or 0


def _verify(anchor_file: Path, folder: Path, now: datetime) -> Report:
    report = Report()
    # What the file holds now was committed before the head is read: it cannot know more.
    size = anchor_file.stat().st_size if anchor_file.exists() else 0
    highest = Event.objects.aggregate(number=Max("number"))["number"] or 0
    head = Head.objects.filter(pk=HEAD).first()
    if head is None:
        report.broken = Break(
            0,
            "no_head",
            "mất dòng ghi cuối chuỗi (audit_head)",
            "the row with the end of the chain is gone (audit_head)",
        )
        return report
    known = list(Segment.objects.order_by("first"))
    walk = Walk()
    report.broken = _pass_segments(known, walk)
    report.sealed = walk.number
    if report.broken is None:
        report.broken = _walk(report, walk, head, {s.event: s for s in known})
    if report.broken is None and highest > head.number:
        report.broken = Break(
            head.number + 1,
            "beyond_head",
            f"có sự kiện sau cuối chuỗi (số {head.number})",
            f"there are events beyond the end of the chain (number {head.number})",
        )
    _compare(report, anchors.read(anchor_file, until=size), head, known)
    _warn(report, head, known, folder, now)
    return report


def _pass_segments(known: Iterable[Segment], walk: Walk) -> Break | None:
    for segment in known:
        if (segment.first, segment.previous) != (walk.number + 1, walk.hash):
            return Break(
                segment.first,
                "segment",
                f"đoạn đã niêm phong {segment} không nối tiếp phần trước",
                f"the sealed segment {segment} does not follow what is before it",
            )
        walk.number, walk.hash = segment.last, segment.hash
    return None


def _walk(report: Report, walk: Walk, head: Head, events: dict[int, Segment]) -> Break | None:
    start = walk.number
    for event in segments.rows(start + 1, head.number):
        try:
            values = canonical.contents(event)
        except canonical.UnknownFormat:
            return Break(
                event.number,
                "format",
                f"sự kiện số {event.number} có định dạng lạ",
                f"event {event.number} has an unknown format",
            )
        broken = walk.step(values, event.hash)
        if broken is None and event.search != canonical.searched(event):
            broken = Break(
                event.number,
                "changed",
                f"phần tìm kiếm của sự kiện số {event.number} đã bị sửa",
                f"the search text of event {event.number} was changed",
            )
        if broken is None and event.verb == "audit.sealed":
            broken = _sealing(event, events.pop(event.number, None))
        if broken is not None:
            return broken
        report.first = report.first or event.number
        report.last, report.events = walk.number, walk.count
    if walk.number < head.number:
        return Break(
            walk.number + 1,
            "tail",
            f"thiếu phần cuối: từ sự kiện số {walk.number + 1} đến số {head.number}",
            f"the tail is missing: from event {walk.number + 1} to {head.number}",
        )
    if walk.hash != head.hash:
        return Break(
            head.number,
            "head",
            f"cuối chuỗi không khớp với sự kiện số {head.number}",
            f"the end of the chain does not agree with event {head.number}",
        )
    kept = Event.objects.filter(number__gt=start, number__lte=head.number).count()
    if kept != walk.count or Event.objects.filter(number__lt=1).exists():
        return Break(head.number, "extra", "có sự kiện bị chen vào", "events were put in")
    for segment in events.values():
        if segment.event > start:
            return Break(
                segment.first,
                "segment",
                f"không có sự kiện nào niêm phong đoạn {segment}",
                f"no event seals the segment {segment}",
            )
    return None


def _sealing(event: Event, segment: Segment | None) -> Break | None:
    """Compare the event that sealed a segment with the segment's row."""
    said = event.after if isinstance(event.after, dict) else {}
    if segment is not None and said == {
        "first": segment.first,
        "last": segment.last,
        "count": segment.count,
        "hash": segment.hash,
        "file_hash": segment.file_hash,
    }:
        return None
    return Break(
        event.number,
        "segment",
        f"sự kiện số {event.number} niêm phong một đoạn mà bảng các đoạn không có như vậy",
        f"event {event.number} seals a segment that the table of segments does not have like that",
    )


def _compare(
    report: Report, found: Iterator[Anchor | int], head: Head, known: list[Segment]
) -> None:
    ends = {0: canonical.GENESIS} | {s.last: s.hash for s in known}
    torn: list[int] = []
    while batch := list(itertools.islice(found, ANCHORS)):
        torn += [line for line in batch if isinstance(line, int)][: 5 - len(torn)]
        some = [anchor for anchor in batch if isinstance(anchor, Anchor)]
        kept = dict(
            Event.objects.filter(number__in={a.number for a in some}).values_list("number", "hash")
        )
        for anchor in some:
            if report.anchored is None or anchor.number > report.anchored.number:
                report.anchored = anchor
            hash = kept.get(anchor.number) or ends.get(anchor.number)
            if hash is not None and hash == anchor.hash:
                report.anchors += 1
            elif hash is None and anchor.number <= report.sealed:
                continue  # within an export
            elif report.contradicted is None:
                report.contradicted = _contradiction(anchor, head)
    for line in torn:
        report.warnings.append(
            (
                f"Dòng {line} của tệp mốc không đọc được.",
                f"Line {line} of the anchor file cannot be read.",
            )
        )


def _contradiction(anchor: Anchor, head: Head) -> Break:
    if anchor.number > head.number:
        return Break(
            head.number + 1,
            "anchor_tail",
            f"thiếu phần cuối: mốc lúc {anchor.at:%H:%M:%S %d/%m/%Y} (UTC) có đến sự kiện số "
            f"{anchor.number}, chuỗi dừng ở số {head.number}",
            f"the tail is missing: the anchor of {anchor.at.isoformat()} knows event "
            f"{anchor.number}, the chain ends at {head.number}",
        )
    return Break(
        anchor.number,
        "anchor",
        f"mốc lúc {anchor.at:%H:%M:%S %d/%m/%Y} (UTC) không khớp với sự kiện số {anchor.number}",
        f"the anchor of {anchor.at.isoformat()} does not agree with event {anchor.number}",
    )


def _warn(
    report: Report, head: Head, known: Iterable[Segment], folder: Path, now: datetime
) -> None:
    say = report.warnings.append
    if report.anchored is None:
        say(
            (
                "Chưa có mốc nào ngoài cơ sở dữ liệu: nếu phần cuối bị xóa cùng với dòng ghi cuối "
                "chuỗi thì không phát hiện được. Kiểm tra worker có chạy và tệp mốc còn nguyên.",
                "There is no anchor outside the database: a tail that was removed together with "
                "the head would not be noticed. See that the worker runs and the file is there.",
            )
        )
    elif report.intact and report.anchored.number < head.number:
        more = head.number - report.anchored.number
        say(
            (
                f"{more} sự kiện cuối chưa có mốc (mốc mới nhất: số {report.anchored.number}).",
                f"The last {more} events have no anchor yet (newest: {report.anchored.number}).",
            )
        )
    if missing := missing_guards():
        say(
            (
                f"Cơ sở dữ liệu thiếu chốt chặn: {', '.join(missing)}.",
                f"The database lacks guards: {', '.join(missing)}.",
            )
        )
    for segment in known:
        if not (folder / segment.file).exists():
            say(
                (
                    f"Không thấy tệp {segment.file} trong {folder}: lấy lại từ bản lưu.",
                    f"The export {segment.file} is not in {folder}: bring it back from a backup.",
                )
            )
    if report.sealed and Event.objects.filter(number__range=(1, report.sealed)).exists():
        say(
            (
                "Còn sự kiện đã niêm phong chưa xóa: chạy lại diemcau audit retain --yes.",
                "Sealed events are still there: run diemcau audit retain --yes again.",
            )
        )
    if (oldest := retention.overdue(now)) is not None:
        say(
            (
                f"Có sự kiện cũ hơn {retention.MONTHS} tháng (từ {oldest:%d/%m/%Y}): "
                "chạy diemcau audit retain.",
                f"There are events older than {retention.MONTHS} months (from {oldest:%d/%m/%Y}): "
                "run diemcau audit retain.",
            )
        )


def missing_guards() -> list[str]:
    """Return the guards that the database should have and has not."""
    there = {
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    }
    with connection.cursor() as cursor:
        cursor.execute(there[connection.vendor])
        found = {name for (name,) in cursor.fetchall()}
    return sorted(set(_GUARDS.triggers(connection.vendor)) - found)


def verify_segment(path: Path) -> tuple[segments.Manifest | None, Break | None]:
    """Check an export by itself, and against the segment that the database knows.

    Raises OSError when the file cannot be opened.
    """
    manifest, broken = segments.check(path)
    if broken is not None or manifest is None:
        return manifest, broken
    row = Segment.objects.filter(first=manifest.first).first()
    if row is None:
        return manifest, Break(
            manifest.first,
            "segment",
            "cơ sở dữ liệu không có đoạn nào bắt đầu như vậy",
            "the database knows no segment that begins like that",
        )
    if row.file_hash != segments.file_hash(path):
        return manifest, Break(
            manifest.first,
            "changed",
            f"tệp không phải bản đã niêm phong cho đoạn {row}",
            f"the file is not the one that was sealed for segment {row}",
        )
    return manifest, None
