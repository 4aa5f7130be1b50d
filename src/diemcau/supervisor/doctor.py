"""`diemcau doctor`: what on this machine would stop a conference, and how to mend it."""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import socket
import stat
import subprocess
import sys
import time
import zoneinfo
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from diemcau.installation import LOOPBACK, ROOT, Installation, InstallationError
from diemcau.supervisor import edge, engine, ports, tools
from diemcau.supervisor.logs import words_of
from diemcau.supervisor.process import TIED
from diemcau.supervisor.stack import lock

OK, WARNING, FAILED = "✓", "!", "✗"

GIB = 1024**3
DISK_NEEDED, DISK_WANTED = 1 * GIB, 5 * GIB
FILES_WANTED = 4096
"""Open files: each site holds some in the web process and in the engine."""
UDP_BUFFER_WANTED = 5_000_000
"""Bytes; below, the engine loses packets when many sites send at once."""
STEP_ALLOWED = 0.05
"""Seconds that the wall clock may move against the steady one while it is looked at."""
CLOCKS_NEAR, CLOCKS_APART = 0.5, 5.0
"""Seconds between the clocks of this machine and the database: warned about, not to be borne."""
ANCHOR_BEHIND = 60.0
"""Seconds that the audit anchor may be older than the newest event."""
BACKUP_HOURS = 26
"""Hours after which a daily backup is missing."""
EXAMINE = ("-m", "diemcau.config.examine")
ZONE = "Asia/Ho_Chi_Minh"
LIBRARIES = ("django", "uvicorn", "aiohttp", "av", "livekit.rtc", "livekit.api")
CLIENT = ROOT / "src" / "diemcau" / "web" / "static" / "client"


@dataclass(frozen=True)
class Finding:
    """One line of the report: ✓, ! or ✗, the words, and the mend where there is one."""

    mark: str
    words: str
    mend: str = ""

    def __str__(self) -> str:
        return f"{self.mark} {self.words}" + (f" → {self.mend}" if self.mend else "")


Check = Callable[[Installation], Iterator[Finding]]


def run(installation: Installation) -> int:
    """Print every finding; 1 when something would stop a conference, else 0."""
    failed = False
    for finding in examine(installation):
        failed = failed or finding.mark == FAILED
        print(finding, flush=True)
    return 1 if failed else 0


def examine(installation: Installation) -> Iterator[Finding]:
    """All findings, in the order in which a person would mend them."""
    for check in CHECKS:
        try:
            yield from check(installation)
        except InstallationError as problem:
            yield Finding(FAILED, str(problem))


def versions(installation: Installation) -> Iterator[Finding]:
    """Python and the tools of the set-up; a missing tool stops only the next set-up."""
    number = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < tools.PYTHON_LEAST:
        yield Finding(FAILED, f"Python {number}", "cài Python 3.11 trở lên")
    else:
        yield Finding(OK, f"Python {number}")
    for tool in tools.TOOLS:
        if problem := tools.complaint(tool):
            yield Finding(WARNING, problem)
        else:
            have = tools.version(tool)
            yield Finding(OK, f"{tool.name} {'.'.join(map(str, have or ()))}")


def programs(installation: Installation) -> Iterator[Finding]:
    """The programs that run: engine, edge, the helper that ties children to the supervisor."""
    found = engine.find()
    if found is None:
        yield Finding(FAILED, f"Chưa có {engine.PROGRAM}", "chạy make run")
    else:
        yield Finding(OK, f"{engine.PROGRAM} {engine.version_of(found)} ({found})")
    if shutil.which(TIED[0]) is None:
        yield Finding(FAILED, f"Chưa có {TIED[0]}", "chạy apt-get install util-linux")
    if installation.public_host is not None:
        yield Finding(OK, f"caddy ({edge.require()})")


