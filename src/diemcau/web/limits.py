"""How often somebody may ask: by account and by source, counted in windows of time.

Two fixed windows, the running one and the one before it weighted by how much of it is still
within reach, estimate a window that slides (as nginx and Cloudflare do). The arithmetic is pure;
the counters live in the cache named ``limits``. Standing rule: a limit protects the server from
a script gone wild, and never strikes people at work. Each figure says what it was computed from.
"""

import ipaddress
import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from . import who

_LOG = logging.getLogger(__name__)

# ---------------------------------------------------------------- the figures

SITES = 200
"""Sites of the largest conference, which may all stand behind one address."""

JOINS_A_MINUTE = 25
"""How often one connection asks for its place in the worst minute: client/src/engine/backoff.ts
tries seven times in the first five seconds and then every three."""

LINKS = 2
"""Connections of one device: the conference and the talk room."""


class Rate(NamedTuple):
    """At most ``most`` in ``seconds``."""

    most: int
    seconds: int = 60


@dataclass(frozen=True)
class Limit:
    """What one group of addresses allows.

    Args:
        names: names of the addresses (``api:`` before those of the API).
        account: for one signed-in account, None: not counted.
        source: for one network address, signed in or not, None: not counted.
        methods: which methods count.
    """

    names: tuple[str, ...]
    account: Rate | None
    source: Rate | None
    methods: frozenset[str] = frozenset({"POST"})


LIMITS: dict[str, Limit] = {
    # A link carries 256 random bits, so guessing is hopeless at any rate; this keeps the work
    # small. 200 technicians open their link and press the button, twice each, in one minute.
    "sign_in": Limit(("sign-in",), None, Rate(4 * SITES), frozenset({"GET", "POST"})),
    # After a restart of the engine each site asks again by itself, over both connections. An
    # account may have three devices open at once.
    "join": Limit(
        ("api:join", "api:leave"),
        Rate(3 * LINKS * JOINS_A_MINUTE),
        Rate(2 * SITES * LINKS * JOINS_A_MINUTE),
    ),
    # A desk asks once for both of its connections; ten desks may share the centre's account.
    "desk_tokens": Limit(("api:desk_tokens",), Rate(10 * LINKS * JOINS_A_MINUTE), Rate(1000)),
    # The centre hands a link to each of 200 sites, and again to those who lost theirs.
    "sign_in_links": Limit(("api:sign_in_link",), Rate(3 * SITES, 600), Rate(3 * SITES, 600)),
    # A press on a button; it writes nothing.
    "language": Limit(("api:language", "language"), Rate(60), Rate(4 * SITES)),
    # The desk sends one command after the other: ten a second is faster than fingers. Six
    # operators may share the account, and every site may ask to speak meanwhile.
    "commands": Limit(("api:command",), Rate(6 * 10 * 60), Rate(6 * 10 * 60 + SITES * 60)),
    # A person books one after the other; a script that books without end is stopped.
    "conferences": Limit(("api:book", "new-conference"), Rate(60), Rate(300)),
}
"""One row for each group of addresses. What is not here is read only and cheap, or is asked by
machines of this installation (the engine's gate, health)."""

_BY_NAME = {name: (key, limit) for key, limit in LIMITS.items() for name in limit.names}


# ---------------------------------------------------------------- arithmetic


class Window(NamedTuple):
    """What was counted in the running window and in the one before it."""

    before: int
    running: int


def number(now: float, rate: Rate) -> int:
    """Return which window ``now`` falls into."""
    return math.floor(now / rate.seconds)


def wait(seen: Window, now: float, rate: Rate) -> float:
    """Return the seconds after which one more is within the rate; 0: it is now.

    Args:
        seen: what was counted, without the one that asks.
        now: seconds of any clock; a clock that jumps starts other windows, so nobody is held
            for longer than two windows of the clock as it then runs.
        rate: what is allowed.
    """
    gone = now / rate.seconds - number(now, rate)
    if seen.before * (1 - gone) + seen.running + 1 <= rate.most:
        return 0.0
    left = (1 - gone) * rate.seconds
    if seen.running < rate.most:
        # The window before fades while this one runs.
        until = 1 - (rate.most - 1 - seen.running) / seen.before
        return max(0.0, (until - gone) * rate.seconds)
    # Only when this window has itself become the one before.
    return left + (1 - (rate.most - 1) / seen.running) * rate.seconds


