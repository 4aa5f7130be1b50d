"""The doctor says in plain words what is wrong, and only then fails."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from diemcau.installation import ROOT, Installation
from diemcau.supervisor import doctor, ports
from diemcau.supervisor.doctor import FAILED, OK, WARNING, Finding
from diemcau.supervisor.stack import PREPARE, lock
from tests import postgresql


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    here = Installation(tmp_path, "lam-dong", None, **ports.free_ports())
    here.make_folders()
    return here


def failed(findings: Iterator[Finding]) -> list[str]:
    return [str(finding) for finding in findings if finding.mark == FAILED]


def test_this_machine_loads_every_library_of_a_conference(installation: Installation) -> None:
    assert failed(doctor.libraries(installation)) == []


def test_a_library_that_does_not_load_fails_with_its_own_words(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "LIBRARIES", ("khong_co_thu_vien",))
    (line,) = failed(doctor.libraries(installation))
    assert "No module named 'khong_co_thu_vien'" in line
    assert "make run" in line


def test_a_secret_that_others_can_read_fails_with_the_command_that_mends_it(
    installation: Installation,
) -> None:
    assert installation.secrets
    assert failed(doctor.data(installation)) == []
    (installation.secrets_dir / "django-key").chmod(0o640)
    (line,) = failed(doctor.data(installation))
    assert "chmod 600" in line


def test_a_full_disk_fails_and_a_nearly_full_one_warns(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    for wanted, needed, mark in ((10**18, 10**18, FAILED), (10**18, 1, WARNING), (1, 1, OK)):
        monkeypatch.setattr(doctor, "DISK_WANTED", wanted)
        monkeypatch.setattr(doctor, "DISK_NEEDED", needed)
        (disk,) = [f for f in doctor.data(installation) if "Ổ đĩa" in f.words]
        assert disk.mark == mark


def test_a_taken_port_fails_by_its_number(installation: Installation) -> None:
    assert failed(doctor.network(installation)) == []
    with socket.create_server(("127.0.0.1", installation.worker_port)):
        (line,) = failed(doctor.network(installation))
    assert str(installation.worker_port) in line
    assert "WORKER_PORT" in line


def test_ports_that_the_running_installation_holds_itself_are_no_fault(
    installation: Installation,
) -> None:
    with lock(installation), socket.create_server(("127.0.0.1", installation.port)):
        assert failed(doctor.network(installation)) == []


def test_udp_that_cannot_be_bound_fails(installation: Installation) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as holder:
        holder.bind(("127.0.0.1", installation.engine_udp_port))
        assert doctor.udp(installation.engine_udp_port).mark == FAILED
    assert doctor.udp(installation.engine_udp_port).mark == OK


def test_a_public_name_that_leads_elsewhere_is_warned_about() -> None:
    (elsewhere,) = doctor.public_address("192.0.2.1")
    assert elsewhere.mark == WARNING
    (here,) = doctor.public_address("127.0.0.1")
    assert here.mark == OK


def test_the_exit_code_is_1_when_something_would_stop_a_conference(
    installation: Installation,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def well(_: Installation) -> Iterator[Finding]:
        yield Finding(WARNING, "đồng hồ", "bật NTP")

    def ill(_: Installation) -> Iterator[Finding]:
        yield Finding(FAILED, "ổ đĩa", "dọn")

    monkeypatch.setattr(doctor, "CHECKS", (well,))
    assert doctor.run(installation) == 0
    monkeypatch.setattr(doctor, "CHECKS", (ill, well))
    assert doctor.run(installation) == 1
    assert capsys.readouterr().out.splitlines()[-2:] == ["✗ ổ đĩa → dọn", "! đồng hồ → bật NTP"]


# ---------------------------------------------------------------- database, backups, anchor


def marks(findings: Iterator[Finding]) -> list[str]:
    return [finding.mark for finding in findings]


def prepare(installation: Installation) -> None:
    subprocess.run(
        [sys.executable, *PREPARE], env=installation.child_environ(), cwd=ROOT, check=True
    )


def test_an_embedded_database_that_is_not_there_yet_is_no_fault_and_is_not_made(
    installation: Installation,
) -> None:
    assert marks(doctor.database(installation)) == [OK]
    assert not installation.database_path.exists()


def test_an_embedded_database_that_is_ready_is_well(installation: Installation) -> None:
    prepare(installation)
    findings = list(doctor.database(installation))
    assert {finding.mark for finding in findings} == {OK}
    assert any("SQLite 3." in finding.words for finding in findings)


def test_a_file_that_is_no_database_fails_in_words(installation: Installation) -> None:
    installation.database_path.write_bytes(b"khong phai co so du lieu" * 100)
    (line,) = failed(doctor.database(installation))
    assert "not a database" in line
    assert "sao lưu" in line


def test_a_database_server_that_does_not_answer_fails_without_its_password(
    installation: Installation,
) -> None:
    port = ports.free_ports()["port"]
    away = replace(
        installation, database_url=f"postgresql://diemcau:m%40t-khau@127.0.0.1:{port}/diemcau"
    )
    (line,) = failed(doctor.database(away))
    assert "không trả lời" in line
    assert "DATABASE_URL" in line
    assert "khau" not in line


def test_an_address_that_is_none_fails_in_words(installation: Installation) -> None:
    (line,) = failed(doctor.database(replace(installation, database_url="mysql://x")))
    assert "DATABASE_URL" in line


def test_a_database_server_is_named_with_its_version_its_clock_and_what_is_to_be_migrated(
    installation: Installation,
) -> None:
    with postgresql.server() as address:
        there = replace(installation, database_url=address)
        findings = {finding.words: finding for finding in doctor.database(there)}
        assert any(words.startswith("PostgreSQL 1") for words in findings)
        (pending,) = [f for f in findings.values() if "chuyển đổi" in f.words]
        assert (pending.mark, "diemcau prepare" in pending.mend) == (WARNING, True)
        assert any("same time as the database" in words for words in findings)
        prepare(there)
        words = [finding.words for finding in doctor.database(there)]
        assert any("nothing to migrate" in said for said in words)


def test_clocks_that_differ_are_warned_about_and_far_apart_fail() -> None:
    assert [doctor._same_time(ahead).mark for ahead in (0.1, -1.0, 60.0, -60.0)] == [
        OK,
        WARNING,
        FAILED,
        FAILED,
    ]


def test_a_backup_of_yesterday_is_well_and_an_older_one_is_not(
    installation: Installation, tmp_path: Path
) -> None:
    here = replace(installation, backup_dir=tmp_path / "backups")
    assert marks(doctor.backups(here)) == [WARNING], "there is no folder"
    here.backups.mkdir()
    assert WARNING in marks(doctor.backups(here)), "it is empty"
    old, new = here.backups / "1", here.backups / "2"
    for path, hours in ((old, 80), (new, 20)):
        path.write_bytes(b"x")
        os.utime(path, (time.time() - hours * 3600,) * 2)
    assert next(doctor.backups(here)).mark == OK
    new.unlink()
    assert next(doctor.backups(here)).mark == WARNING


def test_an_anchor_that_falls_behind_the_newest_event_is_noticed(
    installation: Installation,
) -> None:
    now = time.time()
    assert marks(doctor.audit_anchor(installation, None)) == []
    assert marks(doctor.audit_anchor(installation, now)) == [WARNING]
    installation.anchor_file.parent.mkdir()
    installation.anchor_file.write_text("{}")
    assert marks(doctor.audit_anchor(installation, now)) == [OK]
    os.utime(installation.anchor_file, (now - 600, now - 600))
    assert marks(doctor.audit_anchor(installation, now - 590)) == [OK], "nothing happened since"
    assert marks(doctor.audit_anchor(installation, now)) == [WARNING]
