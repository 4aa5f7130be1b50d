"""Tell the worker that a conference changed: a datagram, sent after commit.

It may get lost, and nothing depends on it: the worker's sweep finds every change.
"""

import socket

from django.conf import settings
from django.db import transaction

_FAMILY = socket.AF_INET6 if ":" in settings.WORKER_HOST else socket.AF_INET
_SOCKET = socket.socket(_FAMILY, socket.SOCK_DGRAM)
_SOCKET.setblocking(False)


def nudge(conference_id: int) -> None:
    """Wake the worker for this conference once the running transaction has committed."""

    def send() -> None:
        # A full buffer or no listener: the sweep will find the change.
        _SOCKET.sendto(str(conference_id).encode(), (settings.WORKER_HOST, settings.WORKER_PORT))

    transaction.on_commit(send, robust=True)
