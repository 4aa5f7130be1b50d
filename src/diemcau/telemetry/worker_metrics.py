"""The numbers of the worker: the conductor, the engine, the database as the conductor sees it."""

from __future__ import annotations

import time
from pathlib import Path

from prometheus_client import Counter, Gauge, Histogram

from diemcau.telemetry.metrics import FAST, registry
from diemcau.telemetry.pulse import Pulse

REGISTRY = registry()

ROUNDS = Counter(
    "diemcau_rounds_total",
    "Rounds of the conductor, by outcome.",
    ("outcome",),
    registry=REGISTRY,
)
ROUND_SECONDS = Histogram(
    "diemcau_round_seconds", "Time of one round.", buckets=FAST, registry=REGISTRY
)
ACTIONS = Counter(
    "diemcau_engine_actions_total",
    "What the engine was told, by kind.",
    ("kind",),
    registry=REGISTRY,
)
DRIFT = Counter(
    "diemcau_drift_total",
    "Actions that only asking the engine showed to be needed: a lost report, a restart.",
    ("kind",),
    registry=REGISTRY,
)
NUDGES = Counter("diemcau_nudges_total", "Nudges received from the web process.", registry=REGISTRY)
WEBHOOKS = Counter(
    "diemcau_webhooks_total", "Reports of the engine, by outcome.", ("outcome",), registry=REGISTRY
)
SWEEPS = Counter(
    "diemcau_sweeps_total", "Sweeps over the database, by outcome.", ("outcome",), registry=REGISTRY
)
OPEN_CONFERENCES = Gauge(
    "diemcau_open_conferences", "Conferences that are conducted.", registry=REGISTRY
)
CONNECTED_SITES = Gauge(
    "diemcau_connected_sites", "Sites connected in all conferences.", registry=REGISTRY
)
ENGINE_UP = Gauge("diemcau_engine_up", "1 while the engine answers.", registry=REGISTRY)
DATABASE_UP = Gauge(
    "diemcau_database_up", "1 when the last sweep read the database.", registry=REGISTRY
)
SWEEP_AGE = Gauge(
    "diemcau_sweep_age_seconds", "Seconds since the last sweep ended.", registry=REGISTRY
)
ROUND_AGE = Gauge(
    "diemcau_round_age_seconds", "Seconds that the oldest running round takes.", registry=REGISTRY
)
ANCHOR_AGE = Gauge(
    "diemcau_audit_anchor_age_seconds",
    "Seconds since the audit trail was last anchored; NaN before the first time.",
    registry=REGISTRY,
)


def follow(pulse: Pulse, anchor: Path) -> None:
    """Let the numbers about the worker's life be read at each question.

    Args:
        pulse: the conductor's.
        anchor: the file with the anchors of the audit trail.
    """
    ANCHOR_AGE.set_function(lambda: _age(anchor))
    SWEEP_AGE.set_function(lambda: pulse.sweep_age)
    ROUND_AGE.set_function(lambda: pulse.round_age)
    ENGINE_UP.set_function(lambda: float(pulse.engine_up))
    DATABASE_UP.set_function(lambda: float(pulse.database_up))


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return float("nan")
