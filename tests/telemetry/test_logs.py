"""One event, one line, with what it is about."""

import json
import logging
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from diemcau.installation import Installation, InstallationError
from diemcau.telemetry import context, logs


def record(message: str, *args: object, **more: object) -> logging.LogRecord:
    made = logging.LogRecord("diemcau.thu", logging.INFO, __file__, 1, message, args, None)
    made.created = datetime(2026, 11, 24, 1, 2, 3, 456000, UTC).timestamp()
    for name, value in more.items():
        setattr(made, name, value)
    return made


def test_a_json_line_says_when_where_and_about_what() -> None:
    formatter = logs.Formatter("worker", "json")
    request = context.request_id.set("yc-12345678")
    conference = context.conference_id.set(7)
    try:
        line = json.loads(formatter.format(record("Mở %s\nxong", "hội nghị")))
    finally:
        context.request_id.reset(request)
        context.conference_id.reset(conference)
    pid = line.pop("pid")
    assert isinstance(pid, int)
    assert line == {
        "time": "2026-11-24T01:02:03.456Z",
        "level": "INFO",
        "logger": "diemcau.thu",
        "message": "Mở hội nghị\nxong",
        "process": "worker",
        "request": "yc-12345678",
        "conference": 7,
    }


def test_an_exception_stays_in_the_one_line_of_its_event() -> None:
    try:
        raise ValueError("hỏng")
    except ValueError:
        told = record("failed", exc_info=sys.exc_info())
    written = logs.Formatter("web", "json").format(told)
    assert "\n" not in written
    assert json.loads(written)["exception"].endswith("ValueError: hỏng")


def test_of_an_exception_without_end_the_last_lines_are_kept() -> None:
    told = record("failed", exc_text="Traceback\n" + "  File x\n" * 9000 + "ValueError: hỏng")
    exception = json.loads(logs.Formatter("web", "json").format(told))["exception"]
    assert exception.endswith("ValueError: hỏng")
    assert len(exception) <= logs.LONGEST + 2


def test_outside_of_a_request_and_a_conference_there_is_neither() -> None:
    line = json.loads(logs.Formatter("web", "json").format(record("ready")))
    assert not {"request", "conference", "exception"} & set(line)


def test_a_plain_message_cannot_forge_a_line() -> None:
    written = logs.Formatter("web", "plain").format(record("a\n2026-11-24 00:00:00 INFO web b"))
    assert len(written.splitlines()) == 1


def test_a_message_with_a_wrong_placeholder_is_not_lost() -> None:
    line = json.loads(logs.Formatter("web", "json").format(record("%d sites", "nine")))
    assert "nine" in line["message"]


def test_a_message_without_end_is_cut() -> None:
    line = json.loads(logs.Formatter("web", "json").format(record("x " * 50_000)))
    assert logs.LONGEST - 10 < len(line["message"]) <= logs.LONGEST + 2


def test_a_secret_that_the_cut_would_halve_is_left_out() -> None:
    token = "q7Vd-0aZ_kQ" * 6
    for before in range(logs.LONGEST - 70, logs.LONGEST, 3):
        written = logs.Formatter("web", "json").format(record("%s", "x" * before + f" {token}"))
        assert token[:8] not in written


def test_the_layout_suits_standard_output_unless_one_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for terminal, asked, wanted in (
        (True, None, "plain"),
        (False, None, "json"),
        (True, "json", "json"),
        (False, "plain", "plain"),
    ):
        monkeypatch.setattr(sys.stdout, "isatty", lambda there=terminal: there, raising=False)
        assert logs.layout(asked) == wanted


def test_a_line_is_written_without_secrets_also_where_they_cannot_be_read() -> None:
    def unreadable() -> list[str]:
        raise InstallationError("others can read it")

    line = logs.Formatter("web", "json", unreadable).format(record("password=%s", "abc"))
    assert json.loads(line)["message"] == "password=…"


def test_the_password_of_the_database_is_known_as_it_stands_in_the_address_and_as_it_is(
    tmp_path: Path,
) -> None:
    here = Installation(tmp_path, database_url="postgresql://diemcau:m%40t-khau@db/diemcau")
    assert {"m%40t-khau", "m@t-khau"} <= set(logs.held(here))
