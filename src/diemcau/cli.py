"""`diemcau COMMAND`: one word, one function of the room where the work is done."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple

from diemcau.installation import InstallationError


class Command(NamedTuple):
    """Where a command lives ("module:function", taking arguments, returning an exit code)."""

    function: str
    words: str


COMMANDS = {
    "up": Command(
        "diemcau.supervisor.up:main",
        "chạy hệ thống đến khi Ctrl-C (run the installation)",
    ),
    "run": Command(
        "diemcau.supervisor.one:main",
        "chạy một tiến trình: engine, web, worker, edge (one process, for systemd)",
    ),
    "prepare": Command(
        "diemcau.supervisor.one:prepare",
        "chuẩn bị cơ sở dữ liệu và danh bạ (migrate and load the directory)",
    ),
    "doctor": Command(
        "diemcau.supervisor.doctor:main",
        "kiểm tra máy này, nói rõ chỗ sai và cách sửa (check this machine)",
    ),
    "link": Command(
        "diemcau.config.link:main",
        "tạo đường vào dùng một lần: --role site --site KEY (a one-time sign-in link)",
    ),
    "audit": Command(
        "diemcau.audit.command:main",
        "kiểm tra nhật ký, chuyển sự kiện cũ ra tệp: verify | retain (the audit trail)",
    ),
    "backup": Command(
        "diemcau.backup.cli:backup",
        "sao lưu khi đang chạy: [--to DIR] [--keep 14] (back up while it runs)",
    ),
    "restore": Command(
        "diemcau.backup.cli:restore",
        "phục hồi: FILE --key KHÓA [--replace] [--yes] (restore a backup)",
    ),
    "backup-key": Command(
        "diemcau.backup.cli:backup_key",
        "tạo khóa sao lưu, giữ ở máy khác: --to PATH (make a key for backups)",
    ),
    "admin": Command(
        "diemcau.config.admin:main",
        "tạo quản trị hệ thống đầu tiên: --name TÊN --username TÊN (the first administrator)",
    ),
    "invite": Command(
        "diemcau.config.invite:main",
        "mời người dùng đặt mật khẩu: --username lan [--name TÊN] (invite a person)",
    ),
    "drill": Command(
        "diemcau.drill.cli:drill",
        "diễn tập với điểm cầu mô phỏng: --sites 9 [--chaos] (a drill with simulated sites)",
    ),
    "bench": Command(
        "diemcau.drill.cli:bench",
        "đo thời gian và tải (measure latencies and load)",
    ),
}
"""A table instead of imports: `doctor` must run where Django or the media libraries do not load."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0 when it did what was asked."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or words[0] in {"-h", "--help", "help"}:
        print(usage())
        return 0 if words else 2
    name, rest = words[0], words[1:]
    if name not in COMMANDS:
        print(f"Không có lệnh {name} (no such command)\n\n{usage()}", file=sys.stderr)
        return 2
    try:
        return _load(COMMANDS[name].function)(rest)
    except InstallationError as problem:
        print(f"✗ {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def usage() -> str:
    """The commands, one line each."""
    lines = [f"  diemcau {name:<11}{command.words}" for name, command in COMMANDS.items()]
    return "\n".join(["Cách dùng (usage):", *lines])


def _load(function: str) -> Callable[[Sequence[str]], int]:
    module, _, name = function.partition(":")
    found: Callable[[Sequence[str]], int] = getattr(importlib.import_module(module), name)
    return found


if __name__ == "__main__":
    sys.exit(main())
