"""What is said about security is shown by tests that are there, and what is not shown says so."""

import re
from pathlib import Path

import pytest

from diemcau.web.limits import LIMITS
from tools import asvs

DOCS = asvs.ROOT / "docs" / "security"


@pytest.mark.requirement("LD-8.1")
def test_every_test_and_document_that_is_named_is_there() -> None:
    found = asvs.lines()
    assert len(found) > 200
    for line in found:
        if line.state in ("met", "partly"):
            assert line.missing() == [], line.key


def test_nothing_is_called_met_without_evidence() -> None:
    for line in asvs.lines():
        if line.state in ("met", "waits"):
            assert line.evidence, line.key
        if line.state in ("partly", "n/a"):
            assert line.note != "—", f"{line.key} says why"


def test_every_chapter_is_there_and_no_requirement_twice() -> None:
    keys = [line.key for line in asvs.lines()]
    assert len(keys) == len(set(keys))
    chapters = {key.split(".")[0] for key in keys if "." in key}
    assert chapters == {str(number) for number in range(1, 18)}


def test_every_row_of_the_page_is_read() -> None:
    rows = [line for line in asvs.PAGE.read_text("utf-8").splitlines() if re.match(r"\| \d", line)]
    assert len(rows) == len(asvs.lines())


def test_a_line_that_waits_is_met_only_when_all_its_tests_have_come(tmp_path: Path) -> None:
    page = "| 1.1.1 | x | waits | `tests/a.py::test_b`, `tests/a.py::test_c` |\n"
    tests = tmp_path / "tests"
    tests.mkdir()
    (tests / "a.py").write_text("def test_b():\n    pass\n", "utf-8")
    assert asvs.settled(page, tmp_path) == page
    (tests / "a.py").write_text(
        "def test_b():\n    pass\n\n\nasync def test_c():\n    pass\n", "utf-8"
    )
    assert "| met |" in asvs.settled(page, tmp_path)


def test_the_threat_model_names_tests_that_are_there_and_fits_a_page() -> None:
    text = (DOCS / "mo-hinh-de-doa.md").read_text("utf-8")
    named = re.findall(r"`(tests/[^`]+)`", text)
    assert len(named) > 10
    assert [one for one in named if not asvs.there(one)] == []
    assert len(text.splitlines()) < 70


def test_what_the_documents_name_exists() -> None:
    for page in DOCS.glob("*.md"):
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
            assert (DOCS / link).exists(), link
    text = (DOCS / "README.md").read_text("utf-8")
    assert "`LIMITS`" in text and LIMITS
