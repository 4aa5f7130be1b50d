"""Log lines of the processes that run Django."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote, urlsplit

from diemcau.installation import Installation
from diemcau.telemetry import logs

_process = "diemcau"


def this_process_is(name: str) -> None:
    """Say the name that stands in each line; before Django is set up."""
    global _process
    _process = name


def settings(installation: Installation) -> dict[str, Any]:
    """Return Django's LOGGING."""
    logs.catch_the_rest()
    return logs.settings(
        _process, log_format=installation.log_format, secrets=lambda: held(installation)
    )


def held(installation: Installation) -> Iterable[str]:
    """The secrets that these processes hold: hidden wherever they would stand in a line."""
    secrets = installation.secrets
    found = [secrets.django_key, secrets.engine_secret]
    if installation.database_address is not None:
        password = urlsplit(installation.database_address).password or ""
        found += [password, unquote(password)]
    return found
