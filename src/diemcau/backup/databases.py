"""One moment of the database, while others write, and a new database from it."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from diemcau.installation import Installation, InstallationError
from diemcau.supervisor import postgresql

from .archive import AuditHead

SQLITE, POSTGRESQL = "sqlite", "postgresql"
PATIENCE = 30.0
"""Seconds to wait for a lock: nobody sits in front of a backup."""


@dataclass(frozen=True)
class Contents:
    """What a database holds at one moment."""

    version: str
    migrations: tuple[tuple[str, str], ...]
    counts: dict[str, int]
    audit: AuditHead


def kind(installation: Installation) -> str:
    """Which kind of database the installation uses."""
    return SQLITE if installation.database_address is None else POSTGRESQL


def is_empty(installation: Installation) -> bool:
    """Whether the database has no table. Raises InstallationError when it cannot be asked."""
    if installation.database_address is None:
        if not installation.database_path.exists():
            return True
        with contextlib.closing(_open(installation.database_path)) as database:
            return not _sqlite_tables(database)
    with _connect(installation.database_address) as connection:
        return not _postgresql_tables(connection)


def size(installation: Installation) -> int:
    """Bytes that a snapshot may take at most, as far as can be known before."""
    if installation.database_address is None:
        path = installation.database_path
        parts = (path, path.with_name(f"{path.name}-wal"))
        return sum(part.stat().st_size for part in parts if part.exists())
    with _connect(installation.database_address) as connection:
        found = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    return int(found[0]) if found else 0


def contents(installation: Installation) -> Contents:
    """What the database of the installation holds now. Raises InstallationError."""
    if installation.database_address is None:
        with contextlib.closing(_open(installation.database_path)) as database:
            return _sqlite_contents(database)
    with _connect(installation.database_address) as connection:
        return _postgresql_contents(connection)


def snapshot(installation: Installation, to: Path) -> Contents:
    """Write one moment of the database to ``to``, a file that does not exist yet.

    Writers go on meanwhile: SQLite's readers do not stop them with its write-ahead log, and
    PostgreSQL's dump reads the snapshot in which the rows were counted.

    Raises InstallationError.
    """
    if installation.database_address is None:
        return _sqlite_snapshot(installation.database_path, to)
    return _postgresql_snapshot(installation.database_address, to)


# -------------------------------------------------------------------- SQLite


def _open(path: Path) -> sqlite3.Connection:
    if not path.exists():
        raise InstallationError(
            f"Chưa có cơ sở dữ liệu {path}: chạy diemcau up một lần, hoặc đặt đúng DIEMCAU_DATA. "
            "(There is no database yet.)"
        )
    return sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=PATIENCE)


def _sqlite_snapshot(path: Path, to: Path) -> Contents:
    try:
        with (
            contextlib.closing(_open(path)) as source,
            contextlib.closing(sqlite3.connect(to)) as copy,
        ):
            to.chmod(0o600)
            # All pages in one step, which is one read transaction: with several, every commit in
            # between would begin the copy anew.
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
            return check_sqlite(copy)
    except sqlite3.Error as error:
        raise InstallationError(
            f"Không chép được cơ sở dữ liệu ({error}): xem đĩa còn chỗ không, rồi chạy lại. "
            "(The database cannot be copied.)"
        ) from error


def check_sqlite(database: sqlite3.Connection) -> Contents:
    """What is in it. Raises InstallationError for a damaged database."""
    found = database.execute("PRAGMA quick_check(1)").fetchone()
    if found != ("ok",):
        raise InstallationError(
            f"Cơ sở dữ liệu bị hỏng ({found[0]}): giữ các bản sao lưu cũ và gọi người hỗ trợ. "
            "(The database is damaged: keep the older backups.)"
        )
    return _sqlite_contents(database)


def _sqlite_tables(database: sqlite3.Connection) -> list[str]:
    found = database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' "
        "ESCAPE '\\' ORDER BY name"
    )
    return [str(name) for (name,) in found]


def _sqlite_contents(database: sqlite3.Connection) -> Contents:
    def quoted(name: str) -> str:
        return '"' + name.replace('"', '""') + '"'

    return _contents(
        lambda words: database.execute(words).fetchall(),
        lambda words, table: database.execute(words.format(quoted(table))).fetchone()[0],
        _sqlite_tables(database),
        sqlite3.sqlite_version,
    )


# ---------------------------------------------------------------- PostgreSQL


@contextlib.contextmanager
def _connect(url: str, *, database: str | None = None) -> Iterator[psycopg.Connection[Any]]:
    try:
        name = database or postgresql.name_of(url)
        with psycopg.connect(url, autocommit=True, connect_timeout=10, dbname=name) as connection:
            yield connection
    except psycopg.OperationalError as error:
        words = str(error).strip().splitlines()
        raise InstallationError(
            f"Không dùng được máy chủ PostgreSQL ({words[-1][:200] if words else '?'}): xem "
            "DATABASE_URL và máy chủ. (The PostgreSQL server cannot be used.)"
        ) from error


def _postgresql_tables(connection: psycopg.Connection[Any]) -> list[str]:
    found = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
    )
    return [str(name) for (name,) in found]


def _postgresql_contents(connection: psycopg.Connection[Any]) -> Contents:
    def one(words: str, table: str) -> Any:
        query = sql.SQL(words).format(sql.Identifier("public", table))
        found = connection.execute(query).fetchone()
        assert found is not None
        return found[0]

    return _contents(
        lambda words: connection.execute(words).fetchall(),
        one,
        _postgresql_tables(connection),
        str(_server_major(connection)),
    )


def _server_major(connection: psycopg.Connection[Any]) -> int:
    return connection.info.server_version // 10000


def _postgresql_snapshot(url: str, to: Path) -> Contents:
    dump = postgresql.client("pg_dump")
    with _connect(url) as connection:
        server, have = _server_major(connection), postgresql.major(dump)
        if have < server:
            raise InstallationError(
                f"pg_dump {have} cũ hơn máy chủ PostgreSQL {server}: chạy apt-get install "
                f"postgresql-client-{server}. (pg_dump is older than the server.)"
            )
        with connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            found = connection.execute("SELECT pg_export_snapshot()").fetchone()
            assert found is not None
            run(
                dump,
                # The archive is compressed as a whole.
                *("--format=custom", "--compress=0", "--no-owner", "--no-privileges"),
                *("--schema=public", f"--snapshot={found[0]}", f"--file={to}"),
                url=url,
                what="sao lưu",
            )
            to.chmod(0o600)
            return _postgresql_contents(connection)


def run(program: Path, *words: str, url: str, what: str, database: str | None = None) -> None:
    """Run one of PostgreSQL's programs. Raises InstallationError with what it said."""
    done = subprocess.run(
        [program, *words],
        env=postgresql.libpq_environ(url, database=database),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        raise InstallationError(
            f"{program.name} chưa {what} được: {said[0][:300] if said else done.returncode}. Sửa "
            f"lỗi này rồi chạy lại. ({program.name} failed: mend this, then try again.)"
        )


def restore_postgresql(url: str, fresh: str, dump: Path, made_on: str) -> None:
    """Make the database ``fresh`` beside the one of ``url`` and fill it. Raises InstallationError.

    Args:
        url: address of the database in use.
        fresh: name of the new one.
        dump: what `snapshot` wrote.
        made_on: version of the server from which it was taken.
    """
    live = postgresql.name_of(url)
    program = postgresql.client("pg_restore")
    with _connect(url) as connection:
        found = connection.execute(
            "SELECT pg_encoding_to_char(encoding), datcollate, datctype FROM pg_database "
            "WHERE datname = %s",
            [live],
        ).fetchone()
        server = _server_major(connection)
    assert found is not None
    least = min(server, postgresql.major(program))
    if int(made_on) > least:
        raise InstallationError(
            f"Bản sao lưu lấy từ PostgreSQL {made_on}, ở đây là {least}: cài PostgreSQL {made_on} "
            "trở lên. (The backup was taken from a newer PostgreSQL.)"
        )
    encoding, collate, ctype = found
    with _connect(url, database=postgresql.neighbour(live)) as connection:
        try:
            connection.execute(
                sql.SQL(
                    "CREATE DATABASE {} TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}"
                ).format(sql.Identifier(fresh), *map(sql.Literal, (encoding, collate, ctype)))
            )
        except psycopg.errors.InsufficientPrivilege as error:
            raise InstallationError(
                "Người dùng PostgreSQL chưa được tạo cơ sở dữ liệu: chạy ALTER ROLE … CREATEDB "
                "bằng người quản trị PostgreSQL. (The role lacks CREATEDB.)"
            ) from error
    run(
        program,
        # The schema "public" is there; the dump would make it again.
        *("--no-owner", "--no-privileges", "--clean", "--if-exists", "--exit-on-error"),
        *("--single-transaction", f"--dbname={fresh}", str(dump)),
        url=url,
        what="phục hồi",
        database=fresh,
    )


def require_unused(installation: Installation) -> None:
    """Raise InstallationError while something else is connected to the PostgreSQL database.

    The lock of the data folder knows only of this machine.
    """
    if installation.database_address is None:
        return
    with _connect(installation.database_address) as connection:
        found = connection.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()
    if found is not None and found[0]:
        raise InstallationError(
            f"Còn {found[0]} kết nối tới cơ sở dữ liệu: dừng diemcau trên mọi máy rồi chạy lại. "
            "(The database is in use: stop diemcau on every machine.)"
        )


def drop(url: str, name: str) -> None:
    """Drop another database on the server of ``url``, if it is there."""
    live = postgresql.name_of(url)
    with _connect(url, database=postgresql.neighbour(live)) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


# ---------------------------------------------------------------------- both


def _contents(
    rows: Callable[[str], Sequence[Any]],
    one: Callable[[str, str], Any],
    tables: Sequence[str],
    version: str,
) -> Contents:
    migrations: Sequence[Any] = ()
    audit = AuditHead(last=0, count=0)
    counts = {table: int(one("SELECT count(*) FROM {}", table)) for table in tables}
    if "django_migrations" in counts:
        migrations = rows("SELECT app, name FROM django_migrations ORDER BY app, name")
    if "audit_event" in counts:
        last = one("SELECT coalesce(max(id), 0) FROM {}", "audit_event")
        audit = AuditHead(last=int(last), count=counts["audit_event"])
        if "audit_head" in counts:
            for number, digest in rows("SELECT number, hash FROM audit_head"):  # one row, or none
                audit = AuditHead(last=int(number), count=audit.count, hash=str(digest))
    return Contents(version, tuple((str(a), str(n)) for a, n in migrations), counts, audit)
