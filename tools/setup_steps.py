"""The steps of the set-up: each is named, skipped while its inputs are unchanged, and resumable."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from diemcau.installation import ROOT, Installation, InstallationError
from diemcau.supervisor import edge, engine, ports, postgresql, stack, tools

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
CLIENT = ROOT / "client"
BUILT_CLIENT = ROOT / "src" / "diemcau" / "web" / "static" / "client"
STATE = ROOT / ".tools"
LOG = STATE / "setup.log"

DISK_NEEDED = 3 * 1024**3
"""Bytes for a first set-up: libraries, client, engine and what building them leaves behind."""

NOT_CLIENT_INPUT = {"node_modules", "dist", "coverage", ".vite", "test-results"}

# What the package tools say → what a person can do about it. The first that fits is told.
MENDS: tuple[tuple[str, str], ...] = (
    (
        r"No space left on device|ENOSPC",
        "hết chỗ trên ổ đĩa: dọn ổ đĩa rồi chạy lại (no disk space left)",
    ),
    (
        r"DO NOT MATCH THE HASHES|EINTEGRITY|checksum mismatch",
        "tệp tải về không khớp mã kiểm: chạy lại; nếu vẫn vậy, xóa bộ nhớ đệm của pip, npm hoặc go "
        "(a download does not match its hash)",
    ),
    (
        r"name resolution|NameResolution|no such host|ENOTFOUND|EAI_AGAIN|Connection|"
        r"connection re|ECONN|ETIMEDOUT|ENETUNREACH|timed out|i/o timeout|dial tcp|TLS handshake|"
        r"Max retries|IncompleteRead|Incomplete|unexpected EOF|Could not find a version|"
        r"No matching distribution|Failed to fetch|proxyconnect|502|503|504",
        "tải không trọn: kiểm tra mạng rồi chạy lại (the download broke off: check the network)",
    ),
    (
        r"Permission denied|EACCES",
        "không có quyền ghi: cấp quyền cho thư mục này rồi chạy lại (no permission to write)",
    ),
)


class SetupError(Exception):
    """A step cannot be done; the message is one sentence that names the mend."""


class CommandError(Exception):
    """A program of a step failed; the message is what it said."""


@dataclass(frozen=True)
class Step:
    """One named part of the set-up.

    Args:
        name: what the person reads.
        stamp: file that keeps the key of the last success; inside the result where that can be
            made anew, so that both go together.
        key: text that changes when the inputs change.
        present: whether the result is there at all.
        work: does it; may be repeated after any interruption.
    """

    name: str
    stamp: Path
    key: str
    present: Callable[[], bool]
    work: Callable[[], None]


# -------------------------------------------------------------------- entry


def main(arguments: Sequence[str]) -> int:
    """Set up for the command in `arguments[0]` and become it. Returns an exit code on failure."""
    command, *rest = arguments or ["run"]
    if command not in COMMANDS:
        print(f"✗ Không có lệnh {command} (no such command)", file=sys.stderr)
        return 2
    for_tests, become = COMMANDS[command]
    try:
        installation = Installation.from_environ()
        set_up(installation, for_tests=for_tests, starts=command == "run")
    except (SetupError, InstallationError) as problem:
        print(f"✗ {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\n✗ Đã dừng; chạy lại để làm tiếp từ bước này (stopped).", file=sys.stderr)
        return 130
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execv(PYTHON, [str(PYTHON), *become, *rest])


COMMANDS: dict[str, tuple[bool, tuple[str, ...]]] = {
    "run": (False, ("-m", "diemcau.cli", "up")),
    "drill": (False, ("-m", "diemcau.cli", "drill")),
    "bench": (False, ("-m", "diemcau.cli", "bench")),
    "test": (True, (str(ROOT / "tools" / "run_tests.py"),)),
    "lock": (True, (str(ROOT / "tools" / "lock.py"),)),
}
"""Command → needs what the tests need; arguments of the environment's Python."""


def set_up(installation: Installation, *, for_tests: bool, starts: bool) -> None:
    """Do every step whose inputs changed. Raises SetupError or InstallationError."""
    with _alone():
        if starts:
            # Told now, not after minutes of building.
            check_start(installation)
        checked = False
        for step in steps(installation, for_tests=for_tests):
            if is_done(step):
                continue
            if not checked:
                _say("Kiểm tra công cụ và ổ đĩa (checking tools and disk)")
                check_tools()
                check_disk(ROOT)
                checked = True
            do(step)


def is_done(step: Step) -> bool:
    """The result is there and was made from the inputs of today."""
    try:
        return step.stamp.read_text(encoding="utf-8") == step.key and step.present()
    except OSError:
        return False


