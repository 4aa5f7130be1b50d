"""How clauses are written and printed."""

import pytest

from diemcau.regulation import clause_label
from diemcau.regulation.clauses import code_of, is_clause, printed


@pytest.mark.parametrize(
    ("clause", "label"),
    [
        ("LD-12.2a", "LĐ 12.2a"),
        ("LD-12.2b1", "LĐ 12.2b"),
        ("LD-15.2dd", "LĐ 15.2đ"),
        ("LD-QD.2", "LĐ QĐ.2"),
        ("KH-4", "KH 4"),
        ("LC-8.2a2", "LC 8.2a"),
        ("BD-11.2dd", "BĐ 11.2đ"),
        ("BD-A2", "BĐ phụ lục II"),
        ("HUE-6.4", "Huế 6.4"),
        ("SM-6.2", "SM 6.2"),
    ],
)
def test_a_clause_is_printed_as_people_cite_it(clause: str, label: str) -> None:
    assert clause_label(clause) == label


@pytest.mark.parametrize("text", ["", "LD", "12.2a", "LD 12.2a", "LD-", "LD-12.2A", "ld-12.2a"])
def test_what_is_not_written_as_a_clause_is_refused(text: str) -> None:
    assert not is_clause(text)
    with pytest.raises(ValueError, match="not a clause"):
        printed(text, "LĐ")


def test_the_code_of_a_clause_is_what_stands_before_the_hyphen() -> None:
    assert code_of("HUE-6.4") == "HUE"
