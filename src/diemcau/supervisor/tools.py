"""The programs that the set-up needs, the least version of each, and the mend.

Only the standard library: the set-up reads this before anything is installed.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass

_NUMBERS = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")


@dataclass(frozen=True)
class Tool:
    """A program on PATH; `least` is (major, minor)."""

    name: str
    command: tuple[str, ...]
    least: tuple[int, int]
    mend: str

    @property
    def wanted(self) -> str:
        """The least version in words, such as "1.26"."""
        return ".".join(map(str, self.least)) if self.least > (0, 0) else ""


PYTHON_LEAST = (3, 11)
TOOLS = (
    Tool(
        "Node",
        ("node", "--version"),
        (20, 19),
        "cài Node 20.19 trở lên (install Node 20.19 or later)",
    ),
    Tool("npm", ("npm", "--version"), (9, 0), "cài npm kèm Node 20 (install npm of Node 20)"),
    Tool("Go", ("go", "version"), (1, 26), "cài Go 1.26 trở lên (install Go 1.26 or later)"),
    Tool("git", ("git", "--version"), (0, 0), "chạy apt-get install git (install git)"),
)


def version(tool: Tool) -> tuple[int, int] | None:
    """(major, minor) of the tool on PATH; None when it is missing or does not answer."""
    if shutil.which(tool.command[0]) is None:
        return None
    try:
        said = subprocess.run(
            tool.command, capture_output=True, text=True, timeout=30, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _NUMBERS.search(said)
    return (int(found[1]), int(found[2])) if found else None


def complaint(tool: Tool) -> str | None:
    """Why `tool` will not do and the mend, in one sentence; None when it will."""
    have = version(tool)
    if have is None:
        return f"Chưa có {tool.name}: {tool.mend} rồi chạy lại."
    if have < tool.least:
        number = ".".join(map(str, have))
        return f"{tool.name} {number} quá cũ, cần {tool.wanted}: {tool.mend} rồi chạy lại."
    return None
