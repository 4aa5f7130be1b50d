"""The last step of a restore goes on where it was cut off."""

from pathlib import Path

import pytest

from diemcau.installation import Installation
from diemcau.supervisor import ports, swap
from diemcau.supervisor.stack import Stack
from diemcau.supervisor.swap import Swap
from tests.supervisor.stubs import two_servers


@pytest.fixture
def half(tmp_path: Path) -> Installation:
    """An installation whose machine lost power right after the journal was written."""
    installation = Installation(tmp_path / "var", **ports.free_ports())
    installation.make_folders()
    data = installation.data_dir
    for name, text in (("a", "old"), ("gone", "old"), ("fresh/a", "new"), ("fresh/b", "new")):
        (data / name).parent.mkdir(exist_ok=True)
        (data / name).write_text(text)
    return installation


def wanted() -> Swap:
    return Swap("fresh", "before", take=("a", "b"), drop=("gone", "never-there"))


def state(installation: Installation) -> dict[str, str]:
    data = installation.data_dir
    names = ("a", "b", "gone", "before/a", "before/b", "before/gone")
    return {n: (data / n).read_text() for n in names if (data / n).exists()}


DONE = {"a": "new", "b": "new", "before/a": "old", "before/gone": "old"}


async def test_the_next_start_finishes_it_before_anything_reads_the_data(
    half: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(swap, "finish", lambda installation: False)  # the power goes
        swap.begin(half, wanted())
    seen = {}

    def processes(installation: Installation) -> object:
        seen.update(state(installation))
        return two_servers(installation)

    async with Stack(half, processes=processes, prepare=()):  # type: ignore[arg-type]
        assert seen == DONE
    assert not (half.data_dir / swap.JOURNAL).exists()


def test_what_came_up_in_between_is_kept_too(half: Installation) -> None:
    data = half.data_dir
    (data / "before").mkdir()
    (data / "before" / "a").write_text("older")
    swap.begin(half, wanted())
    assert (data / "before" / "a~").read_text() == "old"
    assert (data / "before" / "a").read_text() == "older"
    assert not swap.finish(half)
