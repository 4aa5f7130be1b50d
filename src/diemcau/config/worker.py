"""The worker process: the conductor, the engine's webhooks, and nudges.

``python -m diemcau.config.worker``
"""

import asyncio
import os
import signal

import django
from aiohttp import web

from diemcau.config import logs
from diemcau.telemetry import metrics, notify, worker_metrics
from diemcau.telemetry.pulse import Pulse


class _Nudges(asyncio.DatagramProtocol):
    """Datagrams on the inner network: the number of a conference that changed."""

    def __init__(self, nudge: "asyncio.Queue[int]") -> None:
        self._queue = nudge

    def datagram_received(self, data: bytes, addr: object) -> None:
        if data.isdigit() and len(data) < 19:
            worker_metrics.NUDGES.inc()
            self._queue.put_nowait(int(data))


def signs_of_life(pulse: Pulse) -> list[web.RouteDef]:
    """Return the addresses at which the worker says whether it goes on, and what it can reach.

    ``/health`` fails when the conductor hangs: whoever keeps this process starts it again. A
    database or an engine that is gone shows in ``/ready`` only; no new process would bring it back.
    """

    async def health(request: web.Request) -> web.Response:
        words = "ok" if pulse.alive else "the conductor hangs"
        return web.json_response({"status": words}, status=200 if pulse.alive else 503)

    async def ready(request: web.Request) -> web.Response:
        parts = {
            "conductor": pulse.alive,
            "database": pulse.database_up,
            "engine": pulse.engine_up,
        }
        well = all(parts.values())
        body = {"ready": well, "parts": {name: {"ok": ok} for name, ok in parts.items()}}
        return web.json_response(body, status=200 if well else 503)

    return [web.get("/health", health), web.get("/ready", ready)]


async def serve() -> None:
    """Run until SIGTERM or SIGINT."""
    from django.conf import settings

    from diemcau.audit import anchors
    from diemcau.conference.conductor import Conductor
    from diemcau.conference.simulators import Simulators
    from diemcau.conference.store import DatabaseStore
    from diemcau.config import daily
    from diemcau.media.livekit import BadWebhook, LiveKitEngine, read_webhook

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    engine = LiveKitEngine(settings.ENGINE_URL, settings.ENGINE_KEY, settings.ENGINE_SECRET)
    store = DatabaseStore()
    nudges: asyncio.Queue[int] = asyncio.Queue()
    pulse = Pulse()
    worker_metrics.follow(pulse, settings.INSTALLATION.anchor_file)
    numbers = metrics.served(
        worker_metrics.REGISTRY,
        settings.INSTALLATION.metrics_host,
        settings.INSTALLATION.worker_metrics_port,
    )

    with numbers:
        async with Simulators() as simulators:
            conductor = Conductor(engine, store, simulate=simulators.follow, pulse=pulse)

            async def webhook(request: web.Request) -> web.Response:
                try:
                    event = read_webhook(
                        await request.text(),
                        request.headers.get("Authorization", ""),
                        key=settings.ENGINE_KEY,
                        secret=settings.ENGINE_SECRET,
                    )
                except BadWebhook:
                    worker_metrics.WEBHOOKS.labels("bad").inc()
                    return web.Response(status=401)
                worker_metrics.WEBHOOKS.labels("taken").inc()
                if event is not None:
                    conductor.report(event)
                return web.Response()

            async def pass_on() -> None:
                while True:
                    conductor.nudge(await nudges.get())

            app = web.Application()
            app.add_routes([web.post("/webhook", webhook), *signs_of_life(pulse)])
            runner = web.AppRunner(app, access_log=None)
            await runner.setup()
            where = (settings.WORKER_HOST, settings.WORKER_PORT)
            await web.TCPSite(runner, *where).start()
            transport, _ = await loop.create_datagram_endpoint(
                lambda: _Nudges(nudges), local_addr=where
            )
            try:
                async with asyncio.TaskGroup() as tasks:
                    running = [
                        tasks.create_task(conductor.run()),
                        tasks.create_task(pass_on()),
                        tasks.create_task(daily.run()),
                        tasks.create_task(notify.keep_telling(lambda: pulse.alive)),
                    ]
                    for keeper in anchors.keepers(settings.INSTALLATION):
                        running.append(tasks.create_task(keeper))
                    notify.tell("READY=1")
                    await stop.wait()
                    for task in running:
                        task.cancel()
            finally:
                transport.close()
                await runner.cleanup()
                await engine.aclose()
                store.close()


def main() -> None:
    """Run the worker."""
    logs.this_process_is("worker")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "diemcau.config.settings")
    django.setup()
    asyncio.run(serve())


if __name__ == "__main__":
    main()
