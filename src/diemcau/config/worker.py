"""The worker process: the conductor, the engine's webhooks, and nudges.

``python -m diemcau.config.worker``
"""

import asyncio
import logging
import os
import signal

import django
from aiohttp import web


class _Nudges(asyncio.DatagramProtocol):
    """Datagrams on loopback: the number of a conference that changed."""

    def __init__(self, nudge: "asyncio.Queue[int]") -> None:
        self._queue = nudge

    def datagram_received(self, data: bytes, addr: object) -> None:
        if data.isdigit() and len(data) < 19:
            self._queue.put_nowait(int(data))


async def serve() -> None:
    """Run until SIGTERM or SIGINT."""
    from django.conf import settings

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

    async with Simulators() as simulators:
        conductor = Conductor(engine, store, simulate=simulators.follow)

        async def webhook(request: web.Request) -> web.Response:
            try:
                event = read_webhook(
                    await request.text(),
                    request.headers.get("Authorization", ""),
                    key=settings.ENGINE_KEY,
                    secret=settings.ENGINE_SECRET,
                )
            except BadWebhook:
                return web.Response(status=401)
            if event is not None:
                conductor.report(event)
            return web.Response()

        async def health(request: web.Request) -> web.Response:
            return web.json_response({"status": "ok"})

        async def pass_on() -> None:
            while True:
                conductor.nudge(await nudges.get())

        app = web.Application()
        app.add_routes([web.post("/webhook", webhook), web.get("/health", health)])
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", settings.WORKER_PORT).start()
        transport, _ = await loop.create_datagram_endpoint(
            lambda: _Nudges(nudges), local_addr=("127.0.0.1", settings.WORKER_PORT)
        )
        try:
            async with asyncio.TaskGroup() as tasks:
                running = [
                    tasks.create_task(conductor.run()),
                    tasks.create_task(pass_on()),
                    tasks.create_task(daily.run()),
                ]
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
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "diemcau.config.settings")
    django.setup()
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
    asyncio.run(serve())


if __name__ == "__main__":
    main()
