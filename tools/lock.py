"""Write the lock files from requirements/*.in: versions and hashes, no index address."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Compile both; the tests' lock keeps the versions of the other. 0 when both were written."""
    options = [
        *("--universal", "--python-version", "3.11", "--generate-hashes", "--no-annotate"),
        *("--no-emit-index-url", "--no-emit-find-links"),
        *("--custom-compile-command", "make lock", "--quiet", *sys.argv[1:]),
    ]
    uv = str(Path(sys.executable).with_name("uv"))
    for source, target, extra in (
        ("requirements/run.in", "constraints.txt", []),
        ("requirements/dev.in", "constraints-dev.txt", ["--constraints", "constraints.txt"]),
    ):
        command = [uv, "pip", "compile", *options, *extra, source, "-o", target]
        code = subprocess.run(command, cwd=ROOT, check=False).returncode
        if code != 0:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