def do(step: Step) -> None:
    """Do one step and remember it. Raises SetupError with the mend."""
    begun = time.monotonic()
    _say(step.name)
    try:
        step.stamp.unlink(missing_ok=True)
        step.work()
        step.stamp.parent.mkdir(parents=True, exist_ok=True)
        step.stamp.write_text(step.key, encoding="utf-8")
    except (CommandError, OSError) as error:
        raise SetupError(explain(step.name, str(error))) from error
    print(f"  xong sau {time.monotonic() - begun:.1f} giây".replace(".", ",", 1), flush=True)


def steps(installation: Installation, *, for_tests: bool) -> Iterator[Step]:
    """The steps, in their order; each is made when the one before it is done."""
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    yield Step(
        "Tạo môi trường Python (virtual environment)",
        VENV / ".stamp",
        python,
        lambda: _runs(PYTHON),
        make_environment,
    )
    locked = [ROOT / "constraints.txt"]
    for_tests_too = Step(
        "Tải thư viện Python, cả phần kiểm thử (Python libraries, also those of the tests)",
        VENV / ".stamp-libraries-dev",
        digest([*locked, ROOT / "constraints-dev.txt"]),
        lambda: True,
        lambda: install_libraries(ROOT / "constraints-dev.txt"),
    )
    if for_tests:
        yield for_tests_too
    elif not is_done(for_tests_too):  # The tests' lock holds all of the other.
        yield Step(
            "Tải thư viện Python (Python libraries)",
            VENV / ".stamp-libraries",
            digest(locked),
            lambda: True,
            lambda: install_libraries(locked[0]),
        )
    yield Step(
        "Gắn diemcau vào môi trường (installing the project)",
        VENV / ".stamp-project",
        digest([ROOT / "pyproject.toml"]),
        lambda: (VENV / "bin" / "diemcau").exists(),
        install_project,
    )
    yield Step(
        "Tải thư viện giao diện (client libraries)",
        CLIENT / "node_modules" / ".stamp",
        digest([CLIENT / "package.json", CLIENT / "package-lock.json"]),
        lambda: True,
        lambda: _call(["npm", "ci", "--no-audit", "--no-fund"], cwd=CLIENT),
    )
    yield Step(
        "Dựng giao diện (building the client)",
        STATE / "stamp-client",
        digest(client_inputs()),
        lambda: BUILT_CLIENT.is_dir() and any(BUILT_CLIENT.iterdir()),
        lambda: _call(["npm", "run", "build"], cwd=CLIENT),
    )
    yield Step(
        "Dựng LiveKit, lần đầu mất vài phút (building the media engine)",
        STATE / "stamp-engine",
        engine.pinned_version(),
        lambda: engine.find() is not None,
        build_engine,
    )
    if installation.public_host is not None or for_tests:
        yield system_package(edge.PROGRAM, "caddy")
    if for_tests:
        yield system_package("chromium", "chromium")
        yield system_package("initdb", "postgresql", lambda: postgresql.programs() is not None)
        yield system_package("systemd-analyze", "systemd")


# ------------------------------------------------------------------- checks


def check_tools() -> None:
    """Every tool that a step may need. Raises SetupError for the first that will not do."""
    for tool in tools.TOOLS:
        if tool.name == "Go" and engine.find() is not None:
            continue
        if problem := tools.complaint(tool):
            raise SetupError(problem)


def check_disk(folder: Path, needed: int = DISK_NEEDED) -> None:
    """Raises SetupError when the disk of `folder` has less than `needed` bytes free."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise SetupError(
            f"Ổ đĩa còn {free / 1024**3:.1f} GB, cần {needed / 1024**3:.0f} GB: dọn ổ đĩa rồi "
            "chạy lại. (Not enough disk space.)"
        )


def check_start(installation: Installation) -> None:
    """Nothing stands in the way of the start. Raises InstallationError."""
    installation.make_folders()
    with stack.lock(installation):
        for port in ports.needed(installation):
            if problem := ports.complaint(port):
                raise InstallationError(problem)


def explain(step: str, said: str) -> str:
    """One sentence about a step that failed, from what its program said."""
    for pattern, mend in MENDS:
        if re.search(pattern, said):
            return f"{step}: {mend}. ({LOG})"
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return f"{step}: không xong, xem {LOG}. (last line: {lines[-1][:200] if lines else 'none'})"


# --------------------------------------------------------------------- work


def make_environment() -> None:
    """A virtual environment of the Python that runs this; made anew when it is broken."""
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    try:
        _call(command)
    except CommandError as error:
        if "ensurepip" not in str(error):
            raise
        # Debian keeps this part of Python in a package of its own.
        install_package(f"python{sys.version_info[0]}.{sys.version_info[1]}-venv")
        _call(command)


def install_libraries(locked: Path) -> None:
    """Exactly what the lock file names, checked against its hashes."""
    pip = [str(PYTHON), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    _call([*pip, "--progress-bar=off", "--no-deps", "--require-hashes", "-r", str(locked)])


def install_project() -> None:
    """The project itself, in place, with the build tool that the lock file brought."""
    pip = [str(PYTHON), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    _call([*pip, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)])


def build_engine() -> None:
    """LiveKit from the Go module that `engine/go.mod` pins; appears whole or not at all."""
    if engine.find() is not None:
        return
    draft = engine.BUILT.with_name(engine.BUILT.name + ".new")
    _call(
        ["go", "build", "-o", str(draft), f"{engine.MODULE}/cmd/server"],
        cwd=ROOT / "engine",
        # The Go that was checked, not one that it would fetch by itself.
        environ={"GOTOOLCHAIN": "local", "GOWORK": "off"},
    )
    draft.replace(engine.BUILT)


def system_package(program: str, package: str, is_there: Callable[[], bool] | None = None) -> Step:
    """A step that brings `program` by Debian's `package` unless it is there, on PATH by default."""
    found = is_there or (lambda: shutil.which(program) is not None)
    return Step(
        f"Cài gói hệ thống {package} (system package)",
        STATE / f"stamp-{package}",
        package,
        found,
        # Nothing to do where it came another way.
        lambda: None if found() else install_package(package),
    )


