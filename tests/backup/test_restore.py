"""A restore gives back all or changes nothing, and no way in from before it works after it."""

import gzip
import io
import json
import shutil
import signal
import subprocess
import sys
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from diemcau.backup import restoring
from diemcau.backup.sealing import Key, make_key, read_key, seal, unseal
from diemcau.installation import ROOT, Installation, InstallationError
from diemcau.supervisor import swap
from diemcau.supervisor.stack import lock
from tests.backup.house import (
    MEETING,
    PEOPLE,
    WAYS_IN,
    back_up,
    bring_back,
    command,
    counts,
    databases_like,
    elsewhere,
    environ,
    key_in,
    lines_of,
    new_database,
    python,
)
from tests.conftest import ON_POSTGRESQL

pytestmark = pytest.mark.database


def test_after_a_restore_passwords_work_and_old_sessions_and_links_do_not(
    house: Installation, key: Key, tmp_path: Path
) -> None:
    before = json.dumps(python(house, PEOPLE))
    usual = python(house, WAYS_IN, before)
    assert (usual["old_session"], usual["link"], usual["password"]) == (200, "works", True)
    made = back_up(house, key, tmp_path / "to")
    there = elsewhere(house, tmp_path / "there")
    done = bring_back(there, made.file, key)
    assert done is not None and done.ready.voided["accounts.SignInLink"] == 1
    assert python(there, WAYS_IN, before) == {
        "old_session": 401,
        "sessions": 0,
        "link": "link_withdrawn",
        "password": True,
        "new_session": 200,
    }


STATES = """
from diemcau.audit.models import Event
from diemcau.conference.models import Conference, Seat
event = Event.objects.get(verb="backup.restored")
print(json.dumps({
    "states": {c.title: c.state for c in Conference.objects.all()},
    "reasons": {c.title: c.close_reason for c in Conference.objects.all()},
    "seats": sorted(set(Seat.objects.values_list("state", "connected"))),
    "event": event.after, "who": event.actor_name, "object": event.object,
    "closed": Event.objects.filter(verb="conference.closed").count(),
}))
"""


def test_a_meeting_of_this_morning_stays_open_and_one_of_last_week_is_closed(
    house: Installation, key: Key, tmp_path: Path
) -> None:
    live = python(house, MEETING, "1", "Sáng nay", "live")
    old = python(house, MEETING, "170", "Tuần trước", "live")
    python(house, MEETING, "13", "Chưa khai mạc")
    made = back_up(house, key, tmp_path / "to")
    there = elsewhere(house, tmp_path / "there")
    done = bring_back(there, made.file, key)
    assert done is not None
    assert done.ready.open == ((live, "Sáng nay"),)
    assert {title for _, title in done.ready.closed} == {"Tuần trước", "Chưa khai mạc"}
    found = python(there, STATES)
    assert found["states"] == {
        "Sáng nay": "live",
        "Tuần trước": "closed",
        "Chưa khai mạc": "closed",
    }
    assert "phục hồi" in found["reasons"]["Tuần trước"]
    # No device has its place: each asks for it again, with a token of the new keys.
    assert found["seats"] == [["left", False]]
    event = found["event"]
    assert (event["by"], event["sha256"]) == (restoring.os_user(), made.sha256)
    assert (event["file"], found["who"]) == (made.file.name, "Hệ thống")
    assert old in event["closed"] and event["voided"]["conference.Seat"] == 12
    assert event["last_event"] == made.manifest.audit.last
    assert found["closed"] == 2


def test_the_command_shows_counts_before_and_after_and_where_the_old_data_is(
    house: Installation, key: Key, tmp_path: Path
) -> None:
    python(house, MEETING, "170", "Tuần trước", "live")
    made = back_up(house, key, tmp_path / "to")
    python(house, MEETING, "1", "Sáng nay")
    words = ("restore", str(made.file), "--key", str(tmp_path / "key.txt"))
    asked = command(house, *words, "--replace")
    assert asked.returncode == 1 and "--yes" in lines_of(asked)[0]
    assert counts(house)["conference_conference"] == 2, "nothing was changed"
    done = command(house, *words, "--replace", "--yes")
    assert done.returncode == 0, done.stderr
    assert counts(house)["conference_conference"] == 1
    row = next(r for r in done.stdout.splitlines() if r.startswith("conference_conference "))
    assert row.split()[1:] == ["2", "1", "1"]
    assert "Đã qua, đóng lại (over, closed): 1 Tuần trước" in done.stdout
    assert "Dữ liệu cũ ở" in done.stdout or "Cơ sở dữ liệu cũ" in done.stdout


