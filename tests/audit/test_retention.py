"""Old events leave only after their export was read back, and the chain goes on across the gap."""

import gzip
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from diemcau.audit import anchors, canonical, command, retention, segments, verify
from diemcau.audit.actor import SYSTEM
from diemcau.audit.models import Event, Segment
from tests.audit.test_verify import told
from tests.audit.writing import anchor, attack, check, end, write
from tests.conference.cast import NOW

LONG_AGO = NOW - timedelta(days=400)


def seal(folder: Path, before: datetime = NOW) -> Segment:
    """Seal what is older, and drop nothing yet."""
    planned = retention.plan(before)
    assert planned is not None
    return retention.seal(planned=planned, folder=folder / "segments", actor=SYSTEM, now=NOW)


def test_twelve_months_are_counted_in_days_of_the_calendar() -> None:
    leap = datetime(2028, 2, 29, 12, tzinfo=NOW.tzinfo)
    assert retention.limit(NOW).isoformat() == "2025-11-20T00:00:00+07:00"
    assert retention.limit(leap).isoformat() == "2027-02-28T00:00:00+07:00"


def test_a_plan_takes_the_longest_older_beginning(db: None) -> None:
    assert retention.plan(NOW) is None
    write(4, at=LONG_AGO)
    write(2)
    write(1, at=LONG_AGO)  # a clock that went back
    planned = retention.plan(retention.limit(NOW))
    assert planned is not None
    assert (planned.manifest.first, planned.manifest.last, planned.manifest.count) == (1, 4, 4)
    assert (planned.oldest, planned.newest) == (LONG_AGO, LONG_AGO + timedelta(seconds=3))
    assert retention.plan(LONG_AGO) is None


def test_events_leave_after_their_export_and_the_chain_goes_on(db: None, tmp_path: Path) -> None:
    write(4, at=LONG_AGO)
    hashes = list(Event.objects.order_by("number").values_list("hash", flat=True))
    write(2)
    anchor(tmp_path / "anchors.log")
    segment = seal(tmp_path, retention.limit(NOW))
    assert (segment.first, segment.last, segment.count, segment.hash) == (1, 4, 4, hashes[3])
    assert Event.objects.count() == 7, "sealing drops nothing"
    assert retention.drop() == 4
    assert retention.drop() == 0
    assert list(Event.objects.order_by("number").values_list("number", flat=True)) == [5, 6, 7]
    assert Event.objects.get(number=5).previous == segment.hash
    said = Event.objects.get(number=7)
    assert (said.verb, said.object) == ("audit.sealed", segment.file)
    assert said.after["file_hash"] == segment.file_hash
    report = check(tmp_path)
    assert report.intact, report
    assert (report.sealed, report.first, report.last, report.anchors) == (4, 5, 7, 1)
    with gzip.open(tmp_path / "segments" / segment.file) as file:
        lines = [json.loads(line) for line in file]
    assert [line["hash"] for line in lines[1:]] == hashes
    assert lines[0]["count"] == 4
    assert canonical.digest_of({k: v for k, v in lines[1].items() if k != "hash"}) == hashes[0]


def test_a_second_segment_follows_the_first_also_when_the_first_sealing_is_in_it(
    db: None, tmp_path: Path
) -> None:
    write(3, at=LONG_AGO)
    seal(tmp_path)
    retention.drop()
    write(2)
    anchor(tmp_path / "anchors.log")
    second = seal(tmp_path, NOW + timedelta(days=1))
    assert (second.first, second.last) == (4, 6)
    assert retention.drop() == 3
    assert check(tmp_path).intact
    write(1)
    assert check(tmp_path).intact
    assert end()[0] == 8


def test_everything_may_be_sealed_and_the_next_event_follows(db: None, tmp_path: Path) -> None:
    write(3, at=LONG_AGO)
    seal(tmp_path)
    retention.drop()
    assert check(tmp_path).intact
    attack("DELETE FROM audit_event")
    assert told(check(tmp_path)) == (4, "tail")


def test_the_same_events_make_the_same_bytes(db: None, tmp_path: Path) -> None:
    write(30)
    planned = retention.plan(NOW + timedelta(days=1))
    assert planned is not None
    made = [segments.write(tmp_path / name, planned.manifest) for name in "ab"]
    assert made[0].read_bytes() == made[1].read_bytes()
    assert {path.stat().st_mode & 0o777 for path in made} == {0o600}
    segments.write(tmp_path / "audit" / "segments", planned.manifest)
    assert (tmp_path / "audit").stat().st_mode & 0o777 == 0o700
    assert [p.name for p in (tmp_path / "a").iterdir()] == [planned.manifest.name], "no draft"


def test_a_broken_chain_is_not_sealed(db: None, tmp_path: Path) -> None:
    write(4, at=LONG_AGO)
    attack("UPDATE audit_event SET actor_name = 'Quân' WHERE number = 3")
    with pytest.raises(retention.NotSealed) as refused:
        seal(tmp_path)
    assert (refused.value.broken.number, refused.value.broken.code) == (3, "changed")
    assert (Segment.objects.count(), Event.objects.count()) == (0, 4)


def test_an_export_that_cannot_be_written_drops_nothing(db: None, tmp_path: Path) -> None:
    write(2, at=LONG_AGO)
    (tmp_path / "segments").write_text("a file stands where the folder should be")
    with pytest.raises(OSError):
        seal(tmp_path)
    assert (Segment.objects.count(), Event.objects.count()) == (0, 2)


