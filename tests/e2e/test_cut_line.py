"""A line that is cut says no goodbye: the desk sees it all the same."""

import json
import os
import signal
import subprocess
import sys
import time

from playwright.async_api import expect

from diemcau.supervisor.stack import Stack

from .conftest import MINH, Cast


async def test_the_desk_sees_a_cut_line_and_the_return_of_the_site(
    cast: Cast, stack: Stack
) -> None:
    minh = await cast.person(MINH)
    answer = await minh.api(
        "POST",
        f"/api/conferences/{cast.conference}/join",
        {"person": "Minh", "unit": "Tỉnh ủy"},
    )
    order = {
        "op": "add",
        "url": stack.installation.local_signal_url,
        "token": answer["body"]["token"],
        "number": answer["body"]["own"]["number"],
        "site": MINH,
        "name": answer["body"]["own"]["name"],
        "host": False,
    }
    site = subprocess.Popen(
        [sys.executable, "-m", "diemcau.drill.simulator"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert site.stdin is not None
    try:
        site.stdin.write(json.dumps(order) + "\n")
        site.stdin.flush()
        tile = cast.hoa.tile(MINH)
        await expect(tile).to_have_attribute("data-state", "connected", timeout=30_000)
        # A stopped process is a cut line: nothing goes out any more, no goodbye either.
        os.kill(site.pid, signal.SIGSTOP)
        cut = time.monotonic()
        await expect(tile).to_have_attribute("data-state", "lost", timeout=60_000)
        print(f"\na cut line was seen at the desk after {time.monotonic() - cut:.1f} s")
        os.kill(site.pid, signal.SIGCONT)
        await expect(tile).to_have_attribute("data-state", "connected", timeout=60_000)
    finally:
        site.kill()
        site.stdin.close()
        site.wait()
