"""The commands of the supervisor, as `diemcau.cli` calls them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from diemcau.installation import Installation
from diemcau.supervisor import doctor as examination
from diemcau.supervisor import up as running


def up(arguments: Sequence[str]) -> int:
    """Run the installation of the environment until it is told to stop."""
    argparse.ArgumentParser(prog="diemcau up").parse_args(arguments)
    return running.run(Installation.from_environ())


def doctor(arguments: Sequence[str]) -> int:
    """Examine this machine for the installation of the environment; 1 when something fails."""
    argparse.ArgumentParser(prog="diemcau doctor").parse_args(arguments)
    return examination.run(Installation.from_environ())