# ---------------------------------------------------------------- counters


class Counters:
    """The counters of one cache.

    The embedded installation and each web process of a larger one count in their own memory: no
    write to the database stands between a site and its place. With n processes a script gets at
    most n times the figure. Memcached or Redis under the name ``limits`` counts for all at once.
    """

    def __init__(self, alias: str = "limits") -> None:
        self._alias = alias

    def ask(self, key: str, rate: Rate, now: float) -> float:
        """Count one more and return 0, or return how many seconds to wait and count nothing.

        A cache out of reach lets everybody in: the conference goes on.
        """
        cache = caches[self._alias]
        window = number(now, rate)
        running, before = f"{key}:{window}", f"{key}:{window - 1}"
        try:
            cache.add(running, 0, timeout=2 * rate.seconds)
            try:
                count = cache.incr(running)
            except ValueError:  # it ended between the two
                return 0.0
            found = Window(int(cache.get(before, 0)), count - 1)
            left = wait(found, now, rate)
            if left > 0:
                cache.decr(running)
                if cache.add(f"{running}:told", True, timeout=2 * rate.seconds):
                    _LOG.warning("too many requests: %s, more than %d in %d s", key, *rate)
        except Exception:
            _LOG.exception("the counters of %s are out of reach", key)
            return 0.0
        return left


COUNTERS = Counters()


def source(address: str) -> str:
    """Return under what an address is counted: IPv6 by the 64 bits that one customer is given."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.IPv6Network((found, 64), strict=False))
    return str(found)


def seconds_to_wait(
    key: str, limit: Limit, *, account: int | None, address: str, now: float
) -> float:
    """Return for how long whoever asks must wait; 0: not at all.

    Args:
        key: the row of LIMITS.
        limit: its figures.
        account: who is signed in, or None.
        address: the network address, as the edge reports it.
        now: the time.
    """
    asked = []
    if limit.account is not None and account is not None:
        asked.append(COUNTERS.ask(f"{key}:account:{account}", limit.account, now))
    # A source that sits behind a struck account is not charged for it.
    if limit.source is not None and not any(asked):
        asked.append(COUNTERS.ask(f"{key}:source:{source(address)}", limit.source, now))
    return max(asked, default=0.0)


# ---------------------------------------------------------------- the answer


class RateLimitMiddleware:
    """Answers 429 instead of the view when a row of LIMITS says so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._next(request)

    def process_view(self, request: HttpRequest, *view: object) -> HttpResponse | None:
        """Count the request under the name of its address."""
        match = request.resolver_match
        name = match.view_name if match else ""
        key, limit = _BY_NAME.get(name, ("", None))
        if limit is None or request.method not in limit.methods:
            return None
        left = seconds_to_wait(
            key,
            limit,
            account=request.user.pk if request.user.is_authenticated else None,
            address=who.address(request),
            now=time.time(),
        )
        return _too_many(request, math.ceil(left), api=name.startswith("api:")) if left else None


def _too_many(request: HttpRequest, seconds: int, *, api: bool) -> HttpResponse:
    if api:
        # The shape of the API's Problem; the API stands above this module.
        response: HttpResponse = JsonResponse(
            {
                "code": "too_many",
                "detail_vi": f"Gửi quá nhiều yêu cầu. Đợi {seconds} giây rồi làm lại.",
                "detail_en": f"Too many requests. Wait {seconds} seconds, then do it again.",
                "clause": "",
            },
            status=429,
        )
    else:
        response = render(request, "web/too_many.html", {"seconds": seconds}, status=429)
    response["Retry-After"] = str(seconds)
    return response