def test_what_an_interrupted_run_has_left_is_told_and_goes_with_the_next(
    db: None, tmp_path: Path
) -> None:
    write(4, at=LONG_AGO)
    seal(tmp_path)
    Event.objects.filter(number__lte=2).delete()
    anchor(tmp_path / "anchors.log")
    report = check(tmp_path)
    assert report.intact
    assert "chưa xóa" in report.warnings[0][0]
    assert retention.drop() == 2
    assert check(tmp_path).warnings == []


def test_rows_of_no_segment_stay(db: None, tmp_path: Path) -> None:
    write(3, at=LONG_AGO)
    write(1)
    seal(tmp_path, retention.limit(NOW))
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Event.objects.filter(number__lte=4).delete()
    assert Event.objects.count() == 5


def test_a_segment_that_was_changed_by_an_attacker_shows(db: None, tmp_path: Path) -> None:
    write(4, at=LONG_AGO)
    write(2)
    seal(tmp_path, retention.limit(NOW))
    retention.drop()
    attack("UPDATE audit_segment SET file_hash = %s", "0" * 64)
    assert told(check(tmp_path)) == (7, "segment")


def test_a_lost_export_is_told(db: None, tmp_path: Path) -> None:
    write(2, at=LONG_AGO)
    segment = seal(tmp_path)
    retention.drop()
    (tmp_path / "segments" / segment.file).unlink()
    assert any(segment.file in vi for vi, _ in check(tmp_path).warnings)


def rewrite(path: Path, change: Callable[[list[bytes]], list[bytes]]) -> None:
    """Change the lines of an export."""
    with gzip.open(path) as file:
        lines = change(file.readlines())
    path.write_bytes(gzip.compress(b"".join(lines), mtime=0))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda lines: [*lines[:2], lines[2].replace(b"Hoa", b"Mai"), *lines[3:]], "changed"),
        (lambda lines: lines[:-1], "missing"),
        (lambda lines: [*lines[:2], *lines[3:]], "missing"),
        (lambda lines: [*lines[:2], lines[1], *lines[2:]], "extra"),
        (lambda lines: lines[1:], "unreadable"),
        (lambda lines: [*lines[:2], b"[]\n"], "unreadable"),
        (lambda lines: [lines[0].replace(b'"format":1', b'"format": 1'), *lines[1:]], "changed"),
    ],
    ids=["value", "last line", "line", "line twice", "manifest", "no object", "a blank"],
)
def test_a_changed_export_shows(
    db: None, tmp_path: Path, change: Callable[[list[bytes]], list[bytes]], code: str
) -> None:
    write(4, at=LONG_AGO)
    path = tmp_path / "segments" / seal(tmp_path).file
    assert verify.verify_segment(path)[1] is None
    rewrite(path, change)
    broken = verify.verify_segment(path)[1]
    assert broken is not None
    assert broken.code == code


def test_a_cut_off_export_shows(db: None, tmp_path: Path) -> None:
    write(40, at=LONG_AGO)
    path = tmp_path / "segments" / seal(tmp_path).file
    path.write_bytes(path.read_bytes()[:-20])
    broken = verify.verify_segment(path)[1]
    assert broken is not None
    assert broken.code == "unreadable"


# ---------------------------------------------------------------- the command


@pytest.fixture
def run(db: None, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Run ``diemcau audit …``; return exit code and what it said."""
    settings.INSTALLATION.anchor_file.unlink(missing_ok=True)

    def command_(*words: str) -> tuple[int, str]:
        capsys.readouterr()
        code = command.main(list(words))
        return code, capsys.readouterr().out

    return command_


def test_the_command_shows_what_it_would_do_and_does_it_only_with_yes(run) -> None:
    write(3, at=LONG_AGO)
    write(1)
    code, said = run("retain")
    assert code == 0
    assert "Sự kiện 1–3" in said
    assert "--yes" in said
    assert (Event.objects.count(), Segment.objects.count()) == (4, 0)
    code, said = run("retain", "--yes")
    assert code == 0
    assert "✓ Đã niêm phong" in said
    assert (Event.objects.count(), Segment.objects.count()) == (2, 1)
    path = settings.INSTALLATION.audit_dir / "segments" / Segment.objects.get().file
    assert run("verify", "--segment", str(path))[0] == 0
    assert run("verify")[0] == 0
    noted = anchors.last(settings.INSTALLATION.anchor_file)
    assert noted is not None
    assert noted.number == 5
    assert Event.objects.get(number=5).actor_name.startswith("Dòng lệnh (")
    assert "Không có sự kiện nào" in run("retain", "--yes")[1]


def test_a_day_of_ones_own_is_taken_with_a_warning_and_never_one_to_come(run) -> None:
    write(3)
    code, said = run("retain", "--before", "2026-11-21")
    assert code == 0
    assert "chưa quá 12 tháng" in said
    assert "Sự kiện 1–3" in said
    assert run("retain", "--before", "2999-01-01")[0] == 2


def test_a_broken_chain_is_refused_with_exit_code_3(run) -> None:
    write(3, at=LONG_AGO)
    attack("DELETE FROM audit_event WHERE number = 2")
    code, said = run("retain", "--yes")
    assert code == 3
    assert "thiếu sự kiện số 2" in said
    assert Event.objects.count() == 2


def test_what_is_due_is_told_by_verify(run) -> None:
    write(1, at=LONG_AGO)
    assert "cũ hơn 12 tháng" in run("verify")[1]
    assert retention.overdue(NOW) == LONG_AGO
    assert retention.overdue(LONG_AGO) is None
    assert connection.vendor in ("sqlite", "postgresql")
