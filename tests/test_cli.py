"""The words that `diemcau` knows."""

import importlib.util

import pytest

from diemcau import cli


def test_every_command_leads_to_a_module_that_is_there() -> None:
    modules = {name: cli.COMMANDS[name].function.partition(":")[0] for name in cli.COMMANDS}
    missing = [name for name, m in modules.items() if importlib.util.find_spec(m) is None]
    assert missing == []


def test_help_names_every_command_and_ends_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0
    said = capsys.readouterr().out
    assert all(f"diemcau {name}" in said for name in cli.COMMANDS)


def test_an_unknown_command_is_named_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["chay"]) == 2
    assert "chay" in capsys.readouterr().err


def test_a_wrong_installation_is_one_sentence_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PUBLIC_HOST", "https://hop")
    assert cli.main(["up"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("✗ PUBLIC_HOST")
    assert said.count("\n") == 1
