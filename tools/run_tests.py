"""Every check of the project, the cheap ones first; stops at the first that fails.

Run it with the Python of the virtual environment; `make test` does.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable

PYTEST = (PYTHON, "-m", "pytest")
ON_POSTGRESQL = ("env", "DIEMCAU_TEST_DATABASE=postgresql")

CHECKS: tuple[tuple[str, Path, tuple[str, ...]], ...] = (
    ("Lint", ROOT, (PYTHON, "-m", "ruff", "check", ".")),
    ("Format", ROOT, (PYTHON, "-m", "ruff", "format", "--check", ".")),
    ("Import contracts", ROOT, (str(Path(PYTHON).with_name("lint-imports")),)),
    ("Types", ROOT, (PYTHON, "-m", "mypy")),
    ("Client tests", ROOT / "client", ("npm", "test")),
    ("Python tests", ROOT, (*PYTEST, "--ignore=tests/e2e")),
    (
        "Database tests on PostgreSQL",
        ROOT,
        (*ON_POSTGRESQL, *PYTEST, "--ignore=tests/e2e", "-m", "database"),
    ),
    ("Browser tests", ROOT, (*PYTEST, "tests/e2e")),
)
FULL = (("Everything on PostgreSQL", ROOT, (*ON_POSTGRESQL, *PYTEST, "-m", "not database")),)
"""What `make test-full` adds: browser, media and process tests on PostgreSQL as well."""


def main() -> int:
    """The exit code of the first check that fails, else 0."""
    checks = CHECKS + FULL if "--full" in sys.argv[1:] else CHECKS
    for name, folder, command in checks:
        begun = time.monotonic()
        print(f"▸ {name}: {' '.join(Path(word).name for word in command[:3])}", flush=True)
        code = subprocess.run(command, cwd=folder, check=False).returncode
        if code != 0:
            print(f"✗ {name}", file=sys.stderr, flush=True)
            return code
        print(f"✓ {name}, {time.monotonic() - begun:.1f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
