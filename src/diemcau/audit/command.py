"""``diemcau audit verify`` and ``diemcau audit retain``.

Exit codes: 0 intact, or done, or nothing to do; 1 could not look (the database or a file cannot be
read); 2 wrong words; 3 the chain, an anchor or an export does not hold.
"""

import argparse
import getpass
import json
import os
import sys
from datetime import date, datetime, time
from pathlib import Path

import django

OK, NOT_LOOKED, USAGE, BROKEN = 0, 1, 2, 3


def main(arguments: list[str]) -> int:
    """Run ``verify`` or ``retain`` and return the exit code."""
    parser = argparse.ArgumentParser(prog="diemcau audit", description="Nhật ký hệ thống.")
    words = parser.add_subparsers(dest="word", required=True)
    verify = words.add_parser("verify", help="kiểm tra chuỗi nhật ký (verify the chain)")
    verify.add_argument("--json", action="store_true", help="cho chương trình (for programs)")
    verify.add_argument("--segment", type=Path, metavar="TỆP", help="kiểm tra một bản xuất")
    retain = words.add_parser("retain", help="chuyển sự kiện cũ ra tệp (export old events)")
    retain.add_argument("--before", type=_day, metavar="NGÀY", help="2026-01-31; mặc định 12 tháng")
    retain.add_argument("--yes", action="store_true", help="làm thật (do it)")
    given = parser.parse_args(arguments)

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "diemcau.config.settings")
    django.setup()
    from django.db import DatabaseError

    try:
        if given.word == "retain":
            return _retain(given.before, yes=given.yes)
        if given.segment is not None:
            return _verify_segment(given.segment, as_json=given.json)
        return _verify(as_json=given.json)
    except (DatabaseError, OSError) as error:
        print(f"✗ Chưa kiểm tra được (could not look): {error}", file=sys.stderr)
        return NOT_LOOKED


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise argparse.ArgumentTypeError("ghi ngày như 2026-01-31") from None


def _verify(*, as_json: bool) -> int:
    from django.conf import settings
    from django.utils import timezone

    from . import verify

    here = settings.INSTALLATION
    report = verify.verify(
        anchor_file=here.anchor_file, folder=here.audit_dir / "segments", now=timezone.now()
    )
    if as_json:
        print(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
        return OK if report.intact else BROKEN
    print(
        f"Đã kiểm tra {report.events} sự kiện ({report.first}–{report.last}), "
        f"{report.anchors} mốc khớp; đã niêm phong đến số {report.sealed}. "
        f"({report.events} events, {report.anchors} anchors agree, sealed up to {report.sealed}.)"
    )
    for vi, en in report.warnings:
        print(f"! {vi} ({en})")
    for broken in (report.broken, report.contradicted):
        if broken is not None:
            print(f"✗ Số {broken.number}: {broken.vi}. ({broken.en}.)")
    if report.intact:
        print("✓ Chuỗi nhật ký nguyên vẹn. (The chain is intact.)")
    return OK if report.intact else BROKEN


def _verify_segment(path: Path, *, as_json: bool) -> int:
    from . import verify

    manifest, broken = verify.verify_segment(path)
    if as_json:
        values = {
            "intact": broken is None,
            "first": manifest and manifest.first,
            "last": manifest and manifest.last,
            "broken": broken and broken.as_json(),
        }
        print(json.dumps(values, ensure_ascii=False, indent=2))
    elif broken is not None:
        print(f"✗ {path.name}: {broken.vi}. ({broken.en}.)")
    elif manifest is not None:
        print(
            f"✓ {path.name}: {manifest.count} sự kiện ({manifest.first}–{manifest.last}) nguyên "
            "vẹn, đúng bản đã niêm phong. (Whole, and the one that was sealed.)"
        )
    return OK if broken is None else BROKEN


def _retain(day: date | None, *, yes: bool) -> int:
    from django.conf import settings
    from django.utils import timezone

    from . import anchors, retention
    from .actor import Actor

    here, now = settings.INSTALLATION, timezone.now()
    due = retention.limit(now)
    before = timezone.make_aware(datetime.combine(day, time())) if day else due
    if before > now:
        print("✗ Chọn ngày đã qua. (Choose a day in the past.)", file=sys.stderr)
        return USAGE
    if before > due:
        print(
            f"! Ngày này chưa quá {retention.MONTHS} tháng. "
            f"(Less than {retention.MONTHS} months ago.)"
        )
    if left := retention.drop() if yes else 0:
        print(f"Đã xóa {left} sự kiện còn lại của đoạn niêm phong trước. (Left over: dropped.)")
    planned = retention.plan(before)
    if planned is None:
        print(f"Không có sự kiện nào trước {before:%d/%m/%Y}. (Nothing is older.)")
        return OK
    what = planned.manifest
    print(
        f"Sự kiện {what.first}–{what.last}: {what.count} sự kiện, "
        f"{timezone.localtime(planned.oldest):%d/%m/%Y} – "
        f"{timezone.localtime(planned.newest):%d/%m/%Y}."
    )
    folder = here.audit_dir / "segments"
    if not yes:
        print(
            f"Sẽ ghi ra {folder / what.name}, kiểm tra lại, rồi xóa khỏi cơ sở dữ liệu. Thêm --yes "
            "để làm. (Would be exported, checked and dropped: add --yes.)"
        )
        return OK
    actor = Actor(None, f"Dòng lệnh ({getpass.getuser()})")
    try:
        segment = retention.seal(planned=planned, folder=folder, actor=actor, now=now)
    except retention.NotSealed as refused:
        print(f"✗ Giữ nguyên: {refused.broken.vi}. ({refused.broken.en}: nothing was dropped.)")
        return BROKEN
    anchors.write(here.anchor_file, anchors.end_of_chain())
    gone = retention.drop()
    print(
        f"✓ Đã niêm phong {folder / segment.file} (SHA-256 {segment.file_hash}) và xóa {gone} sự "
        "kiện. Sao lưu tệp này. (Sealed and dropped: keep a copy of the file.)"
    )
    return OK
