"""The engine: which program is taken, with which settings, and that it listens where it may."""

import contextlib
import os
import re
import socket
import stat
from collections.abc import Sequence
from pathlib import Path

import pytest

from diemcau.installation import Installation, InstallationError
from diemcau.supervisor import engine, ports
from diemcau.supervisor.process import Process
from diemcau.supervisor.stack import Stack, processes_of


def the_engine_only(installation: Installation) -> Sequence[Process]:
    return [process for process in processes_of(installation) if process.name == "engine"]


def rendered(installation: Installation) -> dict[str, str]:
    """The settings, one `name: value` a line, each name by its last occurrence."""
    lines = engine.render(installation).splitlines()
    return dict(m.groups() for line in lines if (m := re.match(r"\s*([a-z_]+): (.+)", line)))


def program(folder: Path, version: str) -> Path:
    """A stand-in for an engine on PATH that only tells its version."""
    path = folder / engine.PROGRAM
    path.write_text(f"#!/bin/sh\necho livekit-server version {version}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("version", "fits"),
    [
        ("1.13.5", True),
        ("1.13.9", True),
        ("1.13.4", False),
        ("1.14.0", False),
        ("2.13.5", False),
        ("1.13", False),
        (None, False),
    ],
)
def test_only_the_pinned_engine_or_a_later_mend_of_it_fits(version: str | None, fits: bool) -> None:
    assert engine.fits(version, "1.13.5") is fits


def test_the_engine_on_path_is_taken_when_its_version_fits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    on_path = program(tmp_path, engine.pinned_version())
    assert engine.find() == on_path
    program(tmp_path, "1.2.3")
    assert engine.find() != on_path


def test_without_a_public_host_media_stay_on_loopback(tmp_path: Path) -> None:
    settings = rendered(Installation(tmp_path))
    assert settings["node_ip"] == '"127.0.0.1"'
    assert settings["tcp_port"] == "0"
    assert settings["includes"] == '["127.0.0.0/8"]'
    assert settings["bind_addresses"] == '["127.0.0.1"]'


def test_with_a_public_host_only_media_are_opened_to_others(tmp_path: Path) -> None:
    settings = rendered(Installation(tmp_path, public_host="192.0.2.7"))
    assert settings["node_ip"] == '"192.0.2.7"'
    assert settings["tcp_port"] == "7881"
    assert settings["includes"] == "[]"
    assert settings["bind_addresses"] == '["127.0.0.1"]'


@pytest.mark.parametrize("public_host", [None, "192.0.2.7"])
def test_no_browser_is_sent_to_a_server_outside(tmp_path: Path, public_host: str | None) -> None:
    settings = rendered(Installation(tmp_path, public_host=public_host))
    assert settings["stun_servers"] == '["127.0.0.1:9"]'
    assert settings["use_external_ip"] == "false"


def test_rooms_exist_only_by_our_word(tmp_path: Path) -> None:
    settings = rendered(Installation(tmp_path))
    assert settings["auto_create"] == "false"
    assert settings["enable_remote_unmute"] == "true"
    assert int(settings["departure_timeout"]) >= 3600


def test_the_settings_hold_the_secret_and_are_closed_to_others(tmp_path: Path) -> None:
    here = Installation(tmp_path)
    here.make_folders()
    path = engine.write_settings(here)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert here.secrets.engine_secret in path.read_text()
    assert [p for p in processes_of(here) if here.secrets.engine_secret in repr(p)] == []


def test_a_name_that_leads_nowhere_is_refused_with_the_mend() -> None:
    with pytest.raises(InstallationError, match=r"PUBLIC_HOST=khong-co\.invalid"):
        engine.media_address("khong-co.invalid")


def test_an_own_name_that_leads_to_loopback_stands_for_the_address_that_others_reach(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def resolve(*question: object, **more: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_DGRAM, 17, "", ("127.0.1.1", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    outward = engine._address_of_default_route()
    assert engine.media_address("may-chu") == (outward or "127.0.1.1")
    assert engine.media_address("localhost") == "127.0.1.1"


def listening(pid: int) -> set[tuple[str, str, int]]:
    """(protocol, address in hexadecimal, port) of every socket that the process opened to wait."""
    inodes = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        # It may be closed between the two looks; a socket that waits stays open.
        with contextlib.suppress(FileNotFoundError):
            target = str(link.readlink())
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
    found = set()
    for family in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/net/{family}").read_text().splitlines()[1:]:
            column = line.split()
            if column[9] in inodes and column[3] in {"0A", "07"}:
                address, _, port = column[1].rpartition(":")
                found.add((family, address, int(port, 16)))
    return found


LOOPBACK_HEX = "0100007F"


@pytest.mark.engine
async def test_a_real_engine_without_a_public_host_waits_on_loopback_alone(
    tmp_path: Path,
) -> None:
    here = Installation(tmp_path, "lam-dong", None, **ports.free_ports())
    async with Stack(here, processes=the_engine_only, prepare=()) as stack:
        assert listening(stack.pid("engine")) == {
            ("tcp", LOOPBACK_HEX, here.engine_port),
            ("tcp", LOOPBACK_HEX, here.engine_metrics_port),
            ("udp", LOOPBACK_HEX, here.engine_udp_port),
        }


@pytest.mark.engine
async def test_a_real_engine_with_a_public_host_keeps_its_server_interface_on_loopback(
    tmp_path: Path,
) -> None:
    here = Installation(tmp_path, "lam-dong", "localhost", **ports.free_ports())
    async with Stack(here, processes=the_engine_only, prepare=()) as stack:
        open_to_all = listening(stack.pid("engine"))
    assert {entry for entry in open_to_all if entry[2] == here.engine_port} == {
        ("tcp", LOOPBACK_HEX, here.engine_port)
    }
    assert here.engine_tcp_port in {port for family, _, port in open_to_all if "tcp" in family}
    assert here.engine_udp_port in {port for family, _, port in open_to_all if "udp" in family}


@pytest.mark.engine
async def test_a_real_engine_that_was_killed_serves_again_on_the_same_ports(
    tmp_path: Path,
) -> None:
    here = Installation(tmp_path, "lam-dong", None, **ports.free_ports())
    async with Stack(here, processes=the_engine_only, prepare=()) as stack:
        before = listening(stack.pid("engine"))
        stack.kill("engine")
        await stack.wait_ready("engine")
        assert listening(stack.pid("engine")) == before
        assert stack.restarts("engine") == 1