def install_package(package: str) -> None:
    """Install one Debian package as root or through sudo. Raises SetupError where neither works."""
    apt = shutil.which("apt-get")
    by_hand = f"Cần gói {package}: cài gói này bằng quyền root (apt-get install {package}) rồi "
    by_hand += f"chạy lại. (Install {package} as root.)"
    if apt is None:
        raise SetupError(by_hand)
    prefix: list[str] = []
    if os.geteuid() != 0:
        if not may_sudo():
            raise SetupError(by_hand)
        prefix = ["sudo"]
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    _call([*prefix, apt, "-q", "update"], environ=quiet)
    _call([*prefix, apt, "-q", "-y", "--no-install-recommends", "install", package], environ=quiet)


def may_sudo() -> bool:
    """True when sudo is there and either asks nothing or can ask the person at the terminal."""
    if shutil.which("sudo") is None:
        return False
    silent = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return silent.returncode == 0 or (sys.stdin.isatty() and sys.stderr.isatty())


# ------------------------------------------------------------------- stamps


def client_inputs() -> list[Path]:
    """Every file that the client is built from."""
    found: list[Path] = []
    for folder, folders, files in os.walk(CLIENT):
        folders[:] = sorted(name for name in folders if name not in NOT_CLIENT_INPUT)
        found += [Path(folder, name) for name in sorted(files)]
    return found


def digest(paths: Iterable[Path]) -> str:
    """One short text for names and contents of files. Raises SetupError for a missing one."""
    total = hashlib.sha256()
    for path in paths:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise SetupError(
                f"Thiếu tệp {path.relative_to(ROOT)}: lấy lại mã nguồn bằng git. "
                "(A file of the project is missing.)"
            ) from error
        total.update(f"{path.relative_to(ROOT)}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()[:32]


# ---------------------------------------------------------------- machinery


def _say(step: str) -> None:
    print(f"▸ {step}", flush=True)


def _runs(python: Path) -> bool:
    """The environment's Python starts and has pip: a half-made environment does not count."""
    if not python.exists():
        return False
    trial = subprocess.run(
        [python, "-c", "import pip, sys; print(sys.version_info[:2])"],
        capture_output=True,
        text=True,
        check=False,
    )
    return trial.stdout.strip() == str(sys.version_info[:2])


def _call(
    command: Sequence[str], *, cwd: Path = ROOT, environ: dict[str, str] | None = None
) -> None:
    """Run a program, its words into the log. Raises CommandError with its last words."""
    with LOG.open("ab") as log:
        log.write(f"\n$ {' '.join(command)}\n".encode())
        log.flush()
        begun = log.tell()
        try:
            ended = subprocess.run(
                command,
                cwd=cwd,
                env=os.environ | (environ or {}),
                stdin=None if command[0] == "sudo" else subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=False,
            )
        except FileNotFoundError as error:
            raise CommandError(f"{command[0]}: {error.strerror}") from error
    if ended.returncode != 0:
        with LOG.open("rb") as log:
            log.seek(begun)
            raise CommandError(log.read().decode("utf-8", "replace")[-20000:])


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """One set-up at a time in this folder. Raises SetupError for a second."""
    try:
        STATE.mkdir(exist_ok=True)
        held = (STATE / "lock").open("w")
        LOG.write_bytes(b"")
    except OSError as error:
        raise SetupError(
            f"Không ghi được vào {ROOT} ({error.strerror}): cấp quyền ghi hoặc dọn ổ đĩa rồi chạy "
            "lại. (The project's folder cannot be written.)"
        ) from error
    with held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SetupError(
                "Đang có một lần cài đặt khác trong thư mục này: chờ xong rồi chạy lại. "
                "(Another set-up is running here.)"
            ) from None
        yield
