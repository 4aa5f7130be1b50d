"""Fresh data takes the place of old data: all of it, also when the machine dies meanwhile.

What is to be done stands in a journal before the first step. From then on it only goes forward:
whoever holds the installation next finishes it. Every step may be done twice.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

from diemcau.installation import Installation, InstallationError
from diemcau.supervisor import postgresql
from diemcau.supervisor.engine import write_private

JOURNAL = "swap.json"


@dataclass(frozen=True)
class Databases:
    """Databases on the PostgreSQL server: `fresh` becomes `live`, which becomes `aside`."""

    live: str
    fresh: str
    aside: str


@dataclass(frozen=True)
class Swap:
    """What changes its place in a data folder.

    Args:
        fresh: folder below it with the new entries.
        aside: folder below it for the old ones.
        take: entries that come in.
        drop: entries that go without anything in their place.
        databases: on PostgreSQL, what is renamed there.
    """

    fresh: str
    aside: str
    take: tuple[str, ...]
    drop: tuple[str, ...]
    databases: Databases | None = None


def begin(installation: Installation, swap: Swap) -> None:
    """Write the journal, then do it all. The caller holds the installation's lock."""
    path = installation.data_dir / JOURNAL
    write_private(path, json.dumps(asdict(swap)))
    with path.open("rb") as file:
        os.fsync(file.fileno())
    sync(installation.data_dir)
    finish(installation)


def finish(installation: Installation) -> bool:
    """Do what the journal says, if there is one; return whether there was.

    The caller holds the installation's lock. Raises InstallationError when it cannot be done.
    """
    path = installation.data_dir / JOURNAL
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return False
    databases = found.pop("databases")
    swap = Swap(**found, databases=Databases(**databases) if databases else None)
    try:
        if swap.databases is not None:
            _rename(installation, swap.databases)
        _move(installation.data_dir, swap)
        path.unlink()
        sync(installation.data_dir)
    except OSError as error:
        raise InstallationError(
            f"Chưa đổi xong dữ liệu phục hồi ({error.strerror}): sửa lỗi rồi chạy lại diemcau up. "
            "(The restored data is not in place yet: mend this and start again.)"
        ) from error
    return True


def _move(data: Path, swap: Swap) -> None:
    aside, fresh = data / swap.aside, data / swap.fresh
    aside.mkdir(mode=0o700, exist_ok=True)
    for name in swap.drop:
        if (data / name).exists() and not (aside / name).exists():
            (data / name).rename(aside / name)
    for name in swap.take:
        if not (fresh / name).exists():
            continue  # in its place already
        if (data / name).exists():
            (data / name).rename(_free(aside / name))
        (fresh / name).rename(data / name)
    sync(aside)
    sync(data)


def _free(path: Path) -> Path:
    """`path`, or beside it: something was made anew between two tries."""
    tried = path
    while tried.exists():
        tried = tried.with_name(f"{tried.name}~")
    return tried


# Both names change in one transaction; \gexec runs what the query says and nothing if it is done.
_RENAME = r"""
BEGIN;
SELECT format('ALTER DATABASE %I RENAME TO %I', :'live', :'aside')
WHERE EXISTS (SELECT FROM pg_database WHERE datname = :'fresh')
  AND EXISTS (SELECT FROM pg_database WHERE datname = :'live') \gexec
SELECT format('ALTER DATABASE %I RENAME TO %I', :'fresh', :'live')
WHERE EXISTS (SELECT FROM pg_database WHERE datname = :'fresh') \gexec
COMMIT;
"""


def _rename(installation: Installation, databases: Databases) -> None:
    url = installation.database_address or ""
    done = subprocess.run(
        [
            *(postgresql.client("psql"), "--no-psqlrc", "--quiet", "-v", "ON_ERROR_STOP=1"),
            *(f"--set={name}={value}" for name, value in asdict(databases).items()),
        ],
        input=_RENAME,
        env=postgresql.libpq_environ(url, database=postgresql.neighbour(databases.live)),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        words = done.stderr.strip().splitlines()
        raise InstallationError(
            f"Chưa đổi được tên cơ sở dữ liệu {databases.live}: "
            f"{words[0][:200] if words else done.returncode}. Ngắt mọi kết nối tới nó rồi chạy lại "
            "diemcau up. (Close every connection to the database, then start again.)"
        )


def sync(folder: Path) -> None:
    """Make what was renamed in `folder` survive a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
