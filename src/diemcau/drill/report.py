"""What a drill found: checks and measured times, for people and as JSON."""

import math
import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Line:
    """One finding.

    Args:
        what: what was looked at, in Vietnamese.
        ok: None for a measurement without a judgement.
        detail: what was found.
        seconds: measured times, if any.
    """

    what: str
    ok: bool | None
    detail: str = ""
    seconds: tuple[float, ...] = ()


@dataclass
class Report:
    """The findings of one drill, in the order in which they were made."""

    title: str
    lines: list[Line] = field(default_factory=list)

    def check(self, what: str, ok: bool, detail: str = "") -> bool:
        """Write down a check and return its result."""
        self.lines.append(Line(what, ok, detail))
        return ok

    def note(self, what: str, detail: str) -> None:
        """Write down what is not judged."""
        self.lines.append(Line(what, None, detail))

    def times(
        self, what: str, seconds: Iterable[float], *, expected: int | None = None, unit: str = ""
    ) -> bool:
        """Write down times measured at several sites.

        Args:
            what: what was measured.
            seconds: one for each site where it was seen.
            expected: how many there must be; None judges nothing.
            unit: said after the number, such as "điểm cầu".
        """
        measured = tuple(seconds)
        ok = None if expected is None else len(measured) == expected
        parts = [f"{len(measured)}/{expected} {unit}".strip()] if expected is not None else []
        if measured:
            parts.append(f"trung vị {shown(median(measured))}, chậm nhất {shown(max(measured))}")
        self.lines.append(Line(what, ok, "; ".join(parts), measured))
        return ok is not False

    @property
    def ok(self) -> bool:
        """True when no check failed."""
        return all(line.ok is not False for line in self.lines)

    def text(self) -> str:
        """The report for a terminal."""
        signs = {True: "✓", False: "✗", None: "·"}
        body = [
            f"  {signs[line.ok]} {line.what}" + (f": {line.detail}" if line.detail else "")
            for line in self.lines
        ]
        wrong = sum(line.ok is False for line in self.lines)
        end = "Diễn tập đạt." if self.ok else f"Diễn tập không đạt: {wrong} mục sai."
        return "\n".join([self.title, *body, end])

    def data(self) -> dict[str, Any]:
        """The report for a machine; times in seconds."""
        return {
            "title": self.title,
            "ok": self.ok,
            "lines": [
                {
                    "what": line.what,
                    "ok": line.ok,
                    "detail": line.detail,
                    **summary(line.seconds),
                }
                for line in self.lines
            ],
        }


def median(seconds: Iterable[float]) -> float:
    """The median of at least one time."""
    return statistics.median(seconds)


def percentile(seconds: Iterable[float], part: float) -> float:
    """The smallest of the times that ``part`` (0…1) of them do not exceed."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, max(0, math.ceil(part * len(ordered)) - 1))]


def summary(seconds: tuple[float, ...]) -> dict[str, float]:
    """p50, p95 and the largest, rounded to a tenth of a millisecond; empty for no times."""
    if not seconds:
        return {}
    return {
        "n": len(seconds),
        "p50": round(median(seconds), 4),
        "p95": round(percentile(seconds, 0.95), 4),
        "max": round(max(seconds), 4),
    }


def shown(seconds: float) -> str:
    """A time for people, with the Vietnamese decimal comma: ms below a second."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.2f} s".replace(".", ",")
