"""Exports of events that leave the database: one file for each segment.

JSON Lines, compressed with gzip. The first line is the manifest: ``kind``, ``format``, ``first``,
``last``, ``count``, ``previous`` (hash before the first event) and ``hash`` (of the last). Each
further line is one event: its contents as they are hashed (see canonical) and its ``hash``. The
same events always make the same bytes.
"""

import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from . import anchors, canonical
from .models import Event
from .walk import Break, Walk

KIND = "diemcau-audit-segment"
BATCH = 1000
"""How many events are in memory at a time."""


@dataclass(frozen=True)
class Manifest:
    """The first line of an export: what it holds. See models.Segment."""

    first: int
    last: int
    count: int
    previous: str
    hash: str
    kind: str = KIND
    format: int = canonical.FORMAT

    @property
    def name(self) -> str:
        """Name of the file."""
        return f"su-kien-{self.first:012d}-{self.last:012d}.jsonl.gz"


def rows(first: int, last: int) -> Iterator[Event]:
    """Yield the events of a stretch in their order, in constant memory."""
    seen = first - 1
    while batch := list(
        Event.objects.filter(number__gt=seen, number__lte=last).order_by("number")[:BATCH]
    ):
        yield from batch
        seen = batch[-1].number


def write(folder: Path, manifest: Manifest) -> Path:
    """Write the export of a stretch; return when the disk has it whole, under its name.

    Raises OSError.
    """
    for one in (folder.parent, folder):  # the mode is only for the last part of a path
        one.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / manifest.name
    draft = folder / f".{manifest.name}.{os.getpid()}"
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as raw:
            # Neither name nor time goes into the file: the same events make the same bytes.
            with gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as file:
                file.write(canonical.encode(asdict(manifest)) + b"\n")
                for event in rows(manifest.first, manifest.last):
                    file.write(canonical.exported(event))
            raw.flush()
            os.fsync(raw.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    anchors.sync_folder(folder)
    return path


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check(path: Path) -> tuple[Manifest | None, Break | None]:
    """Read an export back: its manifest, and the first thing in it that does not hold, or None.

    Raises OSError when the file cannot be opened.
    """
    manifest = None
    try:
        with gzip.open(path, "rb") as file:
            manifest = Manifest(**json.loads(file.readline()))
            if (manifest.kind, manifest.format) != (KIND, canonical.FORMAT):
                return None, _unreadable()
            walk = Walk(manifest.first - 1, manifest.previous)
            for line in file:
                values: dict[str, Any] = json.loads(line)
                hash = values.pop("hash")
                if (broken := walk.step(values, hash)) is not None:
                    return manifest, broken
    except (EOFError, zlib.error, gzip.BadGzipFile, ValueError, KeyError, TypeError):
        return manifest, _unreadable()
    said = manifest.last, manifest.count, manifest.hash
    if (walk.number, walk.count, walk.hash) != said:
        return manifest, Break(
            walk.number + 1,
            "missing",
            f"tệp dừng ở sự kiện số {walk.number}, phải đến số {manifest.last}",
            f"the file ends at event {walk.number}, it should reach {manifest.last}",
        )
    return manifest, None


def _unreadable() -> Break:
    return Break(
        0,
        "unreadable",
        "tệp không phải bản xuất nguyên vẹn của nhật ký",
        "the file is not a whole export of the log",
    )
