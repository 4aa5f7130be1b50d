"""Runs simulated sites for another process: ``python -m diemcau.drill.simulator``.

Reads one JSON object a line from standard input and writes one a line to standard output:

    {"op": "add", "url": …, "token": …, "number": 7, "name": "Xã Đạ Tẻh", "host": false}
    {"op": "remove", "number": 7}
    {"op": "quit"}

``add`` for a number that is there hands over a new token. Optional with ``add``: ``site`` (the key;
else it is read from the token), ``watch`` ("nothing", "one", "scene"), ``large`` (640×360 instead
of 320×180), ``bitrate`` (bits per second).

    {"event": "connected", "number": 7, "at": 1234.5, "detail": "site:xa-da-teh:3f"}
    {"event": "token_wanted", "number": 7, "detail": "put out"}

Events are those of the journal, with seconds of the monotonic clock. ``token_wanted`` asks for
another token by ``add``, or for ``remove``. When standard input closes, all sites leave and the
process ends: it never outlives the one that needs it.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import jwt
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from diemcau.installation import Installation
from diemcau.protocol.card import parse_identity

from .journal import Event
from .mark import HIGHEST
from .picture import LARGE, SMALL, picture
from .quiet import keep_native_output_away
from .receiver import Watch
from .site import SimulatedSite, Who

WAIT_FOR_TOKEN = 2.0
"""Seconds after which a site that was not sent away tries its old token again."""

ENCODERS = 1
"""Pictures encoded at a time: the sites that run already need the other processor."""


class Add(BaseModel):
    """Let a site take part, or hand it another token."""

    model_config = ConfigDict(extra="forbid")

    op: str = Field(pattern="^add$")
    url: str
    token: str
    number: int = Field(ge=0, le=HIGHEST)
    name: str
    site: str = ""
    host: bool = False
    watch: Watch = Watch.NOTHING
    large: bool = True
    bitrate: int = Field(default=0, ge=0, le=4_000_000)


class Remove(BaseModel):
    """Take a site out."""

    model_config = ConfigDict(extra="forbid")

    op: str = Field(pattern="^remove$")
    number: int


class Quit(BaseModel):
    """Take all sites out and end."""

    model_config = ConfigDict(extra="forbid")

    op: str = Field(pattern="^quit$")


_ORDERS: TypeAdapter[Add | Remove | Quit] = TypeAdapter(Add | Remove | Quit)


class Simulator:
    """Keeps the simulated sites of one process.

    Args:
        cache: folder of encoded pictures.
        tell: called with each line for standard output.
    """

    def __init__(self, cache: Path, tell: Callable[[dict[str, object]], None]) -> None:
        self._cache = cache
        self._tell = tell
        self._sites: dict[int, SimulatedSite] = {}
        self._lives: dict[int, asyncio.Task[None]] = {}
        self._news: dict[int, asyncio.Event] = {}
        self._encoding = asyncio.Semaphore(ENCODERS)

    async def obey(self, lines: asyncio.StreamReader) -> None:
        """Carry out orders until the stream ends or says quit."""
        async with asyncio.TaskGroup() as tasks:
            async for line in lines:
                try:
                    order = _ORDERS.validate_json(line)
                except ValidationError as error:
                    self._tell({"event": "not_understood", "detail": error.errors()[0]["msg"]})
                    continue
                if isinstance(order, Quit):
                    break
                if isinstance(order, Remove):
                    self._remove(order.number)
                elif order.number in self._lives:
                    self._hand_over(order)
                else:
                    self._news[order.number] = asyncio.Event()
                    self._lives[order.number] = tasks.create_task(self._live(order))
            for number in list(self._lives):
                self._remove(number)

    def _remove(self, number: int) -> None:
        site = self._sites.get(number)
        if site is not None:
            site.leave()
            self._news[number].set()
        elif number in self._lives:
            self._lives[number].cancel()

    def _hand_over(self, order: Add) -> None:
        site = self._sites.get(order.number)
        if site is not None:
            site.use_token(order.token)
            self._news[order.number].set()

    async def _live(self, order: Add) -> None:
        number = order.number
        try:
            async with self._encoding:
                loop = await asyncio.to_thread(
                    picture,
                    order.name,
                    number,
                    LARGE if order.large else SMALL,
                    cache=self._cache,
                    bitrate=order.bitrate,
                )
            site = SimulatedSite(
                Who(order.site or _site_of(order.token), number, order.name, order.host),
                url=order.url,
                token=order.token,
                loop=loop,
                watch=order.watch,
                renew=lambda: self._another_token(site),
            )
            site.journal.tell = lambda event: self._pass_on(number, event)
            self._sites[number] = site
            await site.run()
        finally:
            self._sites.pop(number, None)
            self._lives.pop(number, None)

    async def _another_token(self, site: SimulatedSite) -> str | None:
        """Ask for a token and wait; a site that was sent away waits until it is told."""
        number, news = site.who.number, self._news[site.who.number]
        news.clear()
        self._tell({"event": "token_wanted", "number": number, "detail": "put out" * site.put_out})
        if site.put_out:
            await news.wait()
        else:
            with suppress(TimeoutError):
                async with asyncio.timeout(WAIT_FOR_TOKEN):
                    await news.wait()
        return None if site.leaving else site.tokens[-1]

    def _pass_on(self, number: int, event: Event) -> None:
        self._tell({"event": event.kind, "number": number, "at": event.at, "detail": event.detail})


def _site_of(token: str) -> str:
    """The key of the site for which a token was made. The engine checks it, not we."""
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        return ""
    identity = parse_identity(str(claims.get("sub", "")))
    return identity.who if identity else ""


async def _run(cache: Path) -> None:
    lines = asyncio.StreamReader(limit=1 << 20)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    simulator = Simulator(cache, lambda line: print(json.dumps(line), flush=True))
    await simulator.obey(lines)


def main() -> None:
    """Run until standard input closes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cache", type=Path, help="folder of encoded pictures")
    given = parser.parse_args()
    keep_native_output_away()
    cache = given.cache or Installation.from_environ().data_dir / "loops"
    with suppress(KeyboardInterrupt, BrokenPipeError):
        asyncio.run(_run(cache))


if __name__ == "__main__":
    main()
