"""Log lines of the processes that run Django."""

from __future__ import annotations

from typing import Any

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
        _process, log_format=installation.log_format, secrets=lambda: logs.held(installation)
    )
