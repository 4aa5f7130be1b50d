"""The end of the chain is noted outside the database, soon, and never in anybody's way."""

import asyncio
import logging
import re
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from diemcau.audit import anchors
from diemcau.audit.anchors import Anchor
from diemcau.installation import Installation
from tests.audit.writing import end, roll_back, write

AT = datetime(2026, 11, 20, 1, 0, 0, 5, tzinfo=UTC)
ANCHOR = Anchor(7, "ab" * 32, AT)
MESSAGE = re.compile(
    rb"<109>1 2026-11-20T01:00:00\.000005Z (?P<host>[\x21-\x7e]{1,255}) diemcau \d+ anchor "
    rb'\[diemcau@32473 number="7" hash="(ab){32}"\] audit chain ends at event 7'
)


def test_an_anchor_is_one_line_that_only_its_owner_reads(tmp_path: Path) -> None:
    path = tmp_path / "audit" / "anchors.log"
    anchors.write(path, ANCHOR)
    anchors.write(path, Anchor(8, "cd" * 32, AT))
    lines = path.read_text().splitlines()
    assert lines[0] == (
        '{"at":"2026-11-20T01:00:00.000005Z","number":7,"hash":"' + "ab" * 32 + '"}'
    )
    assert len(lines) == 2
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert list(anchors.read(path)) == [ANCHOR, Anchor(8, "cd" * 32, AT)]
    assert anchors.last(path) == Anchor(8, "cd" * 32, AT)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "7",
        '{"at":"x","number":7,"hash":"' + "ab" * 32 + '"}',
        '{"at":"2026-11-20T01:00:00","number":7,"hash":"' + "ab" * 32 + '"}',
        '{"at":"2026-11-20T01:00:00Z","number":true,"hash":"' + "ab" * 32 + '"}',
        '{"at":"2026-11-20T01:00:00Z","number":-1,"hash":"' + "ab" * 32 + '"}',
        '{"at":"2026-11-20T01:00:00Z","number":7,"hash":"AB"}',
        '{"number":7,"hash":"' + "ab" * 32 + '"}',
    ],
)
def test_a_line_that_is_no_anchor_is_given_by_its_number(tmp_path: Path, line: str) -> None:
    path = tmp_path / "anchors.log"
    anchors.write(path, ANCHOR)
    path.write_text(path.read_text() + line + "\n")
    assert list(anchors.read(path)) == [ANCHOR, 2]
    assert anchors.last(path) == ANCHOR


def test_there_is_no_anchor_in_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert list(anchors.read(tmp_path / "x")) == []
    assert anchors.last(tmp_path / "x") is None


def test_only_a_head_that_moved_is_noted(db: None, caplog: pytest.LogCaptureFixture) -> None:
    kept: list[Anchor] = []
    look = anchors.follow(kept.append, None)
    look()
    assert kept == [], "an empty chain needs no anchor"
    write(3)
    look()
    look()
    write(1)
    look()
    assert [a.number for a in kept] == [3, 4]
    assert (kept[-1].number, kept[-1].hash) == end()
    assert caplog.records == []
    roll_back(2)
    look()
    assert kept[-1].number == 2
    assert "went back from event 4 to 2" in caplog.text


def test_after_a_restart_nothing_is_noted_twice(db: None, tmp_path: Path) -> None:
    path = tmp_path / "anchors.log"
    write(2)
    anchors.write(path, anchors.end_of_chain())
    kept: list[Anchor] = []
    anchors.follow(kept.append, anchors.last(path))()
    assert kept == []


async def committed() -> None:
    """Write an event in another thread, whose transaction commits."""

    def work() -> None:
        write(1)
        connection.close()

    await asyncio.to_thread(work)


@pytest.mark.django_db(transaction=True)
def test_the_worker_notes_a_commit_and_tries_again_after_a_failure(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    path = tmp_path / "anchors.log"
    failures = 2

    async def scenario() -> None:
        loop, seen = asyncio.get_running_loop(), asyncio.Event()

        def put(anchor: Anchor) -> None:
            nonlocal failures
            if failures:
                failures -= 1
                raise OSError("no space left")
            anchors.write(path, anchor)
            loop.call_soon_threadsafe(seen.set)

        keeper = asyncio.create_task(anchors.keep("file", put, None, pause=0.01))
        for _ in range(2):
            seen.clear()
            await committed()
            async with asyncio.timeout(10):
                await seen.wait()
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)

    asyncio.run(scenario())
    assert anchors.last(path).number == 2
    told = [r.getMessage() for r in caplog.records if r.name == "diemcau.audit.anchors"]
    assert told == [
        "an anchor was not kept (file); it is tried again",
        "anchors are kept again (file)",
    ], "once, however often it failed"


def test_an_installation_keeps_a_file_and_what_it_names(tmp_path: Path) -> None:
    def places(**more: object) -> int:
        found = anchors.keepers(Installation(data_dir=tmp_path, **more))
        for keeper in found:
            keeper.close()
        return len(found)

    (tmp_path / "audit").mkdir()
    (tmp_path / "audit" / "anchors.log").mkdir()  # cannot be read: tried again, not given up
    assert places() == 1
    assert places(audit_syslog="unix:/dev/log") == 2
    assert Installation(data_dir=tmp_path).anchor_file == tmp_path / "audit" / "anchors.log"
    here = Installation(data_dir=tmp_path, audit_anchor_file=tmp_path / "x")
    assert here.anchor_file == tmp_path / "x"


# ---------------------------------------------------------------- syslog


def test_over_udp_one_datagram_is_one_message() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(10)
        anchors.send(f"udp://127.0.0.1:{server.getsockname()[1]}", ANCHOR)
        assert MESSAGE.fullmatch(server.recv(2048))


def test_over_tcp_the_length_stands_before_the_message() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)
        anchors.send(f"tcp://127.0.0.1:{server.getsockname()[1]}", ANCHOR)
        taken, _ = server.accept()
        with taken, taken.makefile("rb") as file:
            length, _, said = file.read().partition(b" ")
    assert int(length) == len(said)
    assert MESSAGE.fullmatch(said)


def test_a_datagram_socket_of_this_machine_takes_it(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(str(tmp_path / "log"))
        server.settimeout(10)
        anchors.send(f"unix:{tmp_path / 'log'}", ANCHOR)
        assert MESSAGE.fullmatch(server.recv(2048))


def test_a_server_that_is_away_is_an_error_of_the_network(tmp_path: Path) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        with pytest.raises(OSError):
            anchors.send(f"tcp://127.0.0.1:{bound.getsockname()[1]}", ANCHOR)
    with pytest.raises(OSError):
        anchors.send(f"unix:{tmp_path / 'none'}", ANCHOR)


def test_the_name_of_a_machine_stays_within_the_letters_of_the_standard() -> None:
    said = anchors.message(ANCHOR, host="máy chủ 1", process=3)
    assert b" mych1 diemcau 3 anchor " in said
    assert b" - diemcau 3 anchor " in anchors.message(ANCHOR, host="", process=3)
