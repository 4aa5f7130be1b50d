"""`diemcau backup`: one sealed file of a running installation."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import io
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO

from diemcau.installation import Installation, InstallationError
from diemcau.supervisor.engine import write_private
from diemcau.supervisor.swap import JOURNAL, sync

from . import databases
from .archive import FORMAT, Head, Manifest, pack, unpack
from .kinds import Way, files, kind_of
from .sealing import Key, seal, unseal

WORK = "backup-work"
STATUS = "backup.json"
SPARE = 256 * 1024**2
"""Bytes that stay free beside the snapshot: a backup never fills the disk of a conference."""

STAMP = "%Y%m%dT%H%M%SZ"
SUFFIX = ".tar.gz.age"

Opener = Callable[[Path], BinaryIO]


@dataclass(frozen=True)
class Made:
    """A finished backup."""

    file: Path
    sha256: str
    size: int
    verified: bool
    """Opened with the private key and compared part by part; else read back by its digest."""
    manifest: Manifest
    removed: tuple[Path, ...]


def name_of(province: str, now: datetime, taken: Callable[[str], bool]) -> str:
    """File name with province, time (UTC) and format version."""
    stem = f"diemcau-{province}-{now.astimezone(UTC):{STAMP}}"
    number, name = 1, f"{stem}-v{FORMAT}{SUFFIX}"
    while taken(name):
        number += 1
        name = f"{stem}.{number}-v{FORMAT}{SUFFIX}"
    return name


def older(folder: Path, province: str) -> list[Path]:
    """The finished backups of a province in ``folder``, the newest first."""
    named = re.compile(
        rf"diemcau-{re.escape(province)}-(\d{{8}}T\d{{6}}Z)(?:\.(\d+))?-v\d+{re.escape(SUFFIX)}"
    )
    found = [(m[1], int(m[2] or 1), p) for p in folder.iterdir() if (m := named.fullmatch(p.name))]
    return [path for _, _, path in sorted(found, reverse=True)]


def _create(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def make(
    installation: Installation,
    *,
    key: Key,
    folder: Path,
    now: datetime,
    keep: int | None = None,
    create: Opener = _create,
) -> Made:
    """Make a backup while everything runs, look at it again, and remove older ones.

    Args:
        installation: of which.
        key: for whom it is sealed.
        folder: where it goes, made if missing.
        now: for its name.
        keep: how many of this province stay in ``folder``; None: all.
        create: opens the new file.

    Raises InstallationError; an older backup is then untouched.
    """
    with alone(installation):
        return _make(installation, key, folder, now, keep, create)


def _make(
    installation: Installation,
    key: Key,
    folder: Path,
    now: datetime,
    keep: int | None,
    create: Opener,
) -> Made:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for cut_off in folder.glob(f".diemcau-{installation.province}-*.part"):
            cut_off.unlink()  # of a backup that was killed: only one is made at a time
    except OSError as error:
        raise InstallationError(
            f"Không ghi được vào {folder} ({error.strerror}): cấp quyền ghi, hoặc chọn --to khác. "
            "(The folder for backups cannot be written.)"
        ) from error
    name = name_of(installation.province, now, lambda n: (folder / n).exists())
    draft = folder / f".{name}.part"
    try:
        manifest, digest, size = _write(installation, key, draft, now, create)
        verified = _look_again(draft, key, digest, manifest)
        draft.rename(folder / name)
        sync(folder)
        (folder / f"{name}.sha256").write_text(f"{digest}  {name}\n", "ascii")
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise InstallationError(
                f"Hết chỗ khi ghi vào {folder}: các bản sao lưu cũ còn nguyên; dọn đĩa hoặc chọn "
                "--to khác rồi chạy lại. (No space left; the older backups are untouched.)"
            ) from error
        why = f"{error.strerror or error}, {error.filename or folder}"
        raise InstallationError(
            f"Chưa ghi được bản sao lưu ({why}): các bản cũ còn nguyên; sửa lỗi rồi chạy lại. "
            "(The backup could not be written; the older ones are untouched.)"
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    removed = _remove_older(folder, installation.province, keep)
    made = Made(folder / name, digest, size, verified, manifest, removed)
    write_private(installation.data_dir / STATUS, json.dumps(_status(made, now)) + "\n")
    return made


def _status(made: Made, now: datetime) -> dict[str, Any]:
    return {
        "at": now.isoformat(),
        "file": str(made.file),
        "sha256": made.sha256,
        "bytes": made.size,
        "opened": made.verified,
        "events": made.manifest.audit.count,
    }


def _write(
    installation: Installation, key: Key, draft: Path, now: datetime, create: Opener
) -> tuple[Manifest, str, int]:
    data = installation.data_dir
    work = data / WORK
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(mode=0o700)
    try:
        # Anchors first: they may lag behind the events, never run ahead of them. They only grow,
        # so their length now is their state now.
        before = [
            (name, _copied(data / name, work / "before" / name)) for name in files(data, Way.BEFORE)
        ]
        _require_space(installation, work)
        snapshot = work / "database"
        contents = databases.snapshot(installation, snapshot)
        after = [(name, data / name) for name in files(data, Way.AFTER)]
        after += _secrets_elsewhere(installation)
        manifest = Manifest(
            head=Head(
                format=FORMAT,
                version=version("diemcau"),
                province=installation.province,
                made_at=now.isoformat(timespec="seconds"),
                database=databases.kind(installation),
                database_version=contents.version,
                settings=_settings(installation),
            ),
            migrations=list(contents.migrations),
            counts=contents.counts,
            audit=contents.audit,
            parts={},
        )
        with create(draft) as file:
            hashed = _Hashed(file)
            whole = seal(
                lambda to: pack(to, database=snapshot, files=[*before, *after], manifest=manifest),
                hashed,  # type: ignore[arg-type]
                key,
            )
            file.flush()
            os.fsync(file.fileno())
        return whole, hashed.digest.hexdigest(), hashed.size
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _secrets_elsewhere(installation: Installation) -> list[tuple[str, Path]]:
    """The secrets that lie outside the data folder, under the names that they have within it."""
    folder = installation.secrets_dir
    if folder == installation.data_dir / "secrets":
        return []
    named = ((f"secrets/{path.name}", path) for path in sorted(folder.iterdir()))
    return [(n, p) for n, p in named if p.is_file() and (kind := kind_of(n)) and kind.held]


def _settings(installation: Installation) -> dict[str, str]:
    """What to set on another machine: everything but the password of the database."""
    known = installation.environ()
    return {n: v for n, v in known.items() if n not in ("DATABASE_URL", "DIEMCAU_DATA")}


def _copied(path: Path, to: Path) -> Path:
    to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):  # gone meanwhile
        shutil.copyfile(path, to)
    return to


def _require_space(installation: Installation, work: Path) -> None:
    """Refuse when the snapshot could fill the disk on which the installation works."""
    needed = SPARE + databases.size(installation)
    free = shutil.disk_usage(work).free
    if free < needed:
        raise InstallationError(
            f"Đĩa của {installation.data_dir} chỉ còn {free // 1024**2} MB, sao lưu cần "
            f"{needed // 1024**2} MB: dọn đĩa rồi chạy lại. (Too little space for the snapshot.)"
        )


class _Hashed(io.RawIOBase):
    """Writes through and takes length and SHA-256."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._file.write(data)
        self.digest.update(data)
        self.size += len(data)
        return len(data)


