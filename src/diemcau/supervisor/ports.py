"""Which ports an installation needs, whether they are free, and who holds them."""

from __future__ import annotations

import contextlib
import errno
import random
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from diemcau.installation import LOOPBACK, PORTS, Installation

EVERYWHERE = "0.0.0.0"

# Below the range from which the kernel takes the ports of outgoing connections.
_TEST_RANGE = range(20000, 30000)


@dataclass(frozen=True)
class Port:
    """One port that the installation opens: variable that names it, address, TCP or UDP."""

    variable: str
    number: int
    address: str
    kind: socket.SocketKind

    @property
    def word(self) -> str:
        return "TCP" if self.kind is socket.SOCK_STREAM else "UDP"


def needed(installation: Installation) -> list[Port]:
    """Every port that the processes of `installation` open."""
    tcp, udp = socket.SOCK_STREAM, socket.SOCK_DGRAM
    public = installation.public_host is not None
    ports = [
        Port("PORT", installation.port, installation.web_host, tcp),
        Port("ENGINE_PORT", installation.engine_port, installation.engine_host, tcp),
        Port(
            "ENGINE_UDP_PORT",
            installation.engine_udp_port,
            EVERYWHERE if public else LOOPBACK,
            udp,
        ),
        Port("WORKER_PORT", installation.worker_port, installation.worker_host, tcp),
        Port("WORKER_PORT", installation.worker_port, installation.worker_host, udp),
        *(
            Port(PORTS[field], getattr(installation, field), installation.metrics_host, tcp)
            for field in ("supervisor_metrics_port", "web_metrics_port", "worker_metrics_port")
        ),
        Port(
            "ENGINE_METRICS_PORT", installation.engine_metrics_port, installation.engine_host, tcp
        ),
    ]
    if public:
        ports += [
            Port("ENGINE_TCP_PORT", installation.engine_tcp_port, EVERYWHERE, tcp),
            Port("EDGE_PORT", installation.edge_port, EVERYWHERE, tcp),
        ]
    return ports


def complaint(port: Port) -> str | None:
    """Why `port` cannot be opened and the mend, in one sentence; None when it is free."""
    family = socket.AF_INET6 if ":" in port.address else socket.AF_INET
    with socket.socket(family, port.kind) as trial:
        if port.kind is socket.SOCK_STREAM:
            # As the servers do: connections of the last run that still linger are no obstacle.
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((port.address, port.number))
        except OSError as error:
            if error.errno == errno.EACCES:
                return (
                    f"Không được mở cổng {port.number} (cần quyền root): đặt {port.variable} "
                    f"từ 1024 trở lên. (Port {port.number} needs root: set {port.variable}.)"
                )
            if error.errno == errno.EADDRINUSE:
                holder = holder_of(port)
                return (
                    f"Cổng {port.word} {port.number} đang bị {holder or 'chương trình khác'} giữ: "
                    f"dừng chương trình đó hoặc đặt {port.variable} khác. "
                    f"(Port {port.number} is taken: stop {holder or 'its holder'} "
                    f"or set {port.variable}.)"
                )
            return (
                f"Không mở được cổng {port.word} {port.number} ({error.strerror}): đặt "
                f"{port.variable} khác. (Port {port.number} cannot be opened.)"
            )
    return None


def holder_of(port: Port) -> str | None:
    """Name and number of the process that holds `port`, as far as this user may see it."""
    sockets = {f"socket:[{inode}]" for inode in _inodes(port)}
    if not sockets:
        return None
    for process in Path("/proc").glob("[0-9]*"):
        # A process may end while it is looked at, or belong to somebody else.
        with contextlib.suppress(OSError):
            if any(_target(link) in sockets for link in (process / "fd").iterdir()):
                return f"{(process / 'comm').read_text().strip()} ({process.name})"
    return None


def _target(link: Path) -> str | None:
    try:
        return str(link.readlink())
    except OSError:
        return None


def _inodes(port: Port) -> Iterator[str]:
    listening = "0A" if port.kind is socket.SOCK_STREAM else "07"
    family = port.word.lower()
    for table in (Path("/proc/net") / family, Path("/proc/net") / f"{family}6"):
        if not table.exists():
            continue
        for line in table.read_text().splitlines()[1:]:
            columns = line.split()
            if columns[3] == listening and int(columns[1].rpartition(":")[2], 16) == port.number:
                yield columns[9]


def free_ports() -> dict[str, int]:
    """Ports for a whole installation beside others: field of `Installation` → free number."""
    chosen: dict[str, int] = {}
    candidates = random.SystemRandom().sample(_TEST_RANGE, 500)
    kinds = (socket.SOCK_STREAM, socket.SOCK_DGRAM)
    for field, variable in PORTS.items():
        while True:
            number = candidates.pop()
            if not any(complaint(Port(variable, number, EVERYWHERE, kind)) for kind in kinds):
                chosen[field] = number
                break
    return chosen