def aside_of(installation: Installation, done: restoring.Restored) -> Installation:
    """The old data, as an installation to look into."""
    assert done.aside is not None
    url = installation.database_url
    if url is not None:
        assert done.database_aside is not None
        url = url.rpartition("/")[0] + f"/{done.database_aside}"
    return replace(installation, data_dir=done.aside, database_url=url)


def test_the_old_data_is_moved_aside_whole(house: Installation, key: Key, tmp_path: Path) -> None:
    made = back_up(house, key, tmp_path / "to")
    python(house, MEETING, "1", "Sáng nay")
    (house.data_dir / "uploads").mkdir()
    (house.data_dir / "uploads" / "a.pdf").write_text("cũ")
    old, keys = counts(house), house.secrets
    with pytest.raises(InstallationError, match="--replace"):
        bring_back(house, made.file, key)
    done = bring_back(house, made.file, key, replace_data=True)
    assert done is not None
    assert counts(aside_of(house, done)) == old
    assert (done.aside / "uploads" / "a.pdf").read_text() == "cũ"  # type: ignore[operator]
    assert not (house.data_dir / "uploads").exists(), "the backup held none"
    assert (done.aside / "secrets" / "engine-key").read_text().strip() == keys.engine_key  # type: ignore[operator]
    assert counts(house)["conference_conference"] == 0


def test_a_running_installation_is_not_restored(
    house: Installation, key: Key, tmp_path: Path
) -> None:
    made = back_up(house, key, tmp_path / "to")
    with lock(house), pytest.raises(InstallationError, match="đang chạy"):
        bring_back(house, made.file, key, replace_data=True)


# ------------------------------------------------------------------- refusals


