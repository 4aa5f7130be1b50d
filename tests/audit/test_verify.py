"""What an attacker does in the database shows: each way has a test, on both databases."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from diemcau.audit import anchors, canonical, command, segments, verify
from diemcau.audit.models import Event
from tests.audit import guards
from tests.audit.test_chain import INSERTED
from tests.audit.writing import anchor, attack, check, end, roll_back, write
from tests.conference.cast import NOW


def told(report: verify.Report) -> tuple[int, str] | None:
    """Number and code of the first broken link."""
    return report.broken and (report.broken.number, report.broken.code)


def test_an_empty_and_a_whole_chain_are_intact(db: None, tmp_path: Path) -> None:
    assert check(tmp_path).intact
    write(5)
    anchor(tmp_path / "anchors.log")
    report = check(tmp_path)
    assert report.intact
    assert (report.events, report.first, report.last, report.anchors) == (5, 1, 5, 1)
    assert report.warnings == []


CHANGES = {
    "actor_name": "Hob",
    "address": "10.0.0.8",
    "object": "xa-da-tex",
    "at": "2026-11-20 01:00:03.000001+00:00",
    "verb": "floor.takeN",
    "refused": True,
    "version": 1,
    "conference_id": 4,
    "request": "yc-2",
    "after": '{"a": 5}',
    "before": None,
    "held": '["auditor@"]',
    "reason_vi": "x",
    "command_id": "6f1c1c1e000040008000000000000001",
    "hash": "0" * 64,
    "previous": "0" * 64,
    "search": "hob",
}


@pytest.mark.requirement("KH-5.4", "HUE-6.5a")
@pytest.mark.parametrize("column", CHANGES)
def test_one_changed_value_in_a_row_shows(db: None, tmp_path: Path, column: str) -> None:
    write(6)
    attack(f"UPDATE audit_event SET {column} = %s WHERE number = 4", CHANGES[column])
    report = check(tmp_path)
    assert told(report) == (4, "changed")
    assert "số 4" in report.broken.vi
    assert not report.intact


def test_one_changed_byte_that_looks_the_same_shows(db: None, tmp_path: Path) -> None:
    event = write(3)[1]
    attack("UPDATE audit_event SET actor_name = %s WHERE number = 2", "Đạ")
    attack("UPDATE audit_event SET search = %s WHERE number = 2", "x")
    event.refresh_from_db()
    with guards.off():
        # As it would be had it been written like that, but for one letter's form.
        event.hash = canonical.digest(event)
        event.search = canonical.searched(event)
        event.save()
        Event.objects.filter(number=3).update(previous=event.hash)
        last = Event.objects.get(number=3)
        Event.objects.filter(number=3).update(hash=canonical.digest(last))
        connection.cursor().execute(
            "UPDATE audit_head SET hash = %s", [Event.objects.get(number=3).hash]
        )
    assert check(tmp_path).intact
    attack("UPDATE audit_event SET actor_name = %s WHERE number = 2", "D\u0323\u0111a\u0323")
    assert told(check(tmp_path)) == (2, "changed")


def test_one_deleted_row_shows(db: None, tmp_path: Path) -> None:
    write(6)
    attack("DELETE FROM audit_event WHERE number = 3")
    assert told(check(tmp_path)) == (3, "missing")
    attack("DELETE FROM audit_event WHERE number = 4")
    report = check(tmp_path)
    assert told(report) == (3, "missing")
    assert "3–4" in report.broken.vi


def test_the_deleted_beginning_shows(db: None, tmp_path: Path) -> None:
    write(4)
    attack("DELETE FROM audit_event WHERE number <= 2")
    assert told(check(tmp_path)) == (1, "missing")


def test_the_deleted_last_row_shows(db: None, tmp_path: Path) -> None:
    write(6)
    attack("DELETE FROM audit_event WHERE number = 6")
    assert told(check(tmp_path)) == (6, "tail")


def test_everything_deleted_shows(db: None, tmp_path: Path) -> None:
    write(2)
    attack("DELETE FROM audit_event")
    assert told(check(tmp_path)) == (1, "tail")


def test_last_row_and_head_rolled_back_are_found_by_the_anchor(db: None, tmp_path: Path) -> None:
    write(6)
    anchor(tmp_path / "anchors.log")
    roll_back(5)
    report = check(tmp_path)
    assert report.broken is None, "the database alone cannot know"
    assert (report.contradicted.number, report.contradicted.code) == (6, "anchor_tail")
    assert not report.intact


def test_without_an_anchor_it_says_so_plainly(db: None, tmp_path: Path) -> None:
    write(6)
    roll_back(5)
    report = check(tmp_path)
    assert report.intact
    assert report.warnings[0][0].startswith("Chưa có mốc nào ngoài cơ sở dữ liệu")


def test_a_tail_that_was_written_anew_contradicts_the_anchor(db: None, tmp_path: Path) -> None:
    write(6)
    anchor(tmp_path / "anchors.log")
    roll_back(3)
    write(9)
    report = check(tmp_path)
    assert report.broken is None
    assert (report.contradicted.number, report.contradicted.code) == (6, "anchor")


def test_a_rewritten_row_with_a_hash_that_fits_breaks_the_next_one(
    db: None, tmp_path: Path
) -> None:
    event = write(6)[3]
    with guards.off():
        event.actor_name = "Quân"
        event.hash, event.search = canonical.digest(event), canonical.searched(event)
        event.save()
    assert told(check(tmp_path)) == (5, "predecessor")


def test_a_rewritten_last_row_contradicts_the_head(db: None, tmp_path: Path) -> None:
    event = write(6)[5]
    with guards.off():
        event.actor_name = "Quân"
        event.hash, event.search = canonical.digest(event), canonical.searched(event)
        event.save()
    assert told(check(tmp_path)) == (6, "head")


@pytest.mark.parametrize("number", [-3, 0, 9])
def test_a_row_that_was_put_in_shows(db: None, tmp_path: Path, number: int) -> None:
    event = write(6)[5]
    event.pk, event.number = None, number
    with guards.off():
        event.save(force_insert=True)
    assert told(check(tmp_path))[1] == ("beyond_head" if number > 6 else "extra")


def test_a_head_that_is_gone_or_runs_ahead_shows(db: None, tmp_path: Path) -> None:
    write(3)
    attack("UPDATE audit_head SET number = 5")
    assert told(check(tmp_path)) == (4, "tail")
    attack("DELETE FROM audit_head")
    assert told(check(tmp_path)) == (0, "no_head")


def test_a_segment_that_nobody_sealed_shows(db: None, tmp_path: Path) -> None:
    write(9)
    with connection.cursor() as cursor:
        cursor.execute(INSERTED.format("", 2, 2))
        cursor.execute("DELETE FROM audit_event WHERE number <= 2")
    assert told(check(tmp_path)) == (1, "segment")


def test_a_guard_that_is_gone_is_named(db: None, tmp_path: Path) -> None:
    write(1)
    anchor(tmp_path / "anchors.log")
    with guards.off():
        report = check(tmp_path)
        assert report.intact
        assert "thiếu chốt chặn" in report.warnings[0][0]
        assert "audit_event_no_delete" in report.warnings[0][0]
    assert check(tmp_path).warnings == []


def test_events_after_the_newest_anchor_are_counted(db: None, tmp_path: Path) -> None:
    write(2)
    anchor(tmp_path / "anchors.log")
    write(3)
    assert check(tmp_path).warnings[0][0].startswith("3 sự kiện cuối chưa có mốc")


def test_a_torn_line_of_the_anchor_file_is_named_and_the_others_count(
    db: None, tmp_path: Path
) -> None:
    path = tmp_path / "anchors.log"
    write(1)
    anchor(path)
    path.write_bytes(path.read_bytes() + b'{"at":"2026-11-2')
    write(1)
    anchor(path)
    report = check(tmp_path)
    assert (report.anchors, report.anchored.number, report.intact) == (2, 2, True)
    assert [vi for vi, _ in report.warnings] == ["Dòng 2 của tệp mốc không đọc được."]


def test_the_walk_takes_the_chain_in_batches(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "BATCH", 4)
    monkeypatch.setattr(verify, "ANCHORS", 3)
    for _ in range(11):
        write(1)
        anchor(tmp_path / "anchors.log")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        report = check(tmp_path)
    assert (report.events, report.anchors, report.intact) == (11, 11, True)
    walked = [q for q in asked.captured_queries if "LIMIT 4" in q["sql"]]
    assert len(walked) == 4, "three batches and the look that finds no more"
    attack("UPDATE audit_event SET verb = 'x' WHERE number = 9")
    assert told(check(tmp_path)) == (9, "changed")


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


def test_the_command_says_that_all_is_well_and_exits_with_0(run) -> None:
    write(3)
    anchors.write(settings.INSTALLATION.anchor_file, anchors.end_of_chain())
    code, said = run("verify")
    assert code == 0
    assert "✓ Chuỗi nhật ký nguyên vẹn." in said
    assert "!" not in said


def test_the_command_names_the_broken_link_and_exits_with_3(run) -> None:
    write(3)
    attack("DELETE FROM audit_event WHERE number = 2")
    code, said = run("verify")
    assert code == 3
    assert "✗ Số 2: thiếu sự kiện số 2." in said
    code, said = run("verify", "--json")
    found = json.loads(said)
    assert code == 3
    assert found["broken"]["number"] == 2
    assert found["broken"]["code"] == "missing"
    assert found["intact"] is False


def test_the_command_exits_with_1_where_it_cannot_look_and_with_2_for_wrong_words(run) -> None:
    assert run("verify", "--segment", "/khong/co.jsonl.gz")[0] == 1
    with pytest.raises(SystemExit) as left:
        run("verify", "--sai")
    assert left.value.code == 2


def test_the_report_can_be_read_by_a_program(run) -> None:
    write(2)
    anchors.write(settings.INSTALLATION.anchor_file, anchors.end_of_chain())
    code, said = run("verify", "--json")
    found = json.loads(said)
    assert code == 0
    assert found["anchored"]["number"] == 2
    assert (found["events"], found["last"], end()[0]) == (2, 2, 2)
    assert found["warnings"] == []
    assert NOW.tzinfo
