"""Migrations: from nothing, from a filled database of the first release, and none forgotten."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from diemcau.installation import ROOT
from tests.conftest import ON_POSTGRESQL

from .filled import EVENTS, SITES

Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Run]:
    """Run a module on an empty database of its own; returns what it printed."""
    environ = os.environ | {
        "DIEMCAU_DATA": str(tmp_path / "var"),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
    }
    name = f"migrations_{os.getpid()}_{abs(hash(request.node.nodeid)) % 10**8}"
    if ON_POSTGRESQL:
        server = os.environ["DATABASE_URL"]
        environ["DATABASE_URL"] = f"{server.rpartition('/')[0]}/{name}"
        _ask(server, "CREATE DATABASE {}", name)

    def module(*words: str, fails: bool = False) -> str:
        done = subprocess.run(
            [sys.executable, "-m", *words], env=environ, cwd=ROOT, capture_output=True, text=True
        )
        assert (done.returncode != 0) is fails, done.stdout + done.stderr
        return done.stdout

    yield module
    if ON_POSTGRESQL:
        _ask(os.environ["DATABASE_URL"], "DROP DATABASE {} WITH (FORCE)", name)


def _ask(server: str, statement: str, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))


pytestmark = pytest.mark.database


def test_no_migration_is_missing(run: Run) -> None:
    run("django", "makemigrations", "--check", "--dry-run")


def test_an_empty_database_is_made_ready_and_made_ready_again(run: Run) -> None:
    run("diemcau.config.prepare")
    run("diemcau.config.prepare")
    assert "[ ]" not in run("django", "showmigrations")


def test_a_filled_database_of_the_first_release_keeps_everything(run: Run) -> None:
    before = json.loads(run("tests.config.filled", "fill"))
    assert before["audit.Event"] == EVENTS
    run("django", "migrate", "--verbosity", "0")
    after = json.loads(run("tests.config.filled", "check"))
    assert after["counts"] == before
    assert after["desk"] == [["control_operator", "system", "ubnd-tinh"]]
    assert after["minh"] == [["site_operator", "own", "xa-1", "xa-1"]]
    assert after["ended"] == SITES, "the desk's and eleven sites': one role had its end"
    assert (after["wall"], after["grants"]) == (SITES, SITES)
