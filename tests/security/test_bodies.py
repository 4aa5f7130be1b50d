"""A body that is too large or never ends is refused before anything is kept of it."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable

import pytest

from diemcau.web.bodies import MOST_FORM, MOST_JSON, BoundedBodies

FORM = [(b"content-type", b"multipart/form-data; boundary=x")]
JSON = [(b"content-type", b"application/json")]


async def ask(
    headers: list[tuple[bytes, bytes]], pieces: AsyncIterator[dict], **patience: float
) -> tuple[int, int]:
    """Return the status, and how many bytes reached the program."""
    reached, said = 0, []

    async def program(scope: dict, receive: Callable, send: Callable) -> None:
        nonlocal reached
        while True:
            message = await receive()
            reached += len(message.get("body", b""))
            if not message.get("more_body"):
                break
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def send(message: dict) -> None:
        said.append(message)

    app = BoundedBodies(program, **patience)
    await app({"type": "http", "headers": headers}, lambda: anext(pieces), send)
    return said[0]["status"], reached


async def body(*sizes: int, more: bool = False) -> AsyncIterator[dict]:
    for count, size in enumerate(sizes):
        last = count == len(sizes) - 1 and not more
        yield {"type": "http.request", "body": b"x" * size, "more_body": not last}
    await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("headers", "most"), [(JSON, MOST_JSON), (FORM, MOST_FORM), ([], MOST_JSON)]
)
async def test_as_much_as_allowed_arrives_and_not_a_byte_more(headers: list, most: int) -> None:
    half = most // 2
    assert await ask(headers, body(half, most - half)) == (200, most)
    status, reached = await ask(headers, body(half, most - half, 1))
    assert (status, reached <= most) == (413, True)


@pytest.mark.parametrize(
    "said", [str(MOST_JSON + 1).encode(), b"9" * 40, b"-1", b"1e3", "²".encode()]
)
async def test_what_says_that_it_is_too_large_is_not_read(said: bytes) -> None:
    assert await ask([*JSON, (b"content-length", said)], body(10)) == (413, 0)


async def test_a_body_that_stands_still_is_given_up() -> None:
    assert await ask(JSON, body(10, more=True), piece=0.01) == (408, 10)


async def test_a_body_that_trickles_is_given_up() -> None:
    async def trickle() -> AsyncIterator[dict]:
        for _ in itertools.count():
            await asyncio.sleep(0)
            yield {"type": "http.request", "body": b"x", "more_body": True}

    status, _ = await ask(JSON, trickle(), whole=0.05)
    assert status in (408, 413)


async def test_a_socket_is_passed_on_untouched() -> None:
    seen = []

    async def program(scope: dict, receive: object, send: object) -> None:
        seen.append((receive, send))

    await BoundedBodies(program)({"type": "lifespan"}, 1, 2)
    assert seen == [(1, 2)]
