"""How much a request may carry, and for how long it may take to arrive.

Django's ASGI handler writes the whole body to disk before any view or middleware sees the
request, and waits for it without end. So this stands before it.
"""

import asyncio
from typing import Any

MOST_JSON = 1024 * 1024
"""Bytes of a body that is not a form with files."""

MOST_FORM = 64 * 1024 * 1024
"""Bytes of a form with files."""

PIECE, WHOLE = 20.0, 900.0
"""Seconds between two pieces, and for all of them: 50 MB over half a megabit a second."""


class TooMuch(Exception):
    """The body is larger than it may be."""


class BoundedBodies:
    """ASGI application around another: refuses bodies that are too large or too slow.

    Args:
        app: the application that gets everything else.
        piece, whole: seconds that a body may take.
    """

    def __init__(self, app: Any, *, piece: float = PIECE, whole: float = WHOLE) -> None:
        self._app = app
        self._piece = piece
        self._whole = whole

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        form = headers.get(b"content-type", b"").lower().startswith(b"multipart/form-data")
        most = MOST_FORM if form else MOST_JSON
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or len(length) > 15 or int(length) > most:
            await _answer(send, 413)
            return
        loop = asyncio.get_running_loop()
        end = loop.time() + self._whole
        seen, done, begun = 0, False, False

        async def measured() -> Any:
            nonlocal seen, done
            if done:  # only the end of the connection is still to come, and may take its time
                return await receive()
            async with asyncio.timeout(min(self._piece, max(end - loop.time(), 0))):
                message = await receive()
            seen += len(message.get("body", b""))
            done = not message.get("more_body", False)
            if seen > most:
                raise TooMuch
            return message

        async def told(message: Any) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, measured, told)
        except (TooMuch, TimeoutError) as error:
            if begun:
                raise
            await _answer(send, 413 if isinstance(error, TooMuch) else 408)


async def _answer(send: Any, status: int) -> None:
    headers = [(b"content-length", b"0"), (b"cache-control", b"no-store")]
    if status == 408:
        headers.append((b"connection", b"close"))
    # At 413 the connection stays: the server throws the rest away. Were it closed with something
    # unread, the edge would hear of a broken connection before it heard the answer.
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
