"""`diemcau restore`: all is made ready aside and looked at, then it changes places at once."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import pwd
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from diemcau.installation import ROOT, Installation, InstallationError
from diemcau.supervisor import postgresql
from diemcau.supervisor.stack import lock
from diemcau.supervisor.swap import JOURNAL, Databases, Swap, begin, finish

from . import databases
from .archive import DATABASE, FILES, Head, Manifest, unpack
from .databases import Contents
from .kinds import DATABASE as DATABASE_FILE
from .kinds import KINDS
from .making import alone
from .sealing import Key, unseal

WORK = "restore-work"
FRESH = f"{WORK}/data"


@dataclass(frozen=True)
class Ready:
    """What stands ready and has not yet taken its place: shown to the person who decides."""

    manifest: Manifest
    sha256: str
    before: Contents | None
    """What the installation holds now; None when it is empty."""
    after: Contents
    voided: dict[str, int]
    open: tuple[tuple[int, str], ...]
    """Conferences in session that sites may come back to."""
    closed: tuple[tuple[int, str], ...]
    """Conferences that were planned or open at the backup's moment and must be over."""


@dataclass(frozen=True)
class Restored:
    """What was done, and where the old data is (None: there was none)."""

    ready: Ready
    aside: Path | None
    database_aside: str | None


def restore(
    installation: Installation,
    *,
    file: Path,
    key: Key,
    replace_data: bool,
    now: datetime,
    confirm: Callable[[Ready], bool],
) -> Restored | None:
    """Restore ``file``; return None when ``confirm`` says no.

    Args:
        installation: where to; it must not run.
        file: the backup.
        key: with the private key.
        replace_data: whether data that is there may be moved aside.
        now: for the names of what is moved aside.
        confirm: shown what stands ready, before anything changes.

    Raises InstallationError; the installation is then as it was.
    """
    if not key.privates:
        raise InstallationError(
            "Tệp khóa chỉ có khóa công khai: chỉ khóa riêng (AGE-SECRET-KEY-…) bằng --key. "
            "(Restoring needs the private key.)"
        )
    installation.make_folders()
    with lock(installation), alone_after_finishing(installation):
        empty = databases.is_empty(installation)
        if not empty and not replace_data:
            raise InstallationError(
                f"{installation.data_dir} đã có dữ liệu: thêm --replace để chuyển dữ liệu cũ sang "
                "một bên, hoặc đặt DIEMCAU_DATA khác. (There is data already: add --replace, which "
                "moves it aside.)"
            )
        databases.require_unused(installation)
        with _fresh_names(installation, now) as names:
            ready = _make_ready(installation, file, key, names, empty)
            if not confirm(ready):
                return None
            databases.require_unused(installation)
            _swap(installation, names)
        shutil.rmtree(installation.data_dir / WORK, ignore_errors=True)
        aside = installation.data_dir / names.aside
        database_aside = names.databases.aside if names.databases else None
        if names.databases and empty:
            databases.drop(installation.database_address or "", names.databases.aside)
            database_aside = None
        if not any(aside.iterdir()):
            aside.rmdir()
        return Restored(ready, aside if aside.exists() else None, database_aside)


@contextlib.contextmanager
def alone_after_finishing(installation: Installation) -> Iterator[None]:
    """As `making.alone`, when a restore that was cut off in its last step has been finished."""
    finish(installation)
    with alone(installation):
        yield


@dataclass
class _Names:
    """Names of this restore's folders and databases."""

    aside: str
    databases: Databases | None
    swapping: bool = False


