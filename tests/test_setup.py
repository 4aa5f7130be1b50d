"""The set-up goes on where it stopped, and says in one sentence what stands in its way."""

import os
import runpy
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from diemcau.installation import ROOT, Installation
from diemcau.supervisor import engine, tools
from diemcau.supervisor.tools import Tool
from tools import setup_steps
from tools.setup_steps import CommandError, SetupError, Step

SETUP = ROOT / "tools" / "setup.py"


class Work:
    """Work of a step that can fail, and counts how often it was done."""

    def __init__(self, result: Path) -> None:
        self.result = result
        self.times = 0
        self.problem: Exception | None = None

    def __call__(self) -> None:
        self.times += 1
        if self.problem:
            raise self.problem
        self.result.write_text("built")


def step(tmp_path: Path, work: Work, key: str = "inputs of today") -> Step:
    return Step("Dựng thử", tmp_path / "stamps" / "trial", key, work.result.exists, work)


def do_if_needed(one: Step) -> None:
    if not setup_steps.is_done(one):
        setup_steps.do(one)


def test_a_step_is_done_once_and_again_only_when_its_inputs_change(tmp_path: Path) -> None:
    work = Work(tmp_path / "result")
    do_if_needed(step(tmp_path, work))
    do_if_needed(step(tmp_path, work))
    assert work.times == 1
    do_if_needed(step(tmp_path, work, key="inputs of tomorrow"))
    assert work.times == 2


def test_a_step_whose_result_was_removed_is_done_again(tmp_path: Path) -> None:
    work = Work(tmp_path / "result")
    do_if_needed(step(tmp_path, work))
    work.result.unlink()
    do_if_needed(step(tmp_path, work))
    assert work.times == 2


def test_a_step_that_failed_says_the_mend_and_is_taken_up_by_the_next_run(tmp_path: Path) -> None:
    work = Work(tmp_path / "result")
    work.problem = CommandError("dial tcp: lookup proxy.example: no such host")
    with pytest.raises(SetupError, match="kiểm tra mạng rồi chạy lại"):
        do_if_needed(step(tmp_path, work))
    work.problem = None
    do_if_needed(step(tmp_path, work))
    assert (work.times, work.result.read_text()) == (2, "built")


def test_a_step_that_fails_after_a_success_does_not_count_as_done(tmp_path: Path) -> None:
    work = Work(tmp_path / "result")
    do_if_needed(step(tmp_path, work))
    work.problem = OSError(28, "No space left on device")
    with pytest.raises(SetupError, match="dọn ổ đĩa"):
        do_if_needed(step(tmp_path, work, key="inputs of tomorrow"))
    assert not setup_steps.is_done(step(tmp_path, work))


@pytest.mark.parametrize(
    ("said", "mend"),
    [
        ("npm ERR! code ENOTFOUND", "kiểm tra mạng"),
        ("ReadTimeoutError: Read timed out.", "kiểm tra mạng"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM", "không khớp mã kiểm"),
        ("npm ERR! code EINTEGRITY", "không khớp mã kiểm"),
        ("verifying module: checksum mismatch", "không khớp mã kiểm"),
        ("write: no space\nOSError: [Errno 28] No space left on device", "dọn ổ đĩa"),
        ("[Errno 13] Permission denied: '/srv'", "cấp quyền"),
        ("src/room/main.tsx(3,1): error TS2304\n\n", "error TS2304"),
    ],
)
def test_what_a_tool_said_becomes_one_sentence_with_the_mend(said: str, mend: str) -> None:
    told = setup_steps.explain("Dựng thử", said)
    assert mend in told
    assert "\n" not in told


@pytest.mark.parametrize(
    ("answers", "complaint"),
    [("v18.20.1", "Node 18.20 quá cũ, cần 20.19"), ("v20.19.0", None), ("v22.1.0", None)],
)
def test_a_tool_that_is_too_old_is_named_with_both_versions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: str, complaint: str | None
) -> None:
    (tmp_path / "node").write_text(f"#!/bin/sh\necho {answers}\n")
    (tmp_path / "node").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    (node,) = [tool for tool in tools.TOOLS if tool.name == "Node"]
    told = tools.complaint(node)
    assert told is None if complaint is None else complaint in (told or "")


def test_a_tool_that_is_missing_is_named_with_the_mend() -> None:
    tool = Tool("Go", ("khong-co-lenh-nay", "version"), (1, 26), "cài Go 1.26 trở lên")
    assert tools.complaint(tool) == "Chưa có Go: cài Go 1.26 trở lên rồi chạy lại."


def test_a_full_disk_stops_the_set_up_before_it_begins(tmp_path: Path) -> None:
    setup_steps.check_disk(tmp_path, needed=1)
    with pytest.raises(SetupError, match="dọn ổ đĩa rồi chạy lại"):
        setup_steps.check_disk(tmp_path, needed=10**18)


def test_a_python_that_is_too_old_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(SETUP), run_name="__main__")
    assert ended.value.code == 1
    assert "Python 3.9 quá cũ: cài Python 3.11" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"PORT": "TAKEN"}, "giữ: dừng chương trình đó hoặc đặt PORT khác"),
        ({"PUBLIC_HOST": "https://hop"}, "PUBLIC_HOST"),
        ({"DIEMCAU_DATA": "/proc/diemcau"}, "DIEMCAU_DATA"),
    ],
)
def test_what_would_stop_the_start_is_told_before_anything_is_built(
    tmp_path: Path, environ: dict[str, str], told: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        taken = str(holder.getsockname()[1])
        given = {k: taken if v == "TAKEN" else v for k, v in environ.items()}
        here = Installation(tmp_path).child_environ(os.environ) | given
        ended = subprocess.run(
            [sys.executable, SETUP, "run"], env=here, capture_output=True, text=True, check=False
        )
    assert ended.returncode == 1
    assert told in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert "▸" not in ended.stdout


def test_a_system_package_is_asked_for_by_name_where_it_cannot_be_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("PATH", "/khong-co")
    with pytest.raises(SetupError, match="apt-get install chromium"):
        setup_steps.install_package("chromium")


def test_the_engine_is_built_only_where_no_fitting_one_is_on_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = tmp_path / engine.PROGRAM
    ready.write_text(f"#!/bin/sh\necho version {engine.pinned_version()}\n")
    ready.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    setup_steps.build_engine()
    assert engine.find() == ready


def test_the_lock_files_name_no_registry_and_give_a_hash_for_every_package() -> None:
    for name in ("constraints.txt", "constraints-dev.txt"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text
        blocks = [block for block in text.split("\n") if "==" in block]
        assert blocks
        assert all(block.endswith("\\") for block in blocks)


def test_the_lock_of_the_tests_holds_all_of_the_lock_of_a_run() -> None:
    def pins(name: str) -> set[str]:
        text = (ROOT / name).read_text(encoding="utf-8")
        return {line.split(" ")[0] for line in text.splitlines() if "==" in line}

    assert pins("constraints.txt") <= pins("constraints-dev.txt")