def resealed(made: Path, key: Key, to: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The backup with other contents, properly sealed: what a mistaken program could write."""

    def take(source: Any) -> dict[str, bytes]:
        with gzip.open(source) as plain, tarfile.open(fileobj=plain, mode="r|") as tar:
            return {e.name: tar.extractfile(e).read() for e in tar}  # type: ignore[union-attr]

    with made.open("rb") as source:
        parts = unseal(source, key, take)
    change(parts)

    def pack(inner: Any) -> None:
        with gzip.open(inner, "wb") as plain, tarfile.open(fileobj=plain, mode="w|") as tar:
            for name, data in parts.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(data)
                tar.addfile(entry, io.BytesIO(data))

    with to.open("wb") as file:
        seal(pack, file, key)
    return to


def edit(parts: dict[str, bytes], change: Callable[[dict[str, Any]], None]) -> None:
    """Change the head, and the same in the manifest."""
    head, manifest = json.loads(parts["head.json"]), json.loads(parts["manifest.json"])
    change(head)
    change(manifest["head"])
    parts["head.json"], parts["manifest.json"] = (json.dumps(x).encode() for x in (head, manifest))


def newer_format(parts: dict[str, bytes]) -> None:
    parts["head.json"] = b'{"format": 2, "version": "9.0", "new": {}}'


def newer_migrations(parts: dict[str, bytes]) -> None:
    manifest = json.loads(parts["manifest.json"])
    manifest["migrations"].append(["audit", "0099_of_the_future"])
    parts["manifest.json"] = json.dumps(manifest).encode()


def other_province(parts: dict[str, bytes]) -> None:
    edit(parts, lambda head: head.update(province="khanh-hoa"))


def other_database(parts: dict[str, bytes]) -> None:
    edit(parts, lambda h: h.update(database="sqlite" if ON_POSTGRESQL else "postgresql"))


def fewer_rows(parts: dict[str, bytes]) -> None:
    manifest = json.loads(parts["manifest.json"])
    manifest["counts"]["directory_site"] += 1
    parts["manifest.json"] = json.dumps(manifest).encode()


def outside(parts: dict[str, bytes]) -> None:
    manifest = parts.pop("manifest.json")
    parts["files/uploads/../../../escaped"] = b"x"
    parts["manifest.json"] = manifest


def not_held(parts: dict[str, bytes]) -> None:
    manifest = parts.pop("manifest.json")
    parts["files/run/lock"] = b"x"
    parts["manifest.json"] = manifest


def no_database(parts: dict[str, bytes]) -> None:
    parts.pop("database")


def other_bytes(parts: dict[str, bytes]) -> None:
    parts["database"] = parts["database"][:-1] + b"?"


REFUSED: dict[Callable[[dict[str, bytes]], None], str] = {
    newer_format: "cài diemcau 9.0 trở lên",
    newer_migrations: "mới hơn tạo .audit.0099_of_the_future.: cài bản đó",
    other_province: "đặt PROVINCE=khanh-hoa",
    other_database: "DATABASE_URL",
    fewer_rows: "dùng bản sao lưu khác",
    outside: "chọn tệp khác",
    not_held: "chọn tệp khác",
    no_database: "chọn tệp khác",
    other_bytes: "chọn tệp khác",
}


@pytest.mark.parametrize("change", REFUSED, ids=lambda change: change.__name__)
def test_what_does_not_fit_is_refused_and_nothing_is_half_restored(
    house: Installation, key: Key, tmp_path: Path, change: Callable[[dict[str, bytes]], None]
) -> None:
    made = back_up(house, key, tmp_path / "to")
    wrong = resealed(made.file, key, tmp_path / "wrong.age", change)
    python(house, MEETING, "1", "Sáng nay")
    before = state_of(house)
    with pytest.raises(InstallationError, match=REFUSED[change]) as refused:
        bring_back(house, wrong, key, replace_data=True)
    assert "\n" not in str(refused.value)
    assert state_of(house) == before
    assert not (tmp_path / "escaped").exists()


def state_of(installation: Installation) -> tuple[Any, ...]:
    """All that a refused restore must leave alone."""
    files = {
        p.relative_to(installation.data_dir).as_posix(): p.read_bytes()
        for p in installation.data_dir.rglob("*")
        if p.is_file() and not p.name.endswith(("-wal", "-shm", ".lock", "lock"))
    }
    url = installation.database_url
    return counts(installation), files, databases_like(url) if url else None


def test_a_cut_changed_or_foreign_file_changes_nothing(
    house: Installation, key: Key, tmp_path: Path
) -> None:
    made = back_up(house, key, tmp_path / "to")
    whole = made.file.read_bytes()
    before = state_of(house)
    wrong = tmp_path / "wrong.age"
    for data in (whole[:-100], whole[:9000] + b"?" + whole[9001:], b"", b"PK\x03\x04" * 100):
        wrong.write_bytes(data)
        with pytest.raises(InstallationError, match=r"lấy bản sao khác|chọn tệp khác"):
            bring_back(house, wrong, key, replace_data=True)
    with pytest.raises(InstallationError, match="không mở được"):
        (tmp_path / "b").mkdir()
        bring_back(house, made.file, key_in(tmp_path / "b", house), replace_data=True)
    with pytest.raises(InstallationError, match="Không đọc được"):
        bring_back(house, tmp_path / "khong-co", key, replace_data=True)
    (tmp_path / "pub").write_text(make_key()[1])
    with pytest.raises(InstallationError, match="khóa công khai"):
        bring_back(house, made.file, read_key(tmp_path / "pub", house), replace_data=True)
    assert state_of(house) == before


def test_who_says_no_keeps_what_there_is(house: Installation, key: Key, tmp_path: Path) -> None:
    made = back_up(house, key, tmp_path / "to")
    before = state_of(house)
    said = bring_back(house, made.file, key, replace_data=True, confirm=lambda ready: False)
    assert said is None
    assert state_of(house) == before


def test_an_older_backup_is_migrated_forward(house: Installation, key: Key, tmp_path: Path) -> None:
    back = "from django.core.management import call_command\n"
    back += "call_command('migrate', 'conference', 'zero', verbosity=0)"
    python(house, back)
    made = back_up(house, key, tmp_path / "to")
    assert "conference_conference" not in made.manifest.counts
    there = elsewhere(house, tmp_path / "there")
    bring_back(there, made.file, key)
    assert counts(there)["conference_conference"] == 0


# ---------------------------------------------------------------------- kill -9

KILLED = """
import os, signal, sys
from pathlib import Path
from diemcau.cli import main
from diemcau.supervisor import swap

left = int(sys.argv[1])
def step(*given):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)

