"""The media engine: which program, with which settings.

Measured traps that shape the settings: without `node_ip` the engine advertises an address that
loopback cannot reach; without `stun_servers` it sends every browser to servers outside the
province; its TCP media port listens on all interfaces whatever `bind_addresses` says.
"""

from __future__ import annotations

import ipaddress
import json
import os
import re
import shutil
import socket
import subprocess
from pathlib import Path
from string import Template

from diemcau.installation import LOOPBACK, ROOT, Installation, InstallationError

PROGRAM = "livekit-server"
MODULE = "github.com/livekit/livekit-server"
BUILT = ROOT / ".tools" / PROGRAM
"""Where the set-up puts the engine that it builds."""

EMPTY_TIMEOUT = 12 * 3600
"""Seconds that a room without participants stays: rooms are closed by the worker, not by time."""

_NUMBER = re.compile(r"(\d+)\.(\d+)\.(\d+)")


def pinned_version() -> str:
    """The version of the engine in `engine/go.mod`, such as "1.13.5"."""
    text = (ROOT / "engine" / "go.mod").read_text(encoding="utf-8")
    found = re.search(rf"{re.escape(MODULE)} v(\d+\.\d+\.\d+)", text)
    if found is None:
        raise InstallationError(
            f"engine/go.mod không ghi phiên bản {MODULE}: lấy lại mã nguồn. (No engine pinned.)"
        )
    return found[1]


def version_of(program: Path | str) -> str | None:
    """What `program --version` says, or None when it cannot be run."""
    try:
        said = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _NUMBER.search(said.stdout)
    return found[0] if found else None


def fits(version: str | None, pinned: str) -> bool:
    """True when `version` is the pinned one or a later mend of the same minor version."""
    have, want = (_NUMBER.fullmatch(v or "") for v in (version, pinned))
    if have is None or want is None:
        return False
    return have.group(1, 2) == want.group(1, 2) and int(have[3]) >= int(want[3])


NO_STUN = "127.0.0.1:9"
"""Without a name here clients are sent to public STUN servers, and the engine's own media port
breaks their connection: the discard port of their own machine asks nobody."""


def find() -> Path | None:
    """The engine to run: the one on PATH when its version fits, else the one that was built."""
    pinned = pinned_version()
    on_path = shutil.which(PROGRAM)
    if on_path and fits(version_of(on_path), pinned):
        return Path(on_path)
    if BUILT.exists() and fits(version_of(BUILT), pinned):
        return BUILT
    return None


def require() -> Path:
    """As `find`, raising InstallationError with the mend when there is none."""
    program = find()
    if program is None:
        raise InstallationError(
            f"Chưa có {PROGRAM} {pinned_version()}: chạy make run để dựng. (The engine is not "
            "built yet: run make run.)"
        )
    return program


def media_address(public_host: str | None) -> str:
    """The IP address under which sites reach the engine's media ports.

    A name that this machine itself maps to loopback (Debian writes 127.0.1.1 for its own name)
    stands for the address of the default route.
    """
    if public_host is None:
        return LOOPBACK
    try:
        found = socket.getaddrinfo(public_host, None, type=socket.SOCK_DGRAM)
    except OSError as error:
        raise InstallationError(
            f"Không tìm được địa chỉ của PUBLIC_HOST={public_host}: thêm tên vào DNS hoặc "
            "/etc/hosts, hoặc ghi địa chỉ IP. (PUBLIC_HOST does not resolve.)"
        ) from error
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    # IPv4 first: the older room PCs have nothing else.
    address = min(addresses, key=lambda a: a.version)
    if address.is_loopback and str(address) != public_host and public_host != "localhost":
        return _address_of_default_route() or str(address)
    return str(address)


def _address_of_default_route() -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as trial:
        try:
            # Choosing a route sends nothing; the address is one of those kept for documents.
            trial.connect(("192.0.2.1", 9))
        except OSError:
            return None
        return str(trial.getsockname()[0])


def render(installation: Installation) -> str:
    """The engine's settings for `installation`, with its secret in them."""
    public = installation.public_host is not None
    address = media_address(installation.media_host or installation.public_host)
    secrets = installation.secrets
    values: dict[str, object] = {
        "port": installation.engine_port,
        "host": installation.engine_host,
        "json": installation.log_format != "plain",
        "metrics_port": installation.engine_metrics_port,
        "udp_port": installation.engine_udp_port,
        # 0 closes it: on one machine UDP always arrives, and this port knows no loopback.
        "tcp_port": installation.engine_tcp_port if public else 0,
        "node_ip": address,
        "stun_server": NO_STUN,
        "addresses": [] if public else ["127.0.0.0/8"],
        "empty_timeout": EMPTY_TIMEOUT,
        "key": secrets.engine_key,
        "secret": secrets.engine_secret,
        "webhook_url": installation.webhook_url,
    }
    template = Template((ROOT / "engine" / "livekit.yaml.tmpl").read_text(encoding="utf-8"))
    # JSON values are YAML values, quoted where it matters.
    return template.substitute({name: json.dumps(value) for name, value in values.items()})


def write_settings(installation: Installation) -> Path:
    """Write the engine's settings into the run folder with mode 0600 and return their path."""
    path = installation.run_dir / "livekit.yaml"
    write_private(path, render(installation))
    return path


def write_private(path: Path, text: str) -> None:
    """Replace `path` by `text`, readable by its owner only at every moment."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
