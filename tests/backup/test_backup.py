"""A backup holds one moment of a running installation, and a failed one costs nothing."""

import errno
import io
import json
import os
import re
import signal
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from diemcau.backup import databases, making
from diemcau.backup.archive import unpack
from diemcau.backup.making import older
from diemcau.backup.sealing import Key, read_key, unseal
from diemcau.installation import ROOT, Installation, InstallationError
from tests.backup.house import (
    NOW,
    back_up,
    bring_back,
    command,
    counts,
    elsewhere,
    environ,
    lines_of,
    python,
    writers,
)

pytestmark = pytest.mark.database

BOOKED = """
from diemcau.audit.models import Event
from diemcau.conference.models import Conference
found = Conference.objects.order_by("pk")
print(json.dumps({
    "titles": [c.title for c in found[1:]], "version": found[0].version,
    "rosters": sorted({c.roster.count() for c in found}),
    "all": Event.objects.exclude(verb__in=["backup.restored", "conference.closed"]).count(),
}))
"""


def test_a_backup_taken_while_others_write_is_the_state_of_one_moment(
    house: Installation, key: Key, tmp_path: Path
) -> None:
    with writers(house) as writing:
        made = [back_up(house, key, tmp_path / "to") for _ in range(3)]
        assert writing.poll() is None
        assert made[0].manifest.audit.count < made[2].manifest.audit.count, "nobody wrote"
    there = elsewhere(house, tmp_path / "there")
    done = bring_back(there, made[1].file, key)
    assert done is not None
    found = python(there, BOOKED)
    titles = found["titles"]
    assert len(titles) > 2
    # Each writer's conferences from the first on without a gap, the count in the first
    # conference committed with each of them, and every roster and event whole.
    for who in range(3):
        numbers = [int(t.partition(":")[2]) for t in titles if t.startswith(f"{who}:")]
        assert numbers == list(range(1, len(numbers) + 1))
    assert found["version"] == 1 + len(titles)
    assert found["rosters"] == [6]
    assert found["all"] == len(titles) + 1 == made[1].manifest.audit.count


def test_the_manifest_counts_what_comes_back(house: Installation, key: Key, tmp_path: Path) -> None:
    made = back_up(house, key, tmp_path / "to")
    assert made.manifest.counts == counts(house)
    assert made.manifest.counts["directory_site"] > 100
    assert made.manifest.head.province == "lam-dong"
    assert ("audit", "0001_initial") in made.manifest.migrations
    assert made.verified


def test_the_name_says_province_time_and_format_and_nobody_else_reads_it(
    house: Installation, key: Key, tmp_path: Path
) -> None:
    first, second = (back_up(house, key, tmp_path / "to") for _ in range(2))
    assert first.file.name == "diemcau-lam-dong-20261120T010000Z-v1.tar.gz.age"
    assert second.file.name == "diemcau-lam-dong-20261120T010000Z.2-v1.tar.gz.age"
    assert stat.S_IMODE(first.file.stat().st_mode) == 0o600
    said = subprocess.run(
        ["sha256sum", "-c", f"{first.file.name}.sha256"], cwd=first.file.parent, capture_output=True
    )
    assert said.returncode == 0
    assert not (house.data_dir / making.WORK).exists(), "the snapshot is not left in the clear"


def test_nothing_of_the_data_is_readable_without_the_key(
    house: Installation, key: Key, tmp_path: Path
) -> None:
    made = back_up(house, key, tmp_path / "to")
    data = made.file.read_bytes()
    assert data.startswith(b"age-encryption.org/v1\n")
    for word in (b"SQLite", b"PGDMP", b"lam-dong", b"head.json", house.secrets.django_key.encode()):
        assert word not in data


