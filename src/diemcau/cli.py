"""`diemcau COMMAND`: one word, one module of the room where the work is done."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Sequence
from typing import NamedTuple

from diemcau.installation import InstallationError


class Command(NamedTuple):
    """Which module does it, run as `python -m module` would, and what it is for."""

    module: str
    words: str


COMMANDS = {
    "up": Command(
        "diemcau.supervisor.up",
        "chạy hệ thống đến khi Ctrl-C (run the installation)",
    ),
    "doctor": Command(
        "diemcau.supervisor.doctor",
        "kiểm tra máy này, nói rõ chỗ sai và cách sửa (check this machine)",
    ),
    "link": Command(
        "diemcau.config.link",
        "tạo đường vào dùng một lần: --role site --site KEY (a one-time sign-in link)",
    ),
    "drill": Command(
        "diemcau.drill.run",
        "diễn tập với các điểm cầu mô phỏng: --sites 9 (a drill with simulated sites)",
    ),
    "bench": Command(
        "diemcau.drill.bench",
        "đo thời gian và tải (measure latencies and load)",
    ),
}
"""A table instead of imports: `doctor` must run where Django or the media libraries do not load."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0 when it did what was asked.

    A command may also end the program itself, with its own exit code.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or words[0] in {"-h", "--help", "help"}:
        print(usage())
        return 0 if words else 2
    name, rest = words[0], words[1:]
    if name not in COMMANDS:
        print(f"Không có lệnh {name} (no such command)\n\n{usage()}", file=sys.stderr)
        return 2
    sys.argv = [f"diemcau {name}", *rest]
    try:
        runpy.run_module(COMMANDS[name].module, run_name="__main__", alter_sys=True)
    except InstallationError as problem:
        print(f"✗ {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def usage() -> str:
    """The commands, one line each."""
    lines = [f"  diemcau {name:<8}{command.words}" for name, command in COMMANDS.items()]
    return "\n".join(["Cách dùng (usage):", *lines])


if __name__ == "__main__":
    sys.exit(main())
