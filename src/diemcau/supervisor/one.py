"""`diemcau run NAME`: one process in place of this one, for a service manager that keeps it.

With several machines each of them runs what it is there for, and systemd does what the supervisor
does on one machine. Program, arguments and environment are the same.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from diemcau.installation import ROOT, Installation, InstallationError
from diemcau.supervisor.stack import PREPARE, processes_of

NAMES = ("engine", "web", "worker", "edge")

PASSED_ON = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "CREDENTIALS_DIRECTORY")
"""What systemd tells the process that it starts, and so the one that takes its place."""


def main(arguments: Sequence[str]) -> int:
    """Become the process. Raises InstallationError when the installation has no such one."""
    parser = argparse.ArgumentParser(prog="diemcau run", description=__doc__)
    parser.add_argument("name", choices=NAMES)
    name = parser.parse_args(arguments).name
    installation = Installation.from_environ()
    installation.make_folders()
    found = [p for p in processes_of(installation, only=name) if p.name == name]
    if not found:
        raise InstallationError(
            f"Đặt PUBLIC_HOST để chạy {name}. (Set PUBLIC_HOST to run the {name}.)"
        )
    (wanted,) = found
    if wanted.cwd is not None:
        os.chdir(wanted.cwd)
    environ = dict(wanted.environ)
    environ |= {key: os.environ[key] for key in PASSED_ON if key in os.environ}
    os.execvpe(wanted.argv[0], wanted.argv, environ)


def prepare(arguments: Sequence[str]) -> int:
    """`diemcau prepare`: migrate the database and load the directory, before web and worker."""
    argparse.ArgumentParser(prog="diemcau prepare", description=prepare.__doc__).parse_args(
        arguments
    )
    os.chdir(ROOT)
    environ = Installation.from_environ().child_environ()
    os.execvpe(sys.executable, (sys.executable, *PREPARE), environ)