def test_secrets_files_and_anchors_come_along_and_the_engine_s_keys_do_not(
    house: Installation, key: Key, tmp_path: Path
) -> None:
    for name in ("uploads/2026/giấy mời.pdf", "audit/anchors.txt", "edge/pki/root.key", "log/x"):
        path = house.data_dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    old = house.secrets
    made = back_up(house, key, tmp_path / "to")
    held = {n.removeprefix("files/") for n in made.manifest.parts if n != "database"}
    assert held == {
        "uploads/2026/giấy mời.pdf",
        "audit/anchors.txt",
        "edge/pki/root.key",
        "secrets/django-key",
    }
    there = elsewhere(house, tmp_path / "there")
    bring_back(there, made.file, key)
    assert (there.data_dir / "uploads/2026/giấy mời.pdf").read_text() == "uploads/2026/giấy mời.pdf"
    new = Installation(**_fields(there)).secrets
    assert new.django_key == old.django_key
    assert new.engine_key != old.engine_key and new.engine_secret != old.engine_secret
    modes = {stat.S_IMODE(p.stat().st_mode) for p in (there.data_dir / "secrets").iterdir()}
    assert modes == {0o600}


def _fields(installation: Installation) -> dict[str, Any]:
    return {name: getattr(installation, name) for name in Installation.__dataclass_fields__}


def test_a_server_with_the_public_part_only_says_that_it_compared_the_digest(
    house: Installation, tmp_path: Path
) -> None:
    assert command(house, "backup-key", "--to", str(tmp_path / "rieng.txt")).returncode == 0
    done = command(house, "backup", "--to", str(tmp_path / "to"))
    assert done.returncode == 0, done.stderr
    assert "mã băm khớp" in done.stdout
    (made,) = older(tmp_path / "to", "lam-dong")
    private = read_key(tmp_path / "rieng.txt", house)
    with made.open("rb") as source:
        assert unseal(source, private, lambda s: unpack(s, None)).counts == counts(house)
    status = json.loads((house.data_dir / "backup.json").read_text())
    assert status["file"] == str(made) and status["sha256"] in done.stdout


def test_a_private_key_goes_nowhere_near_the_data_and_never_over_another(
    house: Installation, tmp_path: Path
) -> None:
    assert command(house, "backup-key", "--to", str(house.data_dir / "k")).returncode == 1
    to = tmp_path / "rieng.txt"
    assert command(house, "backup-key", "--to", str(to)).returncode == 0
    assert stat.S_IMODE(to.stat().st_mode) == 0o600
    first = to.read_text()
    assert command(house, "backup-key", "--to", str(to)).returncode == 1
    assert to.read_text() == first
    secret = next(line for line in first.splitlines() if line.startswith("AGE-SECRET"))
    assert secret not in "".join(
        p.read_text() for p in house.data_dir.rglob("*") if p.suffix in (".pub", ".json", ".log")
    )


def test_without_any_key_nothing_is_written(house: Installation, tmp_path: Path) -> None:
    done = command(house, "backup", "--to", str(tmp_path / "to"))
    assert done.returncode == 1
    assert "diemcau backup-key" in lines_of(done)[0]
    assert not (tmp_path / "to").exists()


def test_old_backups_are_removed_only_after_a_good_one(
    house: Installation, key: Key, tmp_path: Path
) -> None:
    to = tmp_path / "to"
    made = [back_up(house, key, to, now=NOW + timedelta(hours=h)).file for h in range(4)]
    other = to / made[0].name.replace("lam-dong", "khanh-hoa")
    other.touch()
    last = back_up(house, key, to, now=NOW + timedelta(hours=4), keep=2)
    assert older(to, "lam-dong") == [last.file, made[3]]
    assert last.removed == (made[2], made[1], made[0])
    assert other.exists()
    assert sorted(p.name for p in to.glob("*.sha256")) == sorted(
        f"{p.name}.sha256" for p in (last.file, made[3])
    )
    with pytest.raises(InstallationError):
        back_up(house, key, to, now=NOW + timedelta(hours=5), keep=1, create=_full)
    assert older(to, "lam-dong") == [last.file, made[3]]


class _Full(io.RawIOBase):
    """A file on a disk with little space left."""

    def __init__(self, file: BinaryIO, left: int) -> None:
        self._file, self._left = file, left

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._left -= len(data)
        if self._left < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self._file.write(data)

    def close(self) -> None:
        self._file.close()
        super().close()


def _full(path: Path) -> BinaryIO:
    return _Full(path.open("xb"), 1_000)  # type: ignore[return-value]


