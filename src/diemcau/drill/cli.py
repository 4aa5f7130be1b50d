"""``diemcau drill`` and ``diemcau bench``: read the arguments, run, print, keep as JSON."""

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from diemcau.installation import Installation
from diemcau.supervisor.stack import Stack

from . import bench as bench_module
from . import chaos, run
from .person import Refused
from .quiet import keep_native_output_away
from .report import Report


def drill(arguments: Sequence[str]) -> int:
    """Hold a drill on an installation of its own; 0 when every check passed."""
    parser = argparse.ArgumentParser(prog="diemcau drill", description=drill.__doc__)
    parser.add_argument("--sites", type=int, default=9, help="số điểm cầu (how many sites)")
    parser.add_argument(
        "--chaos",
        action="store_true",
        help="làm chết máy chủ hình ảnh, tiến trình và web giữa chừng (kill processes meanwhile)",
    )
    parser.add_argument("--json", type=Path, help="ghi kết quả vào tệp (write the findings)")
    given = parser.parse_args(arguments)
    if given.sites < run.LEAST_SITES:
        parser.error(f"--sites: ít nhất {run.LEAST_SITES} (at least {run.LEAST_SITES})")
    keep_native_output_away()
    hold = chaos.chaos if given.chaos else run.drill
    return asyncio.run(_held(hold, given.sites, given.json))


async def _held(
    hold: Callable[[Stack, int, Path], Awaitable[Report]], sites: int, to: Path | None
) -> int:
    usual = Installation.from_environ()
    report = None
    with _folder() as folder:
        # Beside whatever runs, on free ports, with a database of its own.
        stack = Stack.isolated(folder, province=usual.province, tell=_tell)
        async with stack:
            _tell(f"Diễn tập {sites} điểm cầu (a drill with {sites} sites)")
            try:
                report = await hold(stack, sites, usual.data_dir / "loops")
            except* Refused as refused:
                for reason in refused.exceptions:
                    print(f"✗ Không diễn tập được: {reason}", file=sys.stderr)
    return 1 if report is None else finish(report, to)


def finish(report: Report, to: Path | None) -> int:
    """Print the findings, keep them as JSON in ``to``, and return the exit code."""
    print(report.text())
    if to is not None:
        to.write_text(json.dumps(report.data(), ensure_ascii=False, indent=1) + "\n", "utf-8")
    return 0 if report.ok else 1


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="diemcau-drill-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _tell(step: str) -> None:
    print(f"… {step}", file=sys.stderr, flush=True)


def bench(arguments: Sequence[str]) -> int:
    """Measure latencies and load; 0 when it could be measured, whatever the figures."""
    return bench_module.main(arguments)
