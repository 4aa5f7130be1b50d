"""The units of systemd name only what there is, and give no process more than it needs."""

import re
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from diemcau import cli
from diemcau.installation import ROOT, VARIABLES, Installation
from diemcau.supervisor import one

UNITS = ROOT / "deploy" / "systemd"
SERVICES = sorted(UNITS.rglob("*.service"))
TIMERS = sorted(UNITS.rglob("*.timer"))
DROP_INS = sorted(UNITS.rglob("*.service.d/*.conf"))
SETTINGS = sorted((ROOT / "deploy" / "settings").glob("*.env"))
HOME = "/opt/diemcau"
PROGRAM = f"{HOME}/.venv/bin/diemcau"

BESIDE: set[str] = set()
"""Commands of the timers; each is in cli.COMMANDS once its room is there."""

HARDENED = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "ProtectKernelTunables": "yes",
    "ProtectKernelModules": "yes",
    "ProtectControlGroups": "yes",
    "RestrictSUIDSGID": "yes",
    "RestrictNamespaces": "yes",
    "LockPersonality": "yes",
    "User": "diemcau",
    "StateDirectoryMode": "0700",
    "UMask": "0077",
    "LimitCORE": "0",
}
EXPOSURE = 2.0
"""Of 10, as `systemd-analyze security` counts; an ordinary service has 9.6."""


def read(path: Path) -> dict[str, dict[str, list[str]]]:
    """Section → name → values, as systemd reads a unit file."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    section = ""
    for line in path.read_text("utf-8").splitlines():
        line = line.strip()
        if not line or line.startswith(("#", ";")):
            continue
        if line.startswith("["):
            section = line[1:-1]
        else:
            name, equals, value = line.partition("=")
            assert equals and section, f"{path.name}: {line}"
            found[section][name].append(value)
    return found


def variables(path: Path) -> set[str]:
    """The environment variables that a unit sets or uses."""
    service = read(path)["Service"]
    set_here = {pair.partition("=")[0] for line in service["Environment"] for pair in line.split()}
    used = {name for line in service["ExecStart"] for name in re.findall(r"\$\{?(\w+)", line)}
    return set_here | used


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(UNITS)) for path in paths]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All units in one folder, as on a machine, with the program where it is here."""
    folder = tmp_path_factory.mktemp("units")
    for path in [*SERVICES, *TIMERS]:
        text = path.read_text("utf-8").replace(HOME, str(ROOT))
        (folder / path.name).write_text(text, "utf-8")
    for path in DROP_INS:
        (folder / path.parent.name).mkdir(exist_ok=True)
        shutil.copy(path, folder / path.parent.name)
    return folder


def analyse(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("systemd-analyze")
    assert program is not None, "systemd is missing: make test installs it"
    return subprocess.run(
        [program, *words],
        env={"SYSTEMD_UNIT_PATH": f"{folder}:", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("path", SERVICES, ids=names(SERVICES))
def test_each_unit_runs_a_command_that_there_is(path: Path) -> None:
    (start,) = read(path)["Service"]["ExecStart"]
    program, command, *rest = start.split()
    assert program == PROGRAM
    assert command in cli.COMMANDS or command in BESIDE
    if command == "run":
        assert rest[0] in one.NAMES
        assert path.stem == f"diemcau-{rest[0]}"


@pytest.mark.parametrize("path", [*SERVICES, *DROP_INS], ids=names([*SERVICES, *DROP_INS]))
def test_each_variable_is_known_and_no_secret_stands_in_a_unit(path: Path) -> None:
    assert variables(path) <= VARIABLES
    assert not {"DATABASE_URL"} & variables(path), "only its file is named"
    for line in read(path)["Service"]["LoadCredential"]:
        name, _, source = line.partition(":")
        assert re.fullmatch(r"[a-z-]+", name)
        assert source.startswith("/etc/diemcau/")


@pytest.mark.parametrize("path", SETTINGS, ids=[path.name for path in SETTINGS])
def test_each_example_of_settings_makes_an_installation(path: Path, tmp_path: Path) -> None:
    lines = [
        line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")
    ]
    given = dict(line.split("=", 1) for line in lines)
    assert set(given) <= VARIABLES
    assert "DATABASE_URL" not in given
    here = Installation.from_environ({**given, "DIEMCAU_DATA": str(tmp_path)})
    assert here.public_host == "hoinghi.tinh.gov.vn"


@pytest.mark.parametrize("path", SERVICES, ids=names(SERVICES))
def test_each_service_is_shut_in(path: Path, installed: Path) -> None:
    service = read(path)["Service"]
    assert {name: service[name][-1:] for name in HARDENED} == {
        name: [value] for name, value in HARDENED.items()
    }
    capabilities = service["CapabilityBoundingSet"]
    needs_443 = path.stem in ("diemcau", "diemcau-edge")
    assert capabilities == (["CAP_NET_BIND_SERVICE"] if needs_443 else [""])
    said = analyse(installed, "security", "--offline=true", "--no-pager", path.name).stdout
    level = re.search(r"exposure level for \S+: (\d+\.\d)", said)
    assert level is not None, said
    assert float(level[1]) <= EXPOSURE


@pytest.mark.parametrize("path", [*SERVICES, *TIMERS], ids=names([*SERVICES, *TIMERS]))
def test_systemd_finds_nothing_wrong(path: Path, installed: Path) -> None:
    done = analyse(installed, "verify", "--man=no", str(installed / path.name))
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_each_timer_has_its_service_and_makes_up_for_a_night_that_it_missed() -> None:
    services = {path.stem for path in SERVICES}
    for path in TIMERS:
        assert path.stem in services
        timer = read(path)["Timer"]
        assert timer["Persistent"] == ["yes"]
        assert "Asia/Ho_Chi_Minh" in timer["OnCalendar"][0]


def test_a_service_that_must_go_on_is_started_again_for_ever() -> None:
    for path in SERVICES:
        unit = read(path)
        if unit["Service"]["Type"] != ["oneshot"]:
            assert unit["Service"]["Restart"] == ["always"]
            assert unit["Unit"]["StartLimitIntervalSec"] == ["0"]


def test_the_engine_is_given_no_key_but_its_own() -> None:
    given = read(UNITS / "many-machines" / "diemcau-engine.service")["Service"]["LoadCredential"]
    assert {line.partition(":")[0] for line in given} == {"engine-key", "engine-secret"}
    assert not read(UNITS / "many-machines" / "diemcau-edge.service")["Service"]["LoadCredential"]
