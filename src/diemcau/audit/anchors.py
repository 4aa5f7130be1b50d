"""Anchors: what the end of the chain was, kept where the database cannot reach.

Whoever may write the database could take away the newest events and set the head back, or write
the whole chain anew, and it would look whole. An anchor outside knows better. The worker notes
the end at most a second after it moved, in a file that is only ever added to and, where a syslog
server is named, there too. Nothing waits for it: a failure is logged and tried again.

One line of the file, JSON: ``{"at":"2026-11-20T01:00:00.123456Z","number":7,"hash":"…"}``.
"""

import asyncio
import contextlib
import json
import logging
import os
import re
import socket
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from django.db import close_old_connections, connections
from django.utils import timezone

from diemcau.installation import Installation

from .chain import HEAD
from .models import Head

log = logging.getLogger(__name__)

PAUSE = 1.0
"""Seconds between two looks at the head."""

LONGEST_PAUSE = 30.0
"""Seconds between two tries, at most, where the anchor cannot be written."""

SYSLOG_TIMEOUT = 5.0
LOG_AUDIT, NOTICE = 13, 5
"""Facility and severity of RFC 5424, section 6.2.1."""

STRUCTURED_ID = "diemcau@32473"
"""32473 is the enterprise number that RFC 5612 sets aside: diemcau has none of its own."""

_HASH = re.compile(r"[0-9a-f]{64}\Z")
_UNPRINTABLE = re.compile(r"[^\x21-\x7e]")


@dataclass(frozen=True)
class Anchor:
    """The end of the chain at a moment.

    Args:
        number: of the last event; as numbers have no gap, also how many there ever were.
        hash: of the last event.
        at: when it was noted.
    """

    number: int
    hash: str
    at: datetime

    def same_end(self, other: "Anchor | None") -> bool:
        """Whether both name the same event."""
        return other is not None and (self.number, self.hash) == (other.number, other.hash)


def end_of_chain() -> Anchor:
    """Return the end of the chain as the database has it now; nothing is locked."""
    head = Head.objects.get(pk=HEAD)
    return Anchor(head.number, head.hash, timezone.now())