@contextlib.contextmanager
def _fresh_names(installation: Installation, now: datetime) -> Iterator[_Names]:
    """Choose the names; clear what a restore that was killed left, and what this one leaves."""
    stamp = f"{now:%Y%m%d-%H%M%S}"
    found = None
    if installation.database_address is not None:
        live = postgresql.name_of(installation.database_address)[:40]
        found = Databases(
            live=postgresql.name_of(installation.database_address),
            fresh=f"{live}_restore_work",
            aside=f"{live}_before_{stamp.replace('-', '_')}",
        )
    names = _Names(f"before-restore-{stamp}", found)

    def clear() -> None:
        shutil.rmtree(installation.data_dir / WORK, ignore_errors=True)
        if found is not None:
            databases.drop(installation.database_address or "", found.fresh)

    clear()
    try:
        yield names
    except BaseException:
        # From the journal on it only goes forward: what stands ready is still needed.
        if not (installation.data_dir / JOURNAL).exists():
            with contextlib.suppress(InstallationError):
                clear()
        raise
    if not names.swapping:
        clear()


def _make_ready(
    installation: Installation, file: Path, key: Key, names: _Names, empty: bool
) -> Ready:
    work = installation.data_dir / WORK
    parts, fresh = work / "parts", installation.data_dir / FRESH
    for folder in (work, parts, fresh):
        folder.mkdir(mode=0o700)
    digest, manifest = _open(installation, file, key, parts)
    # With secrets and database of its own until it changes places: keys of the engine are made
    # anew there, wherever the installation's secrets are kept.
    changed = {
        "data_dir": fresh,
        "given_secrets": None,
        "database_url": installation.database_address,
        "database_url_file": None,
    }
    there = Installation(**(vars_of(installation) | changed))
    _refuse_newer(there, manifest)
    if names.databases is None:
        (parts / DATABASE).rename(fresh / DATABASE_FILE)
        held = _check_sqlite(fresh / DATABASE_FILE)
    else:
        url = installation.database_address or ""
        databases.restore_postgresql(
            url, names.databases.fresh, parts / DATABASE, manifest.head.database_version
        )
        (parts / DATABASE).unlink()
        there = replace(there, database_url=_address(url, names.databases.fresh))
        held = databases.contents(there)
    if held.counts != manifest.counts or held.audit != manifest.audit:
        raise InstallationError(
            "Số dòng sau khi phục hồi khác số ghi trong bản sao lưu: dùng bản sao lưu khác. (The "
            "restored counts differ from those in the backup: use another one.)"
        )
    for name in sorted(name for name in manifest.parts if name.startswith(FILES)):
        target = fresh / name.removeprefix(FILES)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        (parts / name).rename(target)
    _ = there.secrets  # keys of the engine are not in a backup: new ones
    origin = {
        "file": file.name,
        "sha256": digest,
        "made_at": manifest.head.made_at,
        "by": os_user(),
        "version": manifest.head.version,
        "last_event": manifest.audit.last,
    }
    settled = json.loads(_settle(there, "settle", origin))
    return Ready(
        manifest=manifest,
        sha256=digest,
        before=None if empty else databases.contents(installation),
        after=databases.contents(there),
        voided=settled["voided"],
        open=tuple((pk, title) for pk, title in settled["open"]),
        closed=tuple((pk, title) for pk, title in settled["closed"]),
    )


def vars_of(installation: Installation) -> dict[str, Any]:
    """The fields of an installation, without what it has read already."""
    names = Installation.__dataclass_fields__
    return {name: getattr(installation, name) for name in names}


def _address(url: str, database: str) -> str:
    return urlsplit(url)._replace(path=f"/{quote(database, safe='')}").geturl()


def _open(installation: Installation, file: Path, key: Key, parts: Path) -> tuple[str, Manifest]:
    def accept(head: Head) -> None:
        if head.province != installation.province:
            raise InstallationError(
                f"Bản sao lưu của tỉnh {head.province}, ở đây là {installation.province}: đặt "
                f"PROVINCE={head.province} rồi chạy lại. (The backup is of another province.)"
            )
        here = databases.kind(installation)
        if head.database != here:
            raise InstallationError(
                f"Bản sao lưu từ {_NAMES[head.database]}, ở đây dùng {_NAMES[here]}: "
                f"{_TURN[head.database]} rồi chạy lại. (The backup is of another kind of database.)"
            )

    try:
        with file.open("rb") as source:
            digest = hashlib.file_digest(source, "sha256").hexdigest()
            source.seek(0)
            free = shutil.disk_usage(parts).free
            if free < 2 * os.fstat(source.fileno()).st_size:
                raise InstallationError(
                    f"Đĩa của {installation.data_dir} chỉ còn {free // 1024**2} MB: dọn đĩa rồi "
                    "chạy lại. (Too little space to restore.)"
                )
            return digest, unseal(source, key, lambda opened: unpack(opened, parts, accept=accept))
    except OSError as error:
        raise InstallationError(
            f"Không đọc được {file} hoặc không ghi được dữ liệu ({error.strerror or error}): sửa "
            "lỗi rồi chạy lại; dữ liệu hiện có còn nguyên. (Reading or writing failed; the present "
            "data is untouched.)"
        ) from error


