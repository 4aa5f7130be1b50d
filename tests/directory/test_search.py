"""Type-to-find, held to the vectors that the browser is held to as well."""

import json
import unicodedata
from pathlib import Path

import pytest

from diemcau.directory.search import fold, initials, rank_name
from diemcau.directory.source import load_directory

VECTORS = json.loads(
    (Path(__file__).parents[1] / "vectors" / "search.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(("text", "folded"), VECTORS["fold"])
def test_marks_case_and_punctuation_are_folded_away(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(unicodedata.normalize("NFD", text)) == folded


@pytest.mark.parametrize(("text", "letters"), VECTORS["initials"])
def test_initials_are_the_first_letters_of_the_words(text: str, letters: str) -> None:
    assert initials(text) == letters


@pytest.mark.parametrize(("query", "name", "rank"), VECTORS["rank"])
def test_a_name_answers_a_query_as_well_as_the_vectors_say(
    query: str, name: str, rank: int
) -> None:
    assert rank_name(query, name) == rank


@pytest.mark.parametrize("query", ["da teh", "dt"])
def test_da_teh_is_found_without_marks_and_by_initials(query: str) -> None:
    found = [one.name for one in load_directory("lam-dong").sites if rank_name(query, one.name)]
    assert "Xã Đạ Tẻh" in found
    assert "Phường Mũi Né" not in found