def libraries(installation: Installation) -> Iterator[Finding]:
    """Each in a process of its own: a broken native library ends the process that loads it."""
    for name in LIBRARIES:
        trial = subprocess.run(
            [sys.executable, "-c", f"import {name}"], capture_output=True, text=True, check=False
        )
        if trial.returncode == 0:
            yield Finding(OK, f"Thư viện {name} (library)")
        else:
            last = (trial.stderr.strip().splitlines() or [str(trial.returncode)])[-1]
            yield Finding(FAILED, f"Không nạp được thư viện {name}: {last}", "chạy make run")


def pages(installation: Installation) -> Iterator[Finding]:
    """The browser client has been built."""
    if CLIENT.is_dir() and any(CLIENT.iterdir()):
        yield Finding(OK, "Giao diện trình duyệt (browser client)")
    else:
        yield Finding(FAILED, "Chưa dựng giao diện trình duyệt", "chạy make run")


def data(installation: Installation) -> Iterator[Finding]:
    """The data folder can be written and has room; its secrets are closed to others."""
    installation.make_folders()
    trial = installation.run_dir / f".doctor.{os.getpid()}"
    try:
        trial.write_bytes(b"x")
        trial.unlink()
    except OSError as error:
        yield Finding(
            FAILED,
            f"Không ghi được vào {installation.run_dir} ({error.strerror})",
            "cấp quyền ghi hoặc đặt DIEMCAU_DATA khác",
        )
    else:
        yield Finding(OK, f"Ghi được vào {installation.data_dir} (writable)")
    free = shutil.disk_usage(installation.data_dir).free
    words = f"Ổ đĩa còn {_gigabytes(free)} (disk free)"
    if free < DISK_NEEDED:
        yield Finding(FAILED, words, "dọn ổ đĩa, cần ít nhất 1 GB")
    elif free < DISK_WANTED:
        yield Finding(WARNING, words, "dọn ổ đĩa, nên có 5 GB")
    else:
        yield Finding(OK, words)
    yield from secret_modes(installation)


def _gigabytes(size: int) -> str:
    return f"{size / GIB:.1f} GB".replace(".", ",")


