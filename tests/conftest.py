"""What every test stands on: a data folder and a database of their own, never those of this tree.

Settings are made from the environment when Django is first imported, and pytest-django would do
that before this file is read if pyproject.toml named the settings. So they are named here.
"""

import contextlib
import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from diemcau.installation import VARIABLES
from tests import postgresql

_DATA = tempfile.TemporaryDirectory(prefix="diemcau-tests-")
_NUDGES = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
_NUDGES.bind(("127.0.0.1", 0))
_NUDGES.setblocking(False)

for name in VARIABLES:
    os.environ.pop(name, None)
_THINGS = contextlib.ExitStack()
ON_POSTGRESQL = os.environ.get("DIEMCAU_TEST_DATABASE") == "postgresql"
"""The tests that touch the database run once on each; see tools/run_tests.py."""
if ON_POSTGRESQL:
    os.environ["DATABASE_URL"] = _THINGS.enter_context(postgresql.server())
os.environ["DIEMCAU_DATA"] = str(Path(_DATA.name) / "var")
# Nudges of the tests must not reach a worker that runs on this machine.
os.environ["WORKER_PORT"] = str(_NUDGES.getsockname()[1])
os.environ["DJANGO_SETTINGS_MODULE"] = "diemcau.config.settings"

# After the environment.
import django  # noqa: E402
from django.conf import settings  # noqa: E402

django.setup()


def pytest_unconfigure() -> None:
    """End what was started for the tests."""
    _THINGS.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that touches the database: those run on PostgreSQL too."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & {"db", "transactional_db"} or item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.database)


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Use a file: several threads write at the same time, as several processes do."""
    if ON_POSTGRESQL:
        return
    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = str(
        settings.INSTALLATION.data_dir / "tests.sqlite3"
    )


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: object) -> None:
    """Let the tests that commit empty the audit tables afterwards, which nobody else can."""
    from django.db import connection

    from tests.audit import guards

    flush = connection.ops.execute_sql_flush

    def emptied(statements: list[str]) -> None:
        with guards.off():
            flush(statements)
        guards.begin_again()

    connection.ops.execute_sql_flush = emptied


@pytest.fixture
def nudged() -> Iterator[Callable[[], list[int]]]:
    """Return what reads the nudges sent to the worker since the last look."""

    def read() -> list[int]:
        found = []
        while True:
            try:
                found.append(int(_NUDGES.recv(64)))
            except BlockingIOError:
                return found

    read()
    yield read
