"""A PostgreSQL server for the tests: a user of its own, a free port, a data folder that goes away.

Durability is switched off: what the tests prove is what the server promises while it runs.
"""

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from diemcau.supervisor import ports, postgresql

START_LIMIT = 30.0
USER = "postgres"


@contextmanager
def server() -> Iterator[str]:
    """Start a server and yield the address of an empty database; end it afterwards."""
    programs = postgresql.programs()
    assert programs is not None, "PostgreSQL is missing: make test installs it"
    folder = Path(tempfile.mkdtemp(prefix="diemcau-postgresql-"))
    # PostgreSQL refuses to run as root; Debian's package brings a user.
    as_user: list[str] = []
    if os.geteuid() == 0:
        owner = pwd.getpwnam(USER)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        as_user = ["setpriv", "--reuid", USER, "--regid", USER, "--clear-groups", "--"]
    password = secrets.token_hex(16)
    secret = folder / "password"
    secret.write_text(password)
    secret.chmod(0o644)
    data, log = folder / "data", folder / "log"
    port = ports.free_ports()["port"]
    environ = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}

    def run(*words: str) -> None:
        command = [*as_user, str(programs / words[0]), *words[1:]]
        done = subprocess.run(command, env=environ, cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, f"{words[0]}: {done.stdout}{done.stderr}"

    started = False
    try:
        run(
            *("initdb", "--pgdata", str(data), "--username", "diemcau", "--encoding", "UTF8"),
            *("--locale", "C.UTF-8", "--auth", "scram-sha-256", "--pwfile", str(secret)),
            "--no-sync",
        )
        secret.unlink()
        options = (
            f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} "
            "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=80"
        )
        begun = time.monotonic()
        run(
            *("pg_ctl", "--pgdata", str(data), "--log", str(log), "--wait"),
            *("--timeout", str(int(START_LIMIT)), "--options", options, "start"),
        )
        started = True
        assert time.monotonic() - begun < START_LIMIT
        yield f"postgresql://diemcau:{password}@127.0.0.1:{port}/postgres"
    finally:
        if started:
            run("pg_ctl", "--pgdata", str(data), "--mode", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def database(server: str) -> str:
    """Make an empty database of its own on a server and return its address."""
    name = f"own_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return f"{server.rpartition('/')[0]}/{name}"


def of_this_run() -> str | None:
    """An empty database for an installation of its own, where the run is on PostgreSQL."""
    server = os.environ.get("DATABASE_URL")
    return database(server) if server else None
