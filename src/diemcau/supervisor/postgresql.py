"""PostgreSQL's own programs, and how they are told where the database is.

Debian keeps them outside PATH, one folder for each version.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from diemcau.installation import InstallationError

DEBIAN = Path("/usr/lib/postgresql")

OPTIONS = {
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "connect_timeout": "PGCONNECT_TIMEOUT",
}
"""Option of an address → environment variable of libpq."""


def programs() -> Path | None:
    """The folder with `initdb`, `postgres` and `pg_dump` of the newest version, or None."""
    on_path = shutil.which("initdb")
    if on_path is not None:
        return Path(on_path).parent
    versions = [folder for folder in DEBIAN.glob("*/bin") if (folder / "initdb").exists()]
    return max(versions, key=lambda folder: int(folder.parent.name), default=None)


def client(name: str) -> Path:
    """One of `pg_dump`, `pg_restore`, `psql`, of the newest version that is installed.

    Raises InstallationError when there is none.
    """
    versions = [folder for folder in DEBIAN.glob("*/bin") if (folder / name).exists()]
    newest = max(versions, key=lambda folder: int(folder.parent.name), default=None)
    found = None if newest is None else newest / name
    if found is None and (on_path := shutil.which(name)):
        found = Path(on_path)
    if found is None:
        raise InstallationError(
            f"Thiếu chương trình {name}: chạy apt-get install postgresql-client. ({name} is "
            "missing: install postgresql-client.)"
        )
    return found


def major(program: Path) -> int:
    """The major version of one of PostgreSQL's programs. Raises InstallationError."""
    said = subprocess.run(
        [program, "--version"], capture_output=True, text=True, timeout=30, check=False
    ).stdout
    found = re.search(r"\) (\d+)", said)
    if found is None:
        raise InstallationError(
            f"{program} không nói phiên bản: cài lại postgresql-client. (It tells no version.)"
        )
    return int(found[1])


def libpq_environ(url: str, *, database: str | None = None) -> dict[str, str]:
    """The environment in which PostgreSQL's programs reach `url`: no password on a command line.

    Args:
        url: ``postgresql://name:password@host:port/database?sslmode=…``.
        database: another database on the same server.
    """
    parts = urlsplit(url)
    values = {
        "PGHOST": parts.hostname,
        "PGPORT": str(parts.port) if parts.port else None,
        "PGUSER": unquote(parts.username) if parts.username else None,
        "PGPASSWORD": unquote(parts.password) if parts.password else None,
        "PGDATABASE": database or name_of(url),
    }
    for option, value in parse_qsl(parts.query):
        if option == "host":
            values["PGHOST"] = value
        elif option in OPTIONS:
            values[OPTIONS[option]] = value
    known = {name: value for name, value in values.items() if value}
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"} | known


def name_of(url: str) -> str:
    """The name of the database that `url` leads to."""
    return unquote(urlsplit(url).path.lstrip("/")) or unquote(urlsplit(url).username or "")


def neighbour(name: str) -> str:
    """A database on the same server from which `name` can be renamed."""
    return "postgres" if name != "postgres" else "template1"