def dying(what):
    def done(self, *given, **more):
        if (data / swap.JOURNAL).exists():
            step()
        return what(self, *given, **more)
    return done

data = Path(os.environ["DIEMCAU_DATA"])
Path.rename = dying(Path.rename)
Path.unlink = dying(Path.unlink)
rename = swap._rename
def both(*given):
    step()
    rename(*given)
    step()
swap._rename = both
sys.exit(main(["restore", *sys.argv[2:]]))
"""


def test_a_restore_that_is_killed_in_its_last_step_is_finished_by_the_next_start(
    house: Installation, key: Key, tmp_path: Path
) -> None:
    python(house, MEETING, "1", "Cũ")
    made = back_up(house, key, tmp_path / "to")
    cuts = 0
    while True:
        there = replace(
            house,
            data_dir=tmp_path / f"there-{cuts}",
            database_url=new_database(house.database_url),
        )
        there.make_folders()
        if there.database_url is None:
            shutil.copy(house.database_path, there.database_path)
        _ = there.secrets
        python(there, MEETING, "1", "Mới")
        done = subprocess.run(
            [
                *(sys.executable, "-c", KILLED, str(cuts), str(made.file)),
                *("--key", str(tmp_path / "key.txt"), "--yes", "--replace"),
            ],
            env=environ(there),
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
        with pytest.raises(InstallationError, match="chưa xong"):
            back_up(there, key, tmp_path / "to")
        with lock(there):
            assert swap.finish(there)
            assert not swap.finish(there)
        assert python(there, STATES)["states"] == {"Cũ": "joining"}
        (aside,) = there.data_dir.glob("before-restore-*")
        assert (aside / "secrets" / "django-key").exists()
        assert (there.data_dir / "secrets" / "engine-key").exists()
        # And a backup of it works as any other.
        assert back_up(there, key, tmp_path / "to").manifest.counts["conference_conference"] == 1
        cuts += 1
    assert cuts >= 4


KILLED_EARLY = """
import os, signal, sys
from diemcau.backup import restoring
from diemcau.cli import main
settle = restoring._settle
def dying(there, what, given):
    if what == sys.argv[1]:
        os.kill(os.getpid(), signal.SIGKILL)
    return settle(there, what, given)
restoring._settle = dying
sys.exit(main(["restore", *sys.argv[2:]]))
"""


@pytest.mark.parametrize("at", ["check", "settle"])
def test_a_restore_that_is_killed_before_changes_nothing_and_the_next_one_works(
    house: Installation, key: Key, tmp_path: Path, at: str
) -> None:
    made = back_up(house, key, tmp_path / "to")
    python(house, MEETING, "1", "Mới")
    before = counts(house)
    done = subprocess.run(
        [
            *(sys.executable, "-c", KILLED_EARLY, at, str(made.file)),
            *("--key", str(tmp_path / "key.txt"), "--yes", "--replace"),
        ],
        env=environ(house),
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert counts(house) == before
    assert not (house.data_dir / swap.JOURNAL).exists()
    assert bring_back(house, made.file, key, replace_data=True) is not None
    assert counts(house)["conference_conference"] == 0
    assert not (house.data_dir / restoring.WORK).exists()
    if house.database_url:
        assert not [n for n in databases_like(house.database_url) if n.endswith("_restore_work")]


def test_a_database_that_somebody_on_another_machine_uses_is_not_replaced(
    house: Installation, key: Key, tmp_path: Path
) -> None:
    made = back_up(house, key, tmp_path / "to")
    if house.database_url is None:  # one file on one machine: whoever uses it holds the lock
        with lock(house), pytest.raises(InstallationError, match="đang chạy"):
            bring_back(house, made.file, key, replace_data=True)
        return
    with psycopg.connect(house.database_url), pytest.raises(InstallationError, match="kết nối"):
        bring_back(house, made.file, key, replace_data=True)
