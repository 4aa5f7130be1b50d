"""Logs are kept, but not without end."""

import os
from pathlib import Path

from diemcau.supervisor.logs import last_line, open_log, turn_over


def test_a_long_log_is_turned_over_and_its_process_goes_on_writing(tmp_path: Path) -> None:
    path = tmp_path / "engine.log"
    log = open_log(path)
    os.write(log, b"old\n" * 100)
    assert turn_over(path, limit=100)
    os.write(log, b"new\n")
    os.close(log)
    assert path.read_bytes() == b"new\n"
    assert (tmp_path / "engine.log.1").read_bytes() == b"old\n" * 100


def test_a_short_or_absent_log_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "engine.log"
    assert not turn_over(path)
    path.write_text("short\n")
    assert not turn_over(path)
    assert path.read_text() == "short\n"


def test_the_last_line_is_the_last_with_words_in_it(tmp_path: Path) -> None:
    path = tmp_path / "web.log"
    assert last_line(path) == ""
    path.write_text("x" * 9000 + "\nKhông mở được tệp\n\n  \n")
    assert last_line(path) == "Không mở được tệp"


def test_of_a_json_line_the_words_are_said(tmp_path: Path) -> None:
    path = tmp_path / "web.log"
    path.write_text('{"message": "ended by OSError", "exception": "Trace\\nOSError: disk full"}\n')
    assert last_line(path) == "ended by OSError OSError: disk full"
    path.write_text('{"level": "info", "msg": "not ours"}\n')
    assert last_line(path) == '{"level": "info", "msg": "not ours"}'
