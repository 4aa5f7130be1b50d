"""The edge: one https origin, and of the engine only the signalling, only with a good token."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import aiohttp
import pytest
from aiohttp import web

from diemcau.installation import Installation, InstallationError
from diemcau.supervisor import edge, ports
from diemcau.supervisor.process import Process
from diemcau.supervisor.stack import Stack, processes_of

HOST = "127.0.0.1"


@dataclass
class Behind:
    """What reached the processes behind the edge."""

    gate: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    engine: list[str] = field(default_factory=list)
    engine_headers: list[dict[str, str]] = field(default_factory=list)


def the_edge_only(installation: Installation) -> Sequence[Process]:
    return [process for process in processes_of(installation) if process.name == "edge"]


@contextlib.asynccontextmanager
async def serving(app: web.Application, port: int) -> AsyncIterator[None]:
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield
    finally:
        await runner.cleanup()


def pages(seen: Behind) -> web.Application:
    async def gate(request: web.Request) -> web.Response:
        assert "Upgrade" not in request.headers
        seen.gate.append(request.query_string)
        return web.Response(status=204 if request.query.get("access_token") == "good" else 403)

    async def page(request: web.Request) -> web.Response:
        seen.pages.append(request.path)
        if request.path.startswith("/twirp"):
            return web.Response(status=404)
        return web.Response(
            text=f"{request.scheme} {request.headers['X-Forwarded-Proto']}",
            headers={"X-Seen-Id": request.headers.get("X-Request-ID", "")},
        )

    app = web.Application()
    app.router.add_get("/api/engine-gate", gate)
    app.router.add_route("*", "/{path:.*}", page)
    return app


def signalling(seen: Behind) -> web.Application:
    async def answer(request: web.Request) -> web.StreamResponse:
        seen.engine.append(request.path)
        seen.engine_headers.append(dict(request.headers))
        if request.headers.get("Upgrade", "").lower() != "websocket":
            return web.Response(text="engine")
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            await socket.send_str(f"engine heard {message.data}")
        return socket

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    return app


@dataclass
class Outside:
    """A computer elsewhere that trusts the root certificate."""

    stack: Stack
    session: aiohttp.ClientSession
    trust: ssl.SSLContext
    behind: Behind

    def url(self, path: str, scheme: str = "https") -> str:
        return f"{scheme}://{HOST}:{self.stack.installation.edge_port}{path}"


@pytest.fixture
async def outside(tmp_path: Path) -> AsyncIterator[Outside]:
    here = Installation(tmp_path, "lam-dong", HOST, **ports.free_ports())
    behind = Behind()
    async with (
        Stack(here, processes=the_edge_only, prepare=()) as stack,
        serving(pages(behind), here.port),
        serving(signalling(behind), here.engine_port),
    ):
        root = edge.root_certificate(here)
        assert root is not None
        trust = ssl.create_default_context(cafile=str(root))
        connector = aiohttp.TCPConnector(ssl=trust)
        async with aiohttp.ClientSession(connector=connector) as session:
            yield Outside(stack, session, trust, behind)


async def test_pages_are_served_by_https_with_a_certificate_that_the_root_vouches_for(
    outside: Outside,
) -> None:
    async with outside.session.get(outside.url("/desk")) as answer:
        assert (answer.status, await answer.text()) == (200, "http https")


async def test_the_edge_gives_each_request_its_id_and_discards_what_a_client_wrote(
    outside: Outside,
) -> None:
    seen = set()
    for _ in range(2):
        written = {"X-Request-ID": "11111111-2222-3333-4444-555555555555"}
        async with outside.session.get(outside.url("/desk"), headers=written) as answer:
            seen.add(str(UUID(answer.headers["X-Seen-Id"])))
    assert len(seen) == 2
    assert written["X-Request-ID"] not in seen


async def test_a_site_with_a_good_token_reaches_the_signalling(outside: Outside) -> None:
    address = outside.url("/rtc/v1?access_token=good&protocol=16", "wss")
    async with outside.session.ws_connect(address, headers={"Cookie": "sessionid=1"}) as socket:
        await socket.send_str("hello")
        assert await socket.receive_str() == "engine heard hello"
    assert outside.behind.engine == ["/rtc/v1"]
    assert outside.behind.gate == ["access_token=good&protocol=16"]
    assert "Cookie" not in outside.behind.engine_headers[0]


async def test_a_token_that_the_web_process_no_longer_holds_good_never_reaches_the_engine(
    outside: Outside,
) -> None:
    for path in ("/rtc?access_token=old", "/rtc/validate?access_token=old", "/rtc/v1"):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
            await outside.session.ws_connect(outside.url(path, "wss"))
        assert refusal.value.status == 403
    assert outside.behind.engine == []


@pytest.mark.parametrize(
    "path",
    [
        "/twirp/livekit.RoomService/ListRooms",
        "//twirp/livekit.RoomService/ListRooms",
        "/rtc/../twirp/livekit.RoomService/ListRooms?access_token=good",
        "/rtc/%2e%2e/twirp/livekit.RoomService/ListRooms?access_token=good",
        "/RTC/../agent",
        "/rtcx",
        "/agent",
        "/",
    ],
)
async def test_nothing_else_of_the_engine_is_reachable_from_outside(
    outside: Outside, path: str
) -> None:
    # Byte for byte: a client library would tidy the path first.
    reader, writer = await asyncio.open_connection(
        HOST, outside.stack.installation.edge_port, ssl=outside.trust
    )
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 ")
    assert outside.behind.engine == []


async def test_the_log_of_the_edge_holds_no_token(outside: Outside) -> None:
    here = outside.stack.installation
    gone = Installation(here.data_dir, "lam-dong", HOST, **ports.free_ports())
    assert gone.engine_port != here.engine_port
    # The engine is down: the edge writes why it could not pass the request on.
    path = edge.write_settings(here)
    path.write_text(path.read_text().replace(str(here.engine_port), str(gone.engine_port)))
    outside.stack.kill("edge")
    await outside.stack.wait_ready("edge")
    async with outside.session.get(outside.url("/rtc?access_token=good")) as answer:
        assert answer.status == 502
    log = outside.stack.log("edge").read_text()
    assert "refused" in log
    assert "access_token" not in log
    assert "good" not in log


def test_a_given_certificate_takes_the_place_of_the_own_authority(tmp_path: Path) -> None:
    pair = {name: tmp_path / f"{name}.pem" for name in ("tls_cert", "tls_key")}
    for path in pair.values():
        path.write_text("pem")
    here = Installation(tmp_path, public_host="hop.example", **pair)
    assert f'tls "{pair["tls_cert"]}" "{pair["tls_key"]}"' in edge.render(here)
    assert "internal" not in edge.render(here)
    assert edge.root_certificate(here) is None


def test_a_certificate_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    here = Installation(
        tmp_path, public_host="h", tls_cert=tmp_path / "c.pem", tls_key=tmp_path / "k.pem"
    )
    with pytest.raises(InstallationError, match=r"c\.pem.*TLS_CERT"):
        edge.render(here)