def test_a_full_disk_leaves_the_older_backup_and_says_so(
    house: Installation, key: Key, tmp_path: Path
) -> None:
    first = back_up(house, key, tmp_path / "to")
    with pytest.raises(InstallationError, match=r"Hết chỗ.*còn nguyên"):
        back_up(house, key, tmp_path / "to", create=_full, keep=1)
    names = sorted(p.name for p in (tmp_path / "to").iterdir())
    assert names == [first.file.name, f"{first.file.name}.sha256"]
    assert back_up(house, key, tmp_path / "to").verified


class _Liar(io.RawIOBase):
    """A disk that loses a bit."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._at = file, 0

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._file.fileno()

    def write(self, data: Any) -> int:
        changed = bytes(data)
        if self._at < 5_000 <= self._at + len(changed):
            spot = 4_999 - self._at
            changed = changed[:spot] + bytes([changed[spot] ^ 1]) + changed[spot + 1 :]
        self._at += len(data)
        return self._file.write(changed)

    def flush(self) -> None:
        if not self.closed:
            self._file.flush()

    def close(self) -> None:
        super().close()
        self._file.close()


def test_a_disk_that_loses_a_bit_is_found_out(
    house: Installation, key: Key, tmp_path: Path
) -> None:
    first = back_up(house, key, tmp_path / "to")
    with pytest.raises(InstallationError, match="Đọc lại"):
        back_up(
            house,
            key,
            tmp_path / "to",
            keep=1,
            create=lambda path: _Liar(path.open("xb")),  # type: ignore[arg-type, return-value]
        )
    assert older(tmp_path / "to", "lam-dong") == [first.file]


SLOW = """
import os, signal, sys
from pathlib import Path
from diemcau.backup import making
from diemcau.cli import main

class Dies:
    def __init__(self, path):
        self.file, self.left = path.open("xb"), 1_000
    def __enter__(self): return self
    def __exit__(self, *raised): self.file.close()
    def write(self, data):
        self.file.write(data); self.file.flush()
        self.left -= len(data)
        if self.left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return len(data)
    def flush(self): self.file.flush()
    def fileno(self): return self.file.fileno()

make = making.make
making.make = lambda *a, **k: make(*a, create=Dies, **k)
sys.exit(main(["backup", "--to", sys.argv[1], "--key", sys.argv[2]]))
"""


def test_a_backup_that_is_killed_leaves_the_older_one_and_the_next_one_works(
    house: Installation, key: Key, tmp_path: Path
) -> None:
    first = back_up(house, key, tmp_path / "to")
    killed = subprocess.run(
        [sys.executable, "-c", SLOW, str(tmp_path / "to"), str(tmp_path / "key.txt")],
        env=environ(house),
        cwd=ROOT,
        capture_output=True,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert list((tmp_path / "to").glob(".*.part")), "it died while it wrote"
    assert older(tmp_path / "to", "lam-dong") == [first.file]
    second = back_up(house, key, tmp_path / "to", now=NOW + timedelta(hours=1))
    assert not list((tmp_path / "to").glob(".*.part"))
    assert not (house.data_dir / making.WORK).exists()
    assert older(tmp_path / "to", "lam-dong") == [second.file, first.file]


def test_two_backups_at_once_are_one_too_many(
    house: Installation, key: Key, tmp_path: Path
) -> None:
    with (
        making.alone(house),
        pytest.raises(InstallationError, match="sao lưu khác đang chạy"),
    ):
        back_up(house, key, tmp_path / "to")


def test_a_backup_does_not_fill_the_disk_of_a_conference(
    house: Installation, key: Key, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "SPARE", 1 << 60)
    with pytest.raises(InstallationError, match="dọn đĩa"):
        back_up(house, key, tmp_path / "to")
    assert not (house.data_dir / making.WORK).exists()


def test_no_password_of_the_database_is_held_or_said(
    house: Installation, key: Key, tmp_path: Path
) -> None:
    made = back_up(house, key, tmp_path / "to")
    text = made.manifest.model_dump_json()
    assert "DATABASE_URL" not in text
    if house.database_url:
        password = re.search(r":([0-9a-f]+)@", house.database_url)
        assert password is not None and password[1] not in text
        with pytest.raises(InstallationError) as refused:
            databases.contents(
                Installation(data_dir=house.data_dir, database_url=house.database_url + "x")
            )
        assert password[1] not in str(refused.value)
