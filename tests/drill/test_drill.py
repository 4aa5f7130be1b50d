"""The drill itself, on a whole installation: booked, opened, held and closed."""

import json
from pathlib import Path

import pytest

from diemcau.drill.chaos import chaos
from diemcau.drill.cli import finish
from diemcau.drill.report import Report
from diemcau.drill.run import LEAST_SITES, drill
from diemcau.supervisor.stack import Stack
from tests import postgresql

pytestmark = pytest.mark.engine


@pytest.fixture(scope="session")
def loops(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Encoded pictures, kept for all drills of this run."""
    return tmp_path_factory.mktemp("loops")


@pytest.mark.requirement("BD-3.3")
async def test_a_drill_holds_a_whole_conference_and_judges_its_media(
    tmp_path: Path, loops: Path
) -> None:
    async with Stack.isolated(tmp_path, database_url=postgresql.of_this_run()) as stack:
        report = await drill(stack, LEAST_SITES, loops)
    assert report.ok, report.text()


async def test_a_drill_is_held_on_postgresql(tmp_path: Path, loops: Path) -> None:
    with postgresql.server() as server:
        async with Stack.isolated(tmp_path, database_url=server) as stack:
            report = await drill(stack, LEAST_SITES, loops)
        assert not stack.installation.database_path.exists()
    assert report.ok, report.text()


async def test_a_conference_survives_the_death_of_engine_worker_and_web(
    tmp_path: Path, loops: Path
) -> None:
    async with Stack.isolated(tmp_path, database_url=postgresql.of_this_run()) as stack:
        report = await chaos(stack, 9, loops)
        assert [stack.restarts(name) for name in stack.names] == [1, 1, 1]
    assert report.ok, report.text()


def test_the_command_prints_its_findings_and_fails_when_a_check_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = Report("Diễn tập")
    report.times("Vào hội nghị", [0.2, 0.4], expected=2, unit="điểm cầu")
    to = tmp_path / "found.json"
    assert finish(report, to) == 0
    report.check("Nghe tiếng chủ trì", False)
    assert finish(report, to) == 1
    assert "✓ Vào hội nghị: 2/2 điểm cầu; trung vị 300 ms, chậm nhất 400 ms" in (
        capsys.readouterr().out
    )
    kept = json.loads(to.read_text())
    assert (kept["ok"], kept["lines"][0]["p50"]) == (False, 0.3)
