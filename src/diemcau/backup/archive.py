"""What lies inside the seal: a tar with a head, the database, files, and a manifest at the end.

The head comes first, so that a file that is too new is refused before anything of it is used;
the manifest last, when every part has passed and its SHA-256 is known.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import tarfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from pydantic import BaseModel, ConfigDict, ValidationError

from diemcau.installation import InstallationError

from .kinds import kind_of

FORMAT = 1
"""Grows when an older program could no longer read a backup rightly."""

LEVEL = 1
"""Of compression: the database shrinks to a fifth, and the processor is free for a conference."""

BLOCK = 1 << 20
HEAD, DATABASE, FILES, MANIFEST = "head.json", "database", "files/", "manifest.json"


class Head(BaseModel):
    """What a backup is of. A newer format keeps these first two names."""

    model_config = ConfigDict(extra="ignore")

    format: int
    version: str
    province: str
    made_at: str
    database: str
    database_version: str
    settings: dict[str, str]


class AuditHead(BaseModel):
    """How far the events go."""

    last: int
    """Number of the last event."""
    count: int
    hash: str = ""
    """Of the last event, where events are chained."""


class Manifest(BaseModel):
    """What a backup holds: proof for whoever restores it."""

    model_config = ConfigDict(extra="ignore")

    head: Head
    migrations: list[tuple[str, str]]
    counts: dict[str, int]
    audit: AuditHead
    parts: dict[str, tuple[int, str]]
    """Name → length and SHA-256."""


class _Counted(io.RawIOBase):
    """Reads at most so many bytes, and takes their SHA-256."""

    def __init__(self, file: BinaryIO, length: int) -> None:
        self._file, self._left = file, length
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        self.digest.update(data)
        return data


def pack(
    to: BinaryIO,
    *,
    database: Path,
    files: Iterable[tuple[str, Path]],
    manifest: Manifest,
) -> Manifest:
    """Write the archive; return the manifest with the digests of all parts.

    A file that grows meanwhile is held with the length that it had; one that has gone is left out.
    """
    parts: dict[str, tuple[int, str]] = {}
    with (
        gzip.GzipFile(fileobj=to, mode="wb", compresslevel=LEVEL, mtime=0) as squeezed,
        tarfile.open(fileobj=squeezed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
    ):
        _add_text(tar, HEAD, manifest.head.model_dump_json())
        _add_file(tar, DATABASE, database, parts)
        for name, path in files:
            _add_file(tar, FILES + name, path, parts)
        whole = manifest.model_copy(update={"parts": parts})
        _add_text(tar, MANIFEST, whole.model_dump_json())
    return whole


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    data = text.encode()
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    tar.addfile(entry, io.BytesIO(data))


def _add_file(
    tar: tarfile.TarFile, name: str, path: Path, parts: dict[str, tuple[int, str]]
) -> None:
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        entry = tarfile.TarInfo(name)
        entry.size = os.fstat(file.fileno()).st_size
        counted = _Counted(file, entry.size)
        tar.addfile(entry, counted)
        parts[name] = (entry.size, counted.digest.hexdigest())


def unpack(
    source: BinaryIO, into: Path | None, *, accept: Callable[[Head], None] = lambda head: None
) -> Manifest:
    """Read an archive to its end, compare every part with the manifest, and return that.

    Args:
        source: the archive.
        into: an empty folder for the parts; None only compares.
        accept: called with the head before anything else is read; raises to refuse.

    Raises InstallationError.
    """
    try:
        with (
            gzip.GzipFile(fileobj=source, mode="rb") as squeezed,
            tarfile.open(fileobj=squeezed, mode="r|") as tar,
        ):
            return _unpack(tar, into, accept)
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, ValidationError) as error:
        raise InstallationError(
            "Bên trong không phải bản sao lưu của diemcau: chọn tệp khác. (What is inside is no "
            "backup of diemcau: choose another file.)"
        ) from error


def _unpack(tar: tarfile.TarFile, into: Path | None, accept: Callable[[Head], None]) -> Manifest:
    found: dict[str, tuple[int, str]] = {}
    head: Head | None = None
    for entry in tar:
        if head is None:
            head = _read_head(tar, entry)
            accept(head)
        elif entry.name == MANIFEST:
            manifest = Manifest.model_validate_json(_read(tar, entry))
            if manifest.parts != found or manifest.head != head or DATABASE not in found:
                raise tarfile.ReadError("parts differ")
            return manifest
        else:
            found[entry.name] = _take(tar, entry, into)
    raise tarfile.ReadError("no manifest")


def _read(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(entry)
    if file is None or entry.size > 64 * BLOCK:
        raise tarfile.ReadError(entry.name)
    return file.read()


def _read_head(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> Head:
    if entry.name != HEAD:
        raise tarfile.ReadError("no head")
    text = _read(tar, entry)
    known = _Versions.model_validate_json(text)
    if known.format > FORMAT:
        raise InstallationError(
            f"Bản sao lưu do diemcau {known.version} tạo, bản đang cài chưa đọc được: cài diemcau "
            f"{known.version} trở lên. (The backup is of a newer diemcau: install that first.)"
        )
    return Head.model_validate_json(text)


class _Versions(BaseModel):
    model_config = ConfigDict(extra="ignore")

    format: int
    version: str


def _take(tar: tarfile.TarFile, entry: tarfile.TarInfo, into: Path | None) -> tuple[int, str]:
    """Write one part below ``into``. The name is checked: nothing is written elsewhere."""
    file = tar.extractfile(entry) if entry.isreg() else None
    if file is None or not _is_ours(entry.name):
        raise tarfile.ReadError(entry.name)
    digest = hashlib.sha256()
    target = None
    if into is not None:
        path = into / entry.name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        target = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    try:
        while data := file.read(BLOCK):
            digest.update(data)
            if target is not None:
                target.write(data)
        if target is not None:
            target.flush()
            os.fsync(target.fileno())
    finally:
        if target is not None:
            target.close()
    return entry.size, digest.hexdigest()


def _is_ours(name: str) -> bool:
    if name == DATABASE:
        return True
    path = PurePosixPath(name)
    if not name.startswith(FILES) or ".." in path.parts or path.as_posix() != name:
        return False
    kind = kind_of(name.removeprefix(FILES))
    return kind is not None and kind.held
