"""What an installation stores in its data folder, and which of it a backup holds. One table.

A file that no row names fails a test: whoever stores something new says here what a backup does.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase
from pathlib import Path


class Way(Enum):
    """How a backup treats a kind."""

    BEFORE = "copied before the database: it may not be ahead of it"
    SNAPSHOT = "one moment of the database, taken by the database itself"
    AFTER = "copied after the database: it holds every file that a row names"
    NO = "not held"


@dataclass(frozen=True)
class Kind:
    """One stored kind.

    Args:
        where: below the data folder; a folder ends with "/", "*" stands for any characters.
        way: what a backup does with it.
        why: the reason, for people.
    """

    where: str
    way: Way
    why: str

    @property
    def held(self) -> bool:
        """Whether a backup holds it."""
        return self.way is not Way.NO

    def covers(self, path: str) -> bool:
        """Whether ``path``, relative to the data folder, is of this kind."""
        if self.where.endswith("/"):
            return fnmatchcase(path, f"{self.where}*")
        return fnmatchcase(path, self.where)


DATABASE = "diemcau.sqlite3"

KINDS = (
    Kind(DATABASE, Way.SNAPSHOT, "everything that people did; on PostgreSQL the database there"),
    Kind(f"{DATABASE}-*", Way.NO, "the database's own journal: the snapshot contains it"),
    Kind("secrets/engine-key", Way.NO, "made anew: tokens given before a restore open no room"),
    Kind("secrets/engine-secret", Way.NO, "made anew, as the engine's key"),
    Kind("secrets/.*", Way.NO, "a secret while it is written"),
    Kind("secrets/", Way.AFTER, "opens second factors, verifies signatures: useless if made anew"),
    Kind("edge/locks/", Way.NO, "who renews a certificate at this moment"),
    Kind("edge/", Way.AFTER, "the root certificate that the sites' machines trust"),
    Kind("backup.pub", Way.AFTER, "for whom backups are sealed; no secret"),
    Kind("audit/", Way.BEFORE, "anchors and exports of the events: never ahead of the events"),
    Kind("anchors/", Way.BEFORE, "as audit/"),
    Kind("exports/", Way.BEFORE, "as audit/"),
    Kind("uploads/", Way.AFTER, "documents that people handed in"),
    Kind("documents/", Way.AFTER, "documents that the system wrote"),
    Kind("log/", Way.NO, "for the search for faults, not a record"),
    Kind("run/", Way.NO, "rendered settings, lock and process numbers: made at each start"),
    Kind("loops/", Way.NO, "pictures of the drill: encoded again"),
    Kind("first-links.txt", Way.NO, "one-time links: a restore voids them"),
    Kind("invitation.txt", Way.NO, "a one-time link: a restore voids it"),
    Kind("link.txt", Way.NO, "one-time links: a restore voids them"),
    Kind("bench.json", Way.NO, "a measurement of this machine"),
    Kind("backup/", Way.NO, "the backups themselves"),
    Kind("backup-work/", Way.NO, "the snapshot while it is packed"),
    Kind("backup.json", Way.NO, "when the last backup was made"),
    Kind("restore-work/", Way.NO, "a restore in progress"),
    Kind("before-restore-*/", Way.NO, "what a restore moved aside"),
    Kind("swap.json", Way.NO, "a restore in its last step"),
)
"""The first row that covers a path counts."""


def kind_of(path: str) -> Kind | None:
    """Return the row that covers ``path`` (relative to the data folder), None when none does."""
    return next((kind for kind in KINDS if kind.covers(path)), None)


def files(data_dir: Path, way: Way) -> Iterator[str]:
    """Yield the files that a backup treats in this ``way``, relative to the data folder, sorted.

    A folder of the data folder may be a link to another disk; a link further down is not followed.
    """
    for name in sorted(_all_files(data_dir)):
        kind = kind_of(name)
        if kind is not None and kind.way is way:
            yield name


def _all_files(data_dir: Path) -> Iterator[str]:
    for top in data_dir.iterdir():
        if not top.is_dir():
            yield top.name
        elif any(kind.held and kind.where.startswith(f"{top.name}/") for kind in KINDS):
            for folder, _, names in os.walk(top):
                for path in (Path(folder) / name for name in names):
                    if path.is_file() and not path.is_symlink():
                        yield path.relative_to(data_dir).as_posix()
