"""`diemcau up`: run one installation in a terminal or under a service manager."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from diemcau.installation import ROOT, Installation, InstallationError
from diemcau.supervisor import edge, numbers
from diemcau.supervisor.engine import write_private
from diemcau.supervisor.stack import Stack
from diemcau.telemetry import logs, metrics, notify

log = logging.getLogger(__name__)

FIRST_LINKS = ("-m", "diemcau.config.first_links")


@dataclass(frozen=True)
class FirstLink:
    """A one-time sign-in link: for whom, and its path on the installation's origin."""

    role: str
    label: str
    path: str


def run(installation: Installation, *, links: bool = True) -> int:
    """Run until Ctrl-C, SIGTERM or SIGHUP. Returns the exit code of the program.

    Args:
        installation: what to run.
        links: whether to open a drill where there is no conference, and give one-time links.

    Raises InstallationError when it could not start.
    """
    return asyncio.run(_run(installation, links))


async def _run(installation: Installation, with_links: bool) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    main = asyncio.current_task()
    assert main is not None

    def end() -> None:
        # A second Ctrl-C, or one during the start: leave at once, still ending every child.
        if stop.is_set() or not started:
            main.cancel()
        stop.set()

    started = False
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, end)
    begun = time.monotonic()
    tell = say_step if sys.stdout.isatty() else log.info
    alive = loop.create_task(notify.keep_telling())
    try:
        async with Stack(installation, tell=tell) as stack:
            with metrics.served(
                numbers.of(stack), installation.metrics_host, installation.supervisor_metrics_port
            ):
                links = await first_links(installation) if with_links else []
                started = True
                _announce(installation, links, time.monotonic() - begun)
                notify.tell("READY=1", f"STATUS={installation.origin}")
                await stack.run_until(stop)
                notify.tell("STOPPING=1")
                tell("Dừng mọi tiến trình (stopping)")
    except asyncio.CancelledError:
        if not stop.is_set():
            raise
    finally:
        alive.cancel()
    return 0


async def first_links(installation: Installation) -> list[FirstLink]:
    """New one-time links for the control operator, a host site and two member sites.

    Raises InstallationError when they cannot be made.
    """
    asking = await asyncio.create_subprocess_exec(
        sys.executable,
        *FIRST_LINKS,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=installation.child_environ(),
        cwd=ROOT,
    )
    answer, complaint = await asking.communicate()
    if asking.returncode != 0:
        words = complaint.decode("utf-8", "replace").strip().splitlines()
        raise InstallationError(
            f"Chưa tạo được đường vào một lần: {words[-1] if words else asking.returncode} "
            "(making the one-time links failed)"
        )
    return [
        FirstLink(str(link["role"]), str(link["label"]), str(link["path"]))
        for link in json.loads(answer)
    ]


def _announce(installation: Installation, links: list[FirstLink], seconds: float) -> None:
    if not sys.stdout.isatty():
        log.info("Sẵn sàng sau %.1f giây (ready): %s", seconds, installation.origin)
        if links:
            show_links(installation, links, interactive=False, say=log.info)
        return
    print(f"\ndiemcau: {installation.origin}", flush=True)
    print(f"Sẵn sàng sau {seconds:.1f} giây (ready)".replace(".", ",", 1))
    if (root := edge.root_certificate(installation)) and installation.public_host:
        print(
            f"Máy của các điểm cầu phải tin chứng thư gốc này (trust this root certificate): {root}"
        )
    if links:
        show_links(installation, links, interactive=True, say=print)
    print("Ctrl-C để dừng (to stop)", flush=True)


def show_links(
    installation: Installation,
    links: list[FirstLink],
    *,
    interactive: bool,
    say: Callable[[str], None],
) -> Path | None:
    """Show the links to a person at a terminal, otherwise keep them in a private file.

    Returns that file, None when they were said.
    """
    lines = [f"{link.label}\n  {installation.origin}{link.path}" for link in links]
    if interactive:
        say("\nĐường vào dùng một lần (one-time sign-in links):\n")
        for line in lines:
            say(line)
        say("")
        return None
    path = installation.data_dir / "first-links.txt"
    write_private(path, "\n".join(lines) + "\n")
    say(f"Đường vào dùng một lần ở tệp (one-time sign-in links in): {path}")
    return path


def say_step(step: str) -> None:
    """One named step of the start, on its own line."""
    print(f"▸ {step}", flush=True)


def main(arguments: Sequence[str]) -> int:
    """Run the installation of the environment."""
    parser = argparse.ArgumentParser(prog="diemcau up", description=__doc__)
    parser.add_argument(
        "--no-links",
        action="store_true",
        help="không mở diễn tập, không cấp liên kết (no drill and no links at the start)",
    )
    given = parser.parse_args(arguments)
    installation = Installation.from_environ()
    logs.set_up(
        "supervisor", log_format=installation.log_format, secrets=lambda: logs.held(installation)
    )
    return run(installation, links=not given.no_links)