# ---------------------------------------------------------------- the file


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def write(path: Path, anchor: Anchor) -> None:
    """Add a line to the file, and return when the disk has it. Raises OSError.

    A line that was torn by a failure stays as it is; the new one begins a line of its own.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        values = {"at": _stamp(anchor.at), "number": anchor.number, "hash": anchor.hash}
        line = ("\n" if torn else "") + json.dumps(values, separators=(",", ":")) + "\n"
        os.write(descriptor, line.encode("ascii"))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if new:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make sure that a new name in the folder survives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(path: Path, *, until: int | None = None) -> Iterator[Anchor | int]:
    """Yield the anchors of the file; a line that cannot be read as its number, counted from 1.

    Args:
        path: the file; one that does not exist holds no anchors.
        until: read only lines that begin before this byte.
    """
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        begin = 0
        for count, line in enumerate(file, start=1):
            if until is not None and begin >= until:
                return
            begin += len(line)
            found = _parse(line)
            yield count if found is None else found


def _parse(line: bytes) -> Anchor | None:
    try:
        values = json.loads(line)
        at = datetime.fromisoformat(values["at"])
        number, digest = values["number"], values["hash"]
    except (ValueError, KeyError, TypeError):
        return None
    if type(number) is not int or number < 0 or not isinstance(digest, str):
        return None
    return Anchor(number, digest, at) if _HASH.match(digest) and at.tzinfo else None


def last(path: Path) -> Anchor | None:
    """Return the newest anchor of the file, or None. Reads its end only."""
    with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - 4096))
        for line in reversed(file.read().splitlines()):
            if (found := _parse(line)) is not None:
                return found
    return None


# ---------------------------------------------------------------- syslog


def message(anchor: Anchor, *, host: str, process: int) -> bytes:
    """Return an anchor as a message of RFC 5424.

    Args:
        anchor: what to say.
        host: name of this machine.
        process: number of this process.
    """
    name = _UNPRINTABLE.sub("", host)[:255] or "-"
    header = f"<{LOG_AUDIT * 8 + NOTICE}>1 {_stamp(anchor.at)} {name} diemcau {process} anchor"
    data = f'[{STRUCTURED_ID} number="{anchor.number}" hash="{anchor.hash}"]'
    return f"{header} {data} audit chain ends at event {anchor.number}".encode("ascii")


def framed(said: bytes) -> bytes:
    """Return a message for a stream, its length before it (RFC 6587, section 3.4.1)."""
    return b"%d %s" % (len(said), said)


def send(target: str, anchor: Anchor) -> None:
    """Send an anchor to a syslog server. Raises OSError.

    Args:
        target: ``udp://host:port``, ``tcp://host:port`` or ``unix:/path`` (a datagram socket).
        anchor: what to say.
    """
    said = message(anchor, host=socket.gethostname(), process=os.getpid())
    if target.startswith("unix:"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.settimeout(SYSLOG_TIMEOUT)
            out.connect(target.removeprefix("unix:"))
            out.send(said)
        return
    parts = urlsplit(target)
    assert parts.hostname is not None and parts.port is not None  # Installation has looked
    if parts.scheme == "tcp":
        address = (parts.hostname, parts.port)
        with socket.create_connection(address, timeout=SYSLOG_TIMEOUT) as out:
            out.sendall(framed(said))
        return
    family, kind, protocol, _, where = socket.getaddrinfo(
        parts.hostname, parts.port, type=socket.SOCK_DGRAM
    )[0]
    with socket.socket(family, kind, protocol) as out:
        out.connect(where)
        out.send(said)


# ---------------------------------------------------------------- the worker's task


def follow(put: Callable[[Anchor], None], known: Anchor | None) -> Callable[[], None]:
    """Return what writes the end of the chain down if it moved since the last time.

    Args:
        put: keeps one anchor, or raises OSError.
        known: the newest one that is kept already.
    """

    def look() -> None:
        nonlocal known
        end = end_of_chain()
        if end.same_end(known) or (known is None and end.number == 0):
            return
        if known is not None and end.number <= known.number:
            log.error(
                "the audit chain went back from event %d to %d: run diemcau audit verify",
                known.number,
                end.number,
            )
        put(end)
        known = end

    return look


async def keep(
    name: str, put: Callable[[Anchor], None], known: Anchor | None, *, pause: float = PAUSE
) -> None:
    """Keep anchors for as long as the worker runs.

    Args:
        name: what the log calls the place, e.g. ``"file"``.
        put: keeps one anchor, or raises OSError.
        known: the newest one that is kept already.
        pause: seconds between two looks.
    """
    look = follow(put, known)

    def once() -> None:
        close_old_connections()
        look()

    loop, wait = asyncio.get_running_loop(), pause
    thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"anchors-{name}")
    try:
        while True:
            try:
                await loop.run_in_executor(thread, once)
                if wait > pause:
                    log.info("anchors are kept again (%s)", name)
                wait = pause
            except Exception:
                # Whatever it is: the next try may find disk, network and database well again.
                if wait == pause:
                    log.exception("an anchor was not kept (%s); it is tried again", name)
                wait = min(wait * 2, LONGEST_PAUSE)
            await asyncio.sleep(wait)
    finally:
        thread.submit(connections.close_all)
        thread.shutdown(wait=False)


def keepers(installation: Installation) -> list[Coroutine[None, None, None]]:
    """Return what keeps the anchors of an installation: in the file, and by syslog if it is set."""
    path, target = installation.anchor_file, installation.audit_syslog
    try:
        known = last(path)
    except OSError:
        known = None  # writing fails too, is logged, and is tried again
    found = [keep("file", partial(write, path), known)]
    if target is not None:
        # Sent anew at each start: nobody here knows what the other end has received.
        found.append(keep("syslog", partial(send, target), None))
    return found
