"""Alive and ready: what a supervisor, a load balancer and a monitoring system ask for.

``/health`` says that the process answers, and touches nothing else: a database that is gone is no
reason to start a web process again. ``/ready`` looks at each part that a conference needs.
"""

import http.client
import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from diemcau.installation import LOOPBACK
from diemcau.web.who import address

log = logging.getLogger(__name__)

PATIENCE = 2.0
"""Seconds for all parts together."""

KEPT = 1.0
"""Seconds for which an answer is given again: a storm of questions costs one look a second."""


class Unready(Exception):
    """A part does not serve; the message is the reason, without any secret."""


@dataclass(frozen=True)
class Part:
    """One part that a conference needs, and whether it serves."""

    name: str
    ok: bool
    reason: str = ""


Check = Callable[[], None]
"""Returns when the part serves; raises when not."""


class Readiness:
    """Asks every part at once, each in a thread of its own, and keeps the answer for a moment.

    A part that does not answer keeps its thread; it is not asked again meanwhile.

    Args:
        checks: name of each part and how to ask it.
        patience: seconds for all.
        kept: seconds for which an answer is given again.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        checks: dict[str, Check],
        *,
        patience: float = PATIENCE,
        kept: float = KEPT,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._checks = checks
        self._patience = patience
        self._kept = kept
        self._clock = clock
        self._threads = ThreadPoolExecutor(len(checks), thread_name_prefix="ready")
        self._asked: dict[str, Future[None]] = {}
        self._one = threading.Lock()
        self._answer: tuple[float, Sequence[Part]] | None = None

    def parts(self) -> Sequence[Part]:
        """Return every part as it is, or was less than `kept` seconds ago."""
        with self._one:
            now = self._clock()
            if self._answer is not None and now - self._answer[0] < self._kept:
                return self._answer[1]
            found = self._ask()
            self._answer = self._clock(), found
            return found

    def _ask(self) -> Sequence[Part]:
        for name, check in self._checks.items():
            if name not in self._asked or self._asked[name].done():
                self._asked[name] = self._threads.submit(check)
        end = time.monotonic() + self._patience
        return [self._part(name, max(0.0, end - time.monotonic())) for name in self._checks]

    def _part(self, name: str, patience: float) -> Part:
        try:
            self._asked[name].result(patience)
        except NotInTime:
            return Part(name, False, "no answer in time")
        except Unready as reason:
            return Part(name, False, str(reason))
        except Exception as error:
            # The words of a driver may name a host; they go to the log, which hides passwords.
            log.warning("ready: %s: %s", name, error)
            return Part(name, False, type(error).__name__)
        return Part(name, True)

    def close(self) -> None:
        """Give back the threads that are not waiting for anything."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def database() -> None:
    """The database answers and holds every migration of this program."""
    try:
        applied = MigrationRecorder(connection).applied_migrations()
    finally:
        connection.close()
    missing = set(_on_disk()) - set(applied)
    if missing:
        first = ".".join(sorted(missing)[0])
        raise Unready(f"{len(missing)} migrations not applied, {first} first")


_known: list[tuple[str, str]] = []


def _on_disk() -> list[tuple[str, str]]:
    if not _known:
        loader = MigrationLoader(None, load=False)
        loader.load_disk()
        _known.extend(loader.disk_migrations)
    return _known


def worker() -> None:
    """The worker's conductor goes on."""
    _ask(settings.INSTALLATION.worker_health_url, "the conductor hangs")


def engine() -> None:
    """The media engine answers."""
    _ask(settings.ENGINE_URL, "the engine is not well")


def _ask(url: str, otherwise: str) -> None:
    parts = urlsplit(url)
    asking = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE / 2)
    try:
        asking.request("GET", parts.path or "/")
        if asking.getresponse().status != 200:
            raise Unready(otherwise)
    except (OSError, http.client.HTTPException) as error:
        raise Unready(f"no answer ({type(error).__name__})") from error
    finally:
        asking.close()


PARTS: dict[str, Check] = {"database": database, "worker": worker, "engine": engine}

_readiness: Readiness | None = None
_making = threading.Lock()


def readiness() -> Readiness:
    """Return this process's readiness, made at the first question."""
    global _readiness
    with _making:
        if _readiness is None:
            _readiness = Readiness(PARTS)
        return _readiness


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Say that the web process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Say whether a conference can be held now; which part fails is told on this machine only."""
    parts = readiness().parts()
    well = all(part.ok for part in parts)
    body: dict[str, object] = {"ready": well}
    if address(request) in (LOOPBACK, "::1", settings.INSTALLATION.metrics_host):
        body["parts"] = {
            part.name: {"ok": part.ok} | ({"reason": part.reason} if part.reason else {})
            for part in parts
        }
    return JsonResponse(body, status=200 if well else 503)
