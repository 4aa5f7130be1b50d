"""Which database an installation uses: the embedded one, or what DATABASE_URL names."""

from typing import Any
from urllib.parse import urlsplit

import dj_database_url

from diemcau.installation import Installation, InstallationError

PATIENCE = 5
"""Seconds to wait for a lock. Below the 8 s for which a page waits: a command that it gave up is
not done later."""

CONNECT_TIMEOUT = 5
"""Seconds to wait for a PostgreSQL server."""


def database(installation: Installation) -> dict[str, Any]:
    """Return Django's settings of the database.

    Raises InstallationError for an address that is none of PostgreSQL.
    """
    address = installation.database_address
    return _embedded(installation) if address is None else _server(address)


def _embedded(installation: Installation) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": installation.database_path,
        "OPTIONS": {
            # Every transaction takes the write lock at its start: two commands on one
            # conference then run one after the other instead of failing half-way.
            "transaction_mode": "IMMEDIATE",
            "timeout": PATIENCE,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
            ),
        },
        "CONN_MAX_AGE": None,
    }


def _server(url: str) -> dict[str, Any]:
    try:
        scheme, port = urlsplit(url).scheme, urlsplit(url).port
    except ValueError:
        scheme, port = "", None
    if scheme not in ("postgres", "postgresql") or port == 0:
        # The address holds a password: it is not repeated.
        raise InstallationError(
            "DATABASE_URL không dùng được: ghi như postgresql://ten:matkhau@may:5432/diemcau. "
            "(DATABASE_URL must name a PostgreSQL database.)"
        )
    found: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=600))
    found["CONN_HEALTH_CHECKS"] = True
    options = found.setdefault("OPTIONS", {})
    options.setdefault("connect_timeout", CONNECT_TIMEOUT)
    options.setdefault("options", f"-c lock_timeout={PATIENCE}s -c timezone=UTC")
    return found
