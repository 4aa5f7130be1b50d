"""`diemcau up`: run one installation in a terminal or under a service manager."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from diemcau.installation import ROOT, Installation, InstallationError
from diemcau.supervisor import edge
from diemcau.supervisor.engine import write_private
from diemcau.supervisor.stack import Stack

FIRST_LINKS = ("-m", "diemcau.config.first_links")


@dataclass(frozen=True)
class FirstLink:
    """A one-time sign-in link: for whom, and its path on the installation's origin."""

    role: str
    label: str
    path: str


def run(installation: Installation) -> int:
    """Run until Ctrl-C, SIGTERM or SIGHUP. Returns the exit code of the program.

    Raises InstallationError when it could not start.
    """
    return asyncio.run(_run(installation))


async def _run(installation: Installation) -> int:
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
    try:
        async with Stack(installation, tell=say_step) as stack:
            links = await first_links(installation)
            started = True
            _announce(installation, links, time.monotonic() - begun)
            await stack.run_until(stop)
            say_step("Dừng mọi tiến trình (stopping)")
    except asyncio.CancelledError:
        if not stop.is_set():
            raise
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
    print(f"\ndiemcau: {installation.origin}", flush=True)
    print(f"Sẵn sàng sau {seconds:.1f} giây (ready)".replace(".", ",", 1))
    if (root := edge.root_certificate(installation)) and installation.public_host:
        print(
            f"Máy của các điểm cầu phải tin chứng thư gốc này (trust this root certificate): {root}"
        )
    show_links(installation, links, interactive=sys.stdout.isatty(), say=print)
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
    argparse.ArgumentParser(prog="diemcau up", description=__doc__).parse_args(arguments)
    return run(Installation.from_environ())