def _look_again(draft: Path, key: Key, digest: str, manifest: Manifest) -> bool:
    """Read the file back: opened with the private key where it is there, else by its digest."""
    with draft.open("rb") as file:
        # What the disk has, not what memory still holds of it.
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        if hashlib.file_digest(file, "sha256").hexdigest() != digest:
            raise InstallationError(
                "Đọc lại bản sao lưu thấy khác lúc ghi: kiểm tra đĩa, chọn --to khác. (The backup "
                "reads differently from what was written: examine the disk.)"
            )
        if not key.privates:
            return False
        file.seek(0)
        if unseal(file, key, lambda source: unpack(source, None)) != manifest:
            raise InstallationError(
                "Mở lại bản sao lưu thấy khác lúc ghi: chạy lại. (The backup holds something else "
                "than was written: try again.)"
            )
        return True


def _remove_older(folder: Path, province: str, keep: int | None) -> tuple[Path, ...]:
    """Remove all but the newest ``keep``: called only when the newest was found good."""
    if keep is None:
        return ()
    removed = tuple(older(folder, province)[max(1, keep) :])
    for path in removed:
        path.unlink()
        path.with_name(f"{path.name}.sha256").unlink(missing_ok=True)
    return removed


@contextlib.contextmanager
def alone(installation: Installation) -> Iterator[None]:
    """One backup at a time, and none while a restore is in its last step."""
    installation.make_folders()
    descriptor = os.open(
        installation.run_dir / "backup.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
    )
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InstallationError(
                "Một lần sao lưu khác đang chạy: đợi nó xong. (Another backup is being made.)"
            ) from None
        if (installation.data_dir / JOURNAL).exists():
            raise InstallationError(
                "Lần phục hồi trước chưa xong: chạy diemcau up để hoàn tất. (A restore is not "
                "finished: start the installation first.)"
            )
        yield
    finally:
        os.close(descriptor)
