"""The supervisor's own numbers: which processes run, and how often they had to be started again."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from diemcau.supervisor.stack import Stack
from diemcau.telemetry.metrics import registry


class _Processes(Collector):
    """Read from the stack at each question."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("diemcau_process_up", "1 while the process runs.", labels=["name"])
        restarts = CounterMetricFamily(
            "diemcau_process_restarts", "Starts after a death, by process.", labels=["name"]
        )
        hung = CounterMetricFamily(
            "diemcau_process_hung",
            "Deaths ordered because the process did not answer, by process.",
            labels=["name"],
        )
        for name in self._stack.names:
            up.add_metric([name], float(self._stack.runs(name)))
            restarts.add_metric([name], self._stack.restarts(name))
            hung.add_metric([name], self._stack.hung(name))
        yield from (up, restarts, hung)


def of(stack: Stack) -> CollectorRegistry:
    """Return the registry of a running stack."""
    made = registry()
    made.register(_Processes(stack))
    return made
