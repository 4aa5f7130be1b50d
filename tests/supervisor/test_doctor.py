"""The doctor says in plain words what is wrong, and only then fails."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from diemcau.installation import Installation
from diemcau.supervisor import doctor, ports
from diemcau.supervisor.doctor import FAILED, OK, WARNING, Finding
from diemcau.supervisor.stack import lock


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
