"""Numbers on a port of their own; as many for two hundred sites as for two."""

import asyncio
import re
import socket
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, Counter

from diemcau.conference.reconcile import DESK_GRANT
from diemcau.installation import ROOT, Installation
from diemcau.supervisor import numbers, ports
from diemcau.supervisor.stack import Stack
from diemcau.telemetry import metrics, web_metrics, worker_metrics
from tests.conference.stage import HOA, MINH, SILENT, SPEAKS, conducting, site, wants


def series(registry: CollectorRegistry) -> set[tuple[str, frozenset[tuple[str, str]]]]:
    return {
        (sample.name, frozenset(sample.labels.items()))
        for metric in registry.collect()
        for sample in metric.samples
    }


def value(name: str, **labels: str) -> float:
    return worker_metrics.REGISTRY.get_sample_value(name, labels) or 0.0


async def test_numbers_are_read_on_loopback_and_nowhere_else() -> None:
    made = metrics.registry()
    Counter("thu_total", "x", registry=made).inc(3)
    port = ports.free_ports()["web_metrics_port"]
    with metrics.served(made, "127.0.0.1", port):
        url = f"http://127.0.0.1:{port}/metrics"
        with await asyncio.to_thread(urllib.request.urlopen, url) as answer:
            text = answer.read().decode()
        with pytest.raises(OSError), socket.create_connection(("127.0.0.2", port), timeout=1):
            pass
    assert "thu_total 3.0" in text
    assert "process_open_fds" in text
    assert "_created" not in text
    with pytest.raises(urllib.error.URLError):
        await asyncio.to_thread(urllib.request.urlopen, url)


async def test_the_conductor_counts_rounds_and_actions_and_who_is_there() -> None:
    rounds = value("diemcau_rounds_total", outcome="done")
    permits = value("diemcau_engine_actions_total", kind="Permit")
    async with conducting(sweep=0.01) as stage:
        stage.want(wants())
        await stage.until(lambda: stage.fake.exists("c-1"))
        stage.enter(HOA, DESK_GRANT)
        stage.enter(MINH, SPEAKS)  # with more than he may
        await stage.until(lambda: value("diemcau_connected_sites") == 1)
        await stage.until(lambda: stage.grant(MINH) == SILENT)
        assert value("diemcau_open_conferences") == 1
    assert value("diemcau_rounds_total", outcome="done") > rounds
    assert value("diemcau_engine_actions_total", kind="Permit") > permits


async def test_what_only_the_sweep_finds_counts_as_drift() -> None:
    async with conducting(sweep=0.01) as stage:
        stage.want(wants())
        await stage.until(lambda: stage.fake.exists("c-1"))
        drift = value("diemcau_drift_total", kind="Permit")
        stage.fake.listen(lambda event: None, lambda call: stage.stirred.set())  # reports are lost
        stage.enter(MINH, SPEAKS)
        await stage.until(lambda: stage.grant(MINH) == SILENT)
        assert value("diemcau_drift_total", kind="Permit") == drift + 1


async def test_a_database_that_does_not_answer_is_counted() -> None:
    down = value("diemcau_sweeps_total", outcome="database_down")
    async with conducting(sweep=0.01) as stage:
        stage.store.down = True
        await stage.until(lambda: value("diemcau_sweeps_total", outcome="database_down") > down)


async def test_there_are_as_many_series_for_two_hundred_sites_as_for_two() -> None:
    async def held(count: int, pk: int) -> int:
        sites = [site(n) for n in range(count)]
        async with conducting(sweep=0.01) as stage:
            stage.want(wants(sites=sites, speak=sites[:1], pk=pk))
            await stage.until(lambda: stage.fake.grants(f"c-{pk}") is not None)
            await stage.still()
            for identity in sites:
                stage.enter(identity, SPEAKS, f"c-{pk}")
            await stage.until(lambda: value("diemcau_connected_sites") == count)
            await stage.still()
        return len(series(worker_metrics.REGISTRY))

    few = await held(2, 1)
    assert await held(200, 2) == few


def test_no_label_names_a_site_a_person_or_a_conference() -> None:
    allowed = {"route", "method", "status", "kind", "outcome", "code", "le", "generation"}
    platform = {"implementation", "version", "major", "minor", "patchlevel"}
    for registry in (web_metrics.REGISTRY, worker_metrics.REGISTRY):
        for name, labels in series(registry):
            assert {key for key, _ in labels} <= allowed | platform, name


def test_a_method_that_somebody_made_up_is_no_new_series() -> None:
    assert web_metrics.method("GET") == "GET"
    assert web_metrics.method("X" * 40) == "other"


def test_every_number_that_the_guide_names_is_there(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "huong-dan" / "quan-tri.md").read_text("utf-8")
    section = guide.partition("## Theo dõi")[2].partition("\n## ")[0]
    asked = {name.removesuffix("_bucket") for name in re.findall(r"diemcau_([a-z_]+\w)", section)}
    listed = [line for line in section.splitlines() if "METRICS_PORT" in line]
    asked |= {name for line in listed for name in re.findall(r"`([a-z_]+)`", line)}
    there = {
        metric.name
        for registry in (
            web_metrics.REGISTRY,
            worker_metrics.REGISTRY,
            numbers.of(Stack(Installation(tmp_path))),
        )
        for metric in registry.collect()
    }
    assert len(asked) > 15
    assert {f"diemcau_{name.removesuffix('_total')}" for name in asked} <= there
