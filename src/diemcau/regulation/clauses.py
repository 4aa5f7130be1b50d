"""Clause numbers: how they are written in data (`LD-12.2a`) and printed (`LĐ 12.2a`).

A clause is the regulation's code, a hyphen, article, paragraph and point. The Vietnamese point
"đ" is written `dd` in data, `QD` is the enacting decision and `A1`, `A2`… are annexes. A digit
after a point (`LD-12.2b1`) splits one point into several requirements and is never printed.
"""

import re

_CLAUSE = re.compile(
    r"(?P<code>[A-Z][A-Z0-9]*)-"
    r"(?:QD(?:\.(?P<decision>\d+))?"
    r"|A(?P<annex>\d+)"
    r"|(?P<article>\d+)(?:\.(?P<paragraph>\d+))?(?P<point>dd|[a-z])?(?P<part>\d+)?)"
)
_ROMAN = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")


def is_clause(text: str) -> bool:
    """Say whether `text` is written as a clause, whatever the regulation."""
    return _CLAUSE.fullmatch(text) is not None


def code_of(clause: str) -> str:
    """Return the regulation's code, `LD` of `LD-12.2a`.

    Raises ValueError when `clause` is not written as a clause.
    """
    return _match(clause)["code"]


def printed(clause: str, label: str) -> str:
    """Print `clause` for people, `label` being the regulation's short label (`LĐ`).

    Raises ValueError when `clause` is not written as a clause.
    """
    found = _match(clause)
    if found["annex"] is not None:
        annex = int(found["annex"])
        return f"{label} phụ lục {_ROMAN[annex] if annex < len(_ROMAN) else annex}"
    if found["article"] is None:
        return f"{label} QĐ" + (f".{found['decision']}" if found["decision"] else "")
    paragraph = f".{found['paragraph']}" if found["paragraph"] else ""
    point = "đ" if found["point"] == "dd" else (found["point"] or "")
    return f"{label} {found['article']}{paragraph}{point}"


def _match(clause: str) -> re.Match[str]:
    found = _CLAUSE.fullmatch(clause)
    if found is None:
        raise ValueError(f"not a clause: {clause!r}")
    return found
