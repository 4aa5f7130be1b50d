"""The numbers of the web process."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

from diemcau.telemetry.metrics import FAST, registry

REGISTRY = registry()

REQUESTS = Counter(
    "diemcau_http_requests_total",
    "Requests answered, by route template, method and status.",
    ("route", "method", "status"),
    registry=REGISTRY,
)
SECONDS = Histogram(
    "diemcau_http_request_seconds",
    "Time to answer, by route template.",
    ("route",),
    buckets=FAST,
    registry=REGISTRY,
)
COMMANDS = Counter(
    "diemcau_commands_total",
    "Commands of desk and sites, by kind and outcome.",
    ("kind", "outcome"),
    registry=REGISTRY,
)
REFUSALS = Counter(
    "diemcau_refusals_total",
    "Acts refused, by the code of the reason.",
    ("code",),
    registry=REGISTRY,
)
LOG_INS = Counter(
    "diemcau_log_ins_total",
    "Attempts to sign in, by outcome.",
    ("outcome",),
    registry=REGISTRY,
)

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def method(said: str) -> str:
    """Return a request's method as a label: a client may write any word there."""
    return said if said in METHODS else "other"
