"""The real worker of an installation of its own notes each commit, and the real command agrees."""

import json
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from diemcau.audit import anchors
from diemcau.installation import Installation
from diemcau.supervisor.ports import free_ports


def run(installation: Installation, *words: str) -> str:
    """Run a program of the installation to its end; return what it said."""
    done = subprocess.run(
        [sys.executable, "-m", *words],
        env=installation.child_environ(),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.requirement("KH-5.4")
def test_a_commit_is_anchored_by_the_worker_and_verified_by_the_command(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as syslog:
        syslog.bind(("127.0.0.1", 0))
        syslog.settimeout(30)
        here = Installation(
            data_dir=tmp_path / "var",
            audit_anchor_file=None,
            audit_syslog=f"udp://127.0.0.1:{syslog.getsockname()[1]}",
            **free_ports(),  # type: ignore[arg-type]
        )
        run(here, "diemcau.config.prepare")
        worker = subprocess.Popen(
            [sys.executable, "-m", "diemcau.config.worker"],
            env=here.child_environ(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            for number in (1, 2):
                run(here, "diemcau.cli", "link", "--role", "control")
                said = syslog.recv(2048).decode()
                assert re.search(rf'number="{number}" hash="[0-9a-f]{{64}}"', said)
            end = time.monotonic() + 10
            while (noted := anchors.last(here.anchor_file)) is None or noted.number < 2:
                assert time.monotonic() < end
                time.sleep(0.02)  # a file of another process tells nobody
            assert noted.hash in said
        finally:
            worker.terminate()
            _, complaint = worker.communicate(timeout=30)
        assert worker.returncode == 0, complaint
    report = json.loads(run(here, "diemcau.cli", "audit", "verify", "--json"))
    assert (report["intact"], report["events"], report["warnings"]) == (True, 2, [])
    assert report["anchored"]["number"] == 2
    assert 1 <= report["anchors"] <= 2