def database(installation: Installation) -> Iterator[Finding]:
    """It answers, in a version that will do, with nothing to be migrated and the same time."""
    looking = subprocess.run(
        [sys.executable, *EXAMINE],
        env=installation.child_environ(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    try:
        found = json.loads(looking.stdout)
    except ValueError:
        last = (looking.stderr.strip().splitlines() or [str(looking.returncode)])[-1]
        yield Finding(FAILED, f"Không xem được cơ sở dữ liệu: {words_of(last)}", "chạy make run")
        return
    if found.get("new"):
        yield Finding(OK, "Chưa có cơ sở dữ liệu, lần chạy đầu sẽ tạo (made at the first start)")
        return
    if error := found.get("error"):
        mend = (
            f"chép bản sao lưu về, hoặc kiểm tra {installation.database_path}"
            if found["embedded"]
            else "kiểm tra máy PostgreSQL, đường mạng, tên và mật khẩu trong DATABASE_URL"
        )
        yield Finding(FAILED, f"Cơ sở dữ liệu không trả lời: {error}", mend)
        return
    name = "SQLite" if found["embedded"] else "PostgreSQL"
    if found["supported"]:
        yield Finding(OK, f"{name} {found['version']} (database)")
    else:
        yield Finding(FAILED, f"{name} {found['version']} quá cũ", "nâng cấp máy chủ cơ sở dữ liệu")
    if pending := found["pending"]:
        yield Finding(
            WARNING,
            f"Còn {len(pending)} bước chuyển đổi chưa chạy, đầu tiên {pending[0]} (migrations)",
            "sao lưu rồi chạy diemcau prepare, hoặc khởi động lại diemcau up",
        )
    else:
        yield Finding(OK, "Cơ sở dữ liệu đúng phiên bản (nothing to migrate)")
    if "ahead" in found:
        yield _same_time(found["ahead"])
    yield from audit_anchor(installation, found["last_event"])


def _same_time(ahead: float) -> Finding:
    words = f"Đồng hồ máy này lệch {abs(ahead):.1f} giây so với cơ sở dữ liệu".replace(".", ",", 1)
    mend = "bật đồng bộ giờ (NTP) trên cả hai máy"
    if abs(ahead) >= CLOCKS_APART:
        return Finding(FAILED, words, mend)
    if abs(ahead) >= CLOCKS_NEAR:
        return Finding(WARNING, words, mend)
    return Finding(OK, "Đồng hồ trùng với cơ sở dữ liệu (same time as the database)")


def audit_anchor(installation: Installation, last_event: float | None) -> Iterator[Finding]:
    """The end of the audit chain has been noted outside the database since the newest event."""
    path = installation.anchor_file
    if last_event is None:
        return
    if not path.exists():
        yield Finding(
            WARNING,
            f"Chưa có mốc nhật ký ở {path} (audit anchor)",
            "chạy diemcau up; nếu vẫn không có, xem nhật ký của worker",
        )
        return
    behind = last_event - path.stat().st_mtime
    if behind > ANCHOR_BEHIND:
        yield Finding(
            WARNING,
            f"Mốc nhật ký chậm hơn sự kiện mới nhất {behind / 60:.0f} phút (audit anchor)",
            "kiểm tra worker có chạy và ghi được vào " + str(path.parent),
        )
    else:
        yield Finding(OK, "Mốc nhật ký theo kịp sự kiện mới nhất (audit anchor)")


def backups(installation: Installation) -> Iterator[Finding]:
    """There is a recent backup, and room for the next."""
    folder = installation.backups
    if not folder.is_dir():
        yield Finding(
            WARNING,
            f"Chưa có bản sao lưu ở {folder} (no backup)",
            "đặt BACKUP_DIR và chạy diemcau backup, hằng ngày theo deploy/systemd",
        )
        return
    times = [file.stat().st_mtime for file in folder.iterdir() if file.is_file()]
    if not times:
        yield Finding(
            WARNING, f"Thư mục {folder} chưa có bản sao lưu (no backup)", "chạy diemcau backup"
        )
    else:
        hours = (time.time() - max(times)) / 3600
        words = f"Bản sao lưu mới nhất cách đây {hours:.0f} giờ (last backup)"
        if hours > BACKUP_HOURS:
            yield Finding(
                WARNING, words, "chạy diemcau backup, xem systemctl status diemcau-backup"
            )
        else:
            yield Finding(OK, words)
    free = shutil.disk_usage(folder).free
    words = f"Nơi sao lưu còn {_gigabytes(free)} (backup disk free)"
    if free < DISK_WANTED:
        yield Finding(WARNING, words, "dọn nơi sao lưu, nên có 5 GB")
    else:
        yield Finding(OK, words)


def secret_modes(installation: Installation) -> Iterator[Finding]:
    """Looks only; the secrets are made at the first start."""
    folder = installation.secrets_dir
    wide = [
        (path, allowed)
        for path, allowed in [(folder, 0o700), *((file, 0o600) for file in folder.iterdir())]
        if stat.S_IMODE(path.stat().st_mode) & ~allowed
    ]
    for path, allowed in wide:
        yield Finding(FAILED, f"Người khác đọc được {path}", f"chạy chmod {allowed:o} {path}")
    if not wide:
        yield Finding(OK, "Khóa chỉ chủ sở hữu đọc được (secrets are private)")


def network(installation: Installation) -> Iterator[Finding]:
    """Ports, and that media gets through them on this machine."""
    try:
        with lock(installation):
            for port in ports.needed(installation):
                problem = ports.complaint(port)
                words = f"Cổng {port.word} {port.number} trống ({port.variable})"
                yield Finding(FAILED, problem) if problem else Finding(OK, words)
            yield udp(installation.engine_udp_port)
    except InstallationError as running:
        yield Finding(OK, f"Không thử cổng: {running}")
        yield udp(0)
    if installation.public_host is not None:
        yield from public_address(installation.public_host)


def udp(port: int) -> Finding:
    """Send one full packet of media size to `port` of this machine and read it again."""
    packet = os.urandom(1200)
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiving,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending,
    ):
        receiving.settimeout(1)
        try:
            receiving.bind((LOOPBACK, port))
            sending.sendto(packet, receiving.getsockname())
            got = receiving.recv(2048)
        except OSError as error:
            return Finding(
                FAILED, f"UDP trên máy này không qua ({error})", "mở UDP cho 127.0.0.1 ở tường lửa"
            )
    if got != packet:
        return Finding(FAILED, "UDP trên máy này sai dữ liệu", "kiểm tra tường lửa")
    return Finding(OK, "UDP trên máy này qua được (UDP passes)")


def public_address(host: str) -> Iterator[Finding]:
    """The name leads to this machine."""
    address = engine.media_address(host)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as trial:
        try:
            trial.bind((address, 0))
        except OSError:
            yield Finding(
                WARNING,
                f"{host} là {address}, không phải địa chỉ của máy này",
                "sửa DNS, hoặc chuyển tiếp cổng trên thiết bị NAT",
            )
            return
    yield Finding(OK, f"{host} là {address} của máy này (resolves to this machine)")


def clock(installation: Installation) -> Iterator[Finding]:
    """Steady, set by a time server, and the zone of the province is known."""
    wall, steady = time.time(), time.monotonic()
    time.sleep(0.2)
    step = abs((time.time() - wall) - (time.monotonic() - steady))
    if step > STEP_ALLOWED:
        yield Finding(FAILED, "Đồng hồ máy nhảy khi đang chạy", "bật đồng bộ giờ (NTP)")
    else:
        yield Finding(OK, "Đồng hồ chạy đều (steady clock)")
    try:
        zoneinfo.ZoneInfo(ZONE)
    except zoneinfo.ZoneInfoNotFoundError:
        yield Finding(FAILED, f"Không có múi giờ {ZONE}", "chạy apt-get install tzdata")
    else:
        yield Finding(OK, f"Có múi giờ {ZONE} (time zone known)")
    synchronised = _time_server()
    if synchronised is None:
        yield Finding(
            WARNING,
            "Không rõ giờ máy có được đồng bộ",
            "kiểm tra NTP (cannot tell whether NTP is on)",
        )
    elif synchronised:
        yield Finding(OK, "Giờ máy được đồng bộ (NTP)")
    else:
        yield Finding(WARNING, "Giờ máy không được đồng bộ", "chạy timedatectl set-ntp true")


def _time_server() -> bool | None:
    if shutil.which("timedatectl") is None:
        return None
    said = subprocess.run(
        ["timedatectl", "show", "--property=NTPSynchronized", "--value"],
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )
    return {"yes": True, "no": False}.get(said.stdout.strip())


def limits(installation: Installation) -> Iterator[Finding]:
    """What the system grants: open files, buffers of UDP."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    words = f"Được mở {files} tệp (open files)"
    if files < FILES_WANTED:
        yield Finding(WARNING, words, f"chạy ulimit -n {FILES_WANTED}")
    else:
        yield Finding(OK, words)
    path = Path("/proc/sys/net/core/rmem_max")
    if path.exists() and int(path.read_text()) < UDP_BUFFER_WANTED:
        yield Finding(
            WARNING,
            "Bộ đệm UDP nhỏ, dễ mất gói khi trên 50 điểm cầu (small UDP buffers)",
            f"chạy sysctl -w net.core.rmem_max={UDP_BUFFER_WANTED}",
        )


CHECKS: tuple[Check, ...] = (
    versions,
    programs,
    libraries,
    pages,
    data,
    network,
    clock,
    limits,
    database,
    backups,
)


def main(arguments: Sequence[str]) -> int:
    """Examine this machine for the installation of the environment."""
    argparse.ArgumentParser(prog="diemcau doctor", description=__doc__).parse_args(arguments)
    return run(Installation.from_environ())
