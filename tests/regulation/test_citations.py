"""Every clause that a profile cites stands in the text of its regulation."""

import dataclasses
from collections.abc import Iterator

import pytest

from diemcau.regulation import Profile, Value, load_profiles
from diemcau.regulation.model import rules, sections

# The articles of each text with paragraphs and points: `9: "1abc 3"` has 9.1a to 9.1c and 9.3.
# Khánh Hòa's article 14 has no paragraph 4; its article 9.2 has a point "e" and no "đ".
TEXTS: dict[str, dict[int, str]] = {
    "KH": {
        **{1: "1 2", 2: "1 2", 3: "1 2 3", 4: "", 5: "1 2 3 4 5 6", 6: "1 2 3", 7: "1 2 3"},
        **{8: "1 2 3 4 5", 9: "1abc 2abcde 3", 10: "1 2 3 4 5 6", 11: "1 2 3 4 5", 12: "1 2 3 4"},
        **{13: "1 2", 14: "1 2 3 5", 15: "1 2 3", 16: "1 2"},
    },
    "LC": {
        **{1: "1 2", 2: "1 2", 3: "", 4: "1 2 3 4 5 6 7 8", 5: "1 2 3 4 5", 6: "1 2 3"},
        **{7: "1abc 2abc", 8: "1ab 2abcd 3", 9: "1 2 3", 10: "1 2 3", 11: "1 2 3 4"},
        **{12: "1 2 3", 13: "1 2", 14: "1 2", 15: ""},
    },
    "LD": {
        **{1: "", 2: "", 3: "1 2abc 3 4 5 6 7 8 9 10 11 12", 4: "1 2", 5: "1 2 3 4 5 6 7 8"},
        **{6: "1 2 3 4 5 6 7 8", 7: "1 2 3", 8: "1 2 3abc", 9: "1abc 2abcd", 10: "1 2"},
        **{11: "1 2 3 4 5", 12: "1 2abc", 13: "1 2 3abcd 4abc", 14: "1 2 3 4", 15: "1 2abcdđe 3"},
        **{16: "1 2", 17: "", 18: "1 2 3 4 5 6 7", 19: "1 2", 20: "1 2 3"},
    },
    "BD": {
        **{1: "", 2: "", 3: "1 2 3 4 5 6 7 8 9 10", 4: "1 2 3", 5: "1 2abcd"},
        **{6: "1 2 3 4 5 6 7 8", 7: "1 2 3 4 5 6 7 8", 8: "1 2abc", 9: "1 2 3ab", 10: "1 2abc"},
        **{11: "1ab 2abcdđ 3abc", 12: "1 2 3", 13: "", 14: "1 2abc 3 4", 15: "1 2 3"},
        **{16: "1abc 2abcdđ 3abcd", 17: "1abc 2ab", 18: "1 2 3"},
    },
    "HUE": {
        **{1: "1ab 2", 2: "1 2 3", 3: "1 2 3 4 5", 4: "1 2 3", 5: "1abcd 2 3abc 4 5ab 6"},
        **{6: "1 2 3 4 5", 7: "1 2 3"},
    },
}
ANNEXES = {"BD": 3}


def clauses_of(code: str) -> set[str]:
    """Spell out every clause of a text as data writes it."""
    found = {f"{code}-A{number}" for number in range(1, ANNEXES.get(code, 0) + 1)}
    for article, paragraphs in TEXTS[code].items():
        found.add(f"{code}-{article}")
        for entry in paragraphs.split():
            paragraph = entry.rstrip("abcdđe")
            found.add(f"{code}-{article}.{paragraph}")
            for point in entry.removeprefix(paragraph):
                found.add(f"{code}-{article}.{paragraph}{'dd' if point == 'đ' else point}")
    return found


def citations(of: Profile) -> Iterator[tuple[str, str]]:
    """Every clause that a profile cites, with the rule that cites it."""
    for section, kind in sections().items():
        for name in rules(kind):
            value: Value[object] = getattr(getattr(of, section), name)
            cited = [value.clause, *value.also]
            if isinstance(value.effective, tuple):
                cited += [
                    entry.clause
                    for entry in value.effective
                    if dataclasses.is_dataclass(entry) and hasattr(entry, "clause")
                ]
            yield from ((f"{section}.{name}", clause) for clause in cited if clause is not None)


@pytest.mark.parametrize("of", load_profiles(), ids=lambda of: of.key)
def test_every_clause_that_a_profile_cites_stands_in_its_text(of: Profile) -> None:
    known = clauses_of(of.regulation.code)
    cited = list(citations(of))
    assert [(rule, clause) for rule, clause in cited if clause not in known] == []
    assert len(cited) > 60


def test_a_clause_that_no_text_has_is_not_among_the_known_ones() -> None:
    assert "KH-14.5" in clauses_of("KH") and "KH-14.4" not in clauses_of("KH")
    assert "LD-15.2dd" in clauses_of("LD") and "LD-15.2f" not in clauses_of("LD")
    assert "BD-A3" in clauses_of("BD") and "HUE-A1" not in clauses_of("HUE")
