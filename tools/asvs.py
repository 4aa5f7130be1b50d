"""Count the lines of docs/security/asvs.md, and look whether the evidence they name is there.

``python tools/asvs.py`` counts; ``--settle`` turns each line that waits into one that is met when
every test that it names is in the tree.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "security" / "asvs.md"
STATES = ("met", "partly", "not met", "n/a", "waits")

_ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| (.*) \|$")


@dataclass(frozen=True)
class Line:
    """One requirement.

    Args:
        key: its number.
        text: what it asks for.
        state: one of STATES.
        evidence: tests as ``path::name``, or paths of documents.
        note: the whole last cell.
    """

    key: str
    text: str
    state: str
    evidence: tuple[str, ...]
    note: str

    def missing(self, root: Path = ROOT) -> list[str]:
        """Return the evidence that is not in the tree."""
        return [named for named in self.evidence if not there(named, root)]


def there(named: str, root: Path = ROOT) -> bool:
    """Return whether a test or a document is in the tree."""
    path, _, name = named.partition("::")
    file = root / path
    if not file.is_file():
        return False
    found = re.search(rf"^(?:async )?def {re.escape(name)}\(", file.read_text("utf-8"), re.M)
    return not name or found is not None


def read(line: str) -> Line | None:
    """Return the requirement that a line of the page names, or None."""
    found = _ROW.match(line)
    if found is None or found[3] not in STATES:
        return None
    evidence = re.findall(r"`((?:tests|docs|src|tools)/[^`]+)`", found[4])
    return Line(found[1], found[2], found[3], tuple(evidence), found[4])


def lines(page: Path = PAGE) -> list[Line]:
    """Return every requirement of the page."""
    return [found for line in page.read_text("utf-8").splitlines() if (found := read(line))]


def settled(text: str, root: Path = ROOT) -> str:
    """Return the page with each waiting line met whose tests have come."""
    kept = []
    for line in text.splitlines():
        found = read(line)
        if found and found.state == "waits" and not found.missing(root):
            line = line.replace("| waits |", "| met |", 1)
        kept.append(line)
    return "\n".join(kept) + "\n"


def main() -> int:
    """Count, or settle; 1 when evidence of a met line is missing."""
    if "--settle" in sys.argv[1:]:
        PAGE.write_text(settled(PAGE.read_text("utf-8")), "utf-8")
    counted = Counter(line.state for line in lines())
    print(", ".join(f"{state}: {counted[state]}" for state in STATES))
    lost = [line for line in lines() if line.state in ("met", "partly") and line.missing()]
    for line in lost:
        print(f"✗ {line.key}: {', '.join(line.missing())}")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
