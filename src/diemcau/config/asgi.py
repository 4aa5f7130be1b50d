"""The web process: ``uvicorn diemcau.config.asgi:application``."""

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.core.asgi import get_asgi_application

from diemcau.config import logs
from diemcau.web.bodies import BoundedBodies

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

logs.this_process_is("web")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "diemcau.config.settings")

_django = BoundedBodies(get_asgi_application())

# After Django's set-up.
from django.conf import settings  # noqa: E402

from diemcau.config import log_ins  # noqa: E402
from diemcau.telemetry import metrics, notify, web_metrics  # noqa: E402

log_ins.count()


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """Answer by Django; while the server runs, give the numbers and the signs of life."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
    else:
        await _django(scope, receive, send)


async def _live(receive: Receive, send: Send) -> None:
    installation = settings.INSTALLATION
    with contextlib.ExitStack() as running:
        await receive()
        try:
            running.enter_context(
                metrics.served(
                    web_metrics.REGISTRY, installation.metrics_host, installation.web_metrics_port
                )
            )
        except OSError as error:
            words = f"WEB_METRICS_PORT={installation.web_metrics_port}: {error.strerror}"
            await send({"type": "lifespan.startup.failed", "message": words})
            return
        alive = asyncio.create_task(notify.keep_telling())
        running.callback(alive.cancel)
        notify.tell("READY=1")
        await send({"type": "lifespan.startup.complete"})
        await receive()
    await send({"type": "lifespan.shutdown.complete"})
