"""PostgreSQL's programs: the right version, the right database, no password on a command line."""

from pathlib import Path

import pytest

from diemcau.backup.sealing import Key
from diemcau.installation import Installation, InstallationError
from diemcau.supervisor import postgresql
from tests.backup.house import back_up

URL = "postgresql://di%40m:m%3Aat@may-1:5433/diem%20cau?sslmode=require&application_name=x"


def test_an_address_becomes_the_environment_of_the_programs() -> None:
    found = postgresql.libpq_environ(URL)
    assert {n: v for n, v in found.items() if n.startswith("PG")} == {
        "PGHOST": "may-1",
        "PGPORT": "5433",
        "PGUSER": "di@m",
        "PGPASSWORD": "m:at",
        "PGDATABASE": "diem cau",
        "PGSSLMODE": "require",
    }
    assert postgresql.libpq_environ(URL, database="x")["PGDATABASE"] == "x"
    assert postgresql.libpq_environ("postgresql:///d?host=/run/postgresql")["PGHOST"] == (
        "/run/postgresql"
    )


def test_a_database_is_never_renamed_from_within() -> None:
    assert postgresql.neighbour("diemcau") == "postgres"
    assert postgresql.neighbour("postgres") == "template1"


def test_the_version_is_read_as_debian_says_it(tmp_path: Path) -> None:
    program = tmp_path / "pg_dump"
    program.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)'\n")
    program.chmod(0o755)
    assert postgresql.major(program) == 15
    program.write_text("#!/bin/sh\necho gi do\n")
    with pytest.raises(InstallationError, match="cài lại"):
        postgresql.major(program)


@pytest.mark.database
def test_an_older_pg_dump_is_refused_and_sqlite_needs_none(
    house: Installation, key: Key, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "major", lambda program: 9)
    if house.database_url is None:
        monkeypatch.setattr(postgresql, "DEBIAN", tmp_path)
        monkeypatch.setenv("PATH", "/khong-co")
        assert back_up(house, key, tmp_path / "to").verified
        return
    with pytest.raises(InstallationError, match=r"pg_dump 9 cũ hơn .* postgresql-client-\d+"):
        back_up(house, key, tmp_path / "to")
    assert not list((tmp_path / "to").iterdir())
