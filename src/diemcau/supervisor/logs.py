"""One log file per process, shortened in place before it fills the disk."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

LIMIT = 10 * 1024 * 1024
"""Bytes of one log before it is turned over; the turned one is kept beside it as `.1`."""


def open_log(path: Path) -> int:
    """Open a log for a child process to append to; mode 0600. Returns a file descriptor."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


def turn_over(path: Path, limit: int = LIMIT) -> bool:
    """Copy a log longer than `limit` bytes to `.1` and empty it; True if that was done.

    The process keeps its descriptor: it appends, so it goes on at the start of the emptied file.
    """
    if not path.exists() or path.stat().st_size <= limit:
        return False
    older = path.with_name(path.name + ".1")
    shutil.copyfile(path, older)
    older.chmod(0o600)
    os.truncate(path, 0)
    return True


def last_line(path: Path) -> str:
    """The last words of the last 16 KiB, or an empty string.

    Of a JSON line its message, and the last words of its exception.
    """
    if not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 16384))
        lines = file.read().decode("utf-8", "replace").splitlines()
    return words_of(next((line.strip() for line in reversed(lines) if line.strip()), ""))


def words_of(line: str) -> str:
    """The words of a line: of a JSON one its message, and the last words of its exception."""
    if not line.startswith("{"):
        return line
    try:
        found = json.loads(line)
        exception = str(found.get("exception", "")).strip().rpartition("\n")[2]
        return " ".join(filter(None, (str(found["message"]), exception)))
    except (ValueError, KeyError):
        return line
