"""Where Debian keeps PostgreSQL's own programs: outside PATH, one folder for each version."""

from __future__ import annotations

import shutil
from pathlib import Path

DEBIAN = Path("/usr/lib/postgresql")


def programs() -> Path | None:
    """The folder with `initdb`, `postgres` and `pg_dump` of the newest version, or None."""
    on_path = shutil.which("initdb")
    if on_path is not None:
        return Path(on_path).parent
    versions = [folder for folder in DEBIAN.glob("*/bin") if (folder / "initdb").exists()]
    return max(versions, key=lambda folder: int(folder.parent.name), default=None)