_NAMES = {databases.SQLITE: "SQLite", databases.POSTGRESQL: "PostgreSQL"}
_TURN = {
    databases.SQLITE: "bỏ trống DATABASE_URL",
    databases.POSTGRESQL: "đặt DATABASE_URL tới một cơ sở dữ liệu PostgreSQL",
}


def _check_sqlite(path: Path) -> Contents:
    try:
        with contextlib.closing(sqlite3.connect(path)) as database:
            return databases.check_sqlite(database)
    except sqlite3.Error as error:
        raise InstallationError(
            f"Cơ sở dữ liệu trong bản sao lưu bị hỏng ({error}): dùng bản khác. (The database in "
            "the backup is damaged: use another one.)"
        ) from error


def _refuse_newer(there: Installation, manifest: Manifest) -> None:
    """Raise InstallationError for data that a newer program has migrated."""
    try:
        _settle(there, "check", {"migrations": manifest.migrations})
    except _Newer as newer:
        raise InstallationError(
            f"Bản sao lưu do diemcau {manifest.head.version} mới hơn tạo ({newer}): cài bản đó trở "
            "lên rồi phục hồi. (The backup is of a newer diemcau: install that first.)"
        ) from None


class _Newer(Exception):
    """The first migration that this program does not know."""


def _settle(there: Installation, what: str, given: dict[str, Any]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "diemcau.backup.settle", what],
        input=json.dumps(given),
        env=there.child_environ(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 3:
        raise _Newer(json.loads(done.stdout)[0])
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        raise InstallationError(
            f"Chưa chuẩn bị được dữ liệu phục hồi: {said[-1][:300] if said else done.returncode}. "
            "Dữ liệu hiện có còn nguyên. (Preparing the restored data failed; nothing changed.)"
        )
    return done.stdout.strip().splitlines()[-1]


def _swap(installation: Installation, names: _Names) -> None:
    data = installation.data_dir
    fresh = data / FRESH
    if names.databases is None and installation.database_path.exists():
        # What the write-ahead log still holds goes into the old file before it moves.
        with (
            contextlib.suppress(sqlite3.Error),
            contextlib.closing(sqlite3.connect(installation.database_path)) as old,
        ):
            old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    take = sorted(
        path.name for path in fresh.iterdir() if _is_held(path) and path.name != DATABASE_FILE
    )
    if (fresh / DATABASE_FILE).exists():
        take.append(DATABASE_FILE)
    old_journals = [f"{DATABASE_FILE}-wal", f"{DATABASE_FILE}-shm"]
    drop = [path.name for path in sorted(data.iterdir()) if _is_held(path)]
    names.swapping = True
    begin(
        installation,
        Swap(
            fresh=FRESH,
            aside=names.aside,
            take=tuple(take),
            drop=(*(n for n in drop if n not in take), *old_journals),
            databases=names.databases,
        ),
    )


def _is_held(path: Path) -> bool:
    """Whether a backup holds what this entry of a data folder is, or what lies in it."""
    return any(kind.held and path.name == kind.where.partition("/")[0] for kind in KINDS)


def os_user() -> str:
    """Who runs this, as the machine knows: through sudo, whoever called it."""
    uid = int(os.environ.get("SUDO_UID") or os.getuid())
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
