"""What reaches the web process and the engine through the real edge, and what it says of itself."""

import asyncio
import contextlib
import posixpath
import sqlite3
import ssl
import subprocess
import sys
import warnings
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from diemcau.installation import Installation
from diemcau.supervisor import edge, ports
from diemcau.supervisor.process import Process
from diemcau.supervisor.stack import Stack, processes_of

HOST = "127.0.0.1"
FORGED = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Real-IP": "203.0.113.9",
    "Forwarded": "for=203.0.113.9;host=ke-xau.example;proto=http",
    "X-Forwarded-Host": "ke-xau.example",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Port": "80",
}


def web_and_edge(installation: Installation) -> Sequence[Process]:
    return [process for process in processes_of(installation) if process.name in ("web", "edge")]


@dataclass
class Outside:
    """A computer elsewhere, and what reached the engine."""

    stack: Stack
    trust: ssl.SSLContext
    session: aiohttp.ClientSession
    engine: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return self.stack.installation.origin

    async def raw(self, request: bytes) -> bytes:
        """Send bytes as they are and return the answer."""
        port = self.stack.installation.edge_port
        async with asyncio.timeout(10):
            read, write = await asyncio.open_connection(HOST, port, ssl=self.trust)
            write.write(request)
            await write.drain()
            answer = await read.read(65_536)
            write.close()
            return answer

    def link(self) -> str:
        """A fresh one-time link of the control centre."""
        here = self.stack.installation
        subprocess.run(
            [sys.executable, "-m", "diemcau.cli", "link", "--role", "control"],
            env=here.child_environ(),
            capture_output=True,
            check=True,
            timeout=60,
        )
        written = (here.data_dir / "link.txt").read_text("utf-8").strip()
        return "/vao/" + written.split("/vao/")[1]

    def last(self, verb: str) -> str:
        """From which address somebody did this last."""
        path = self.stack.installation.database_path
        with contextlib.closing(sqlite3.connect(path)) as database:
            row = database.execute(
                "SELECT address FROM audit_event WHERE verb = ? ORDER BY id DESC", (verb,)
            ).fetchone()
        return str(row[0])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def outside(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Outside]:
    here = Installation(tmp_path_factory.mktemp("edge"), "lam-dong", HOST, **ports.free_ports())
    heard: list[tuple[str, dict[str, str]]] = []

    async def engine(request: web.Request) -> web.Response:
        heard.append((request.raw_path, dict(request.headers)))
        return web.Response(text="engine")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", engine)
    runner = web.AppRunner(app)
    await runner.setup()
    async with Stack(here, processes=web_and_edge) as stack:
        await web.TCPSite(runner, "127.0.0.1", here.engine_port).start()
        root = edge.root_certificate(here)
        assert root is not None
        trust = ssl.create_default_context(cafile=str(root))
        jar = aiohttp.CookieJar(unsafe=True)  # cookies of an address, not of a name
        connector = aiohttp.TCPConnector(ssl=trust)
        async with aiohttp.ClientSession(connector=connector, cookie_jar=jar) as session:
            yield Outside(stack, trust, session, heard)
    await runner.cleanup()


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.requirement("LD-8.1")
async def test_what_a_client_says_of_itself_counts_for_nothing(outside: Outside) -> None:
    link = outside.origin + outside.link()
    async with outside.session.get(link, headers=FORGED) as page:
        assert page.status == 200
        assert page.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    proof = next(c.value for c in outside.session.cookie_jar if c.key == "__Host-csrftoken")
    more = FORGED | {"X-CSRFToken": proof, "Origin": outside.origin, "Referer": link}
    async with outside.session.post(link, headers=more, allow_redirects=False) as pressed:
        assert (pressed.status, pressed.headers["Location"]) == (302, "/")
        names = {cookie.split("=")[0] for cookie in pressed.headers.getall("Set-Cookie")}
        assert names == {"__Host-sessionid", "__Host-csrftoken", "__Host-dc_device"}
    assert outside.last("link.consumed") == "127.0.0.1"
    proof = next(c.value for c in outside.session.cookie_jar if c.key == "__Host-csrftoken")
    async with outside.session.post(
        f"{outside.origin}/api/sign-in-links",
        json={"site": "tinh-uy"},
        headers=FORGED | {"X-CSRFToken": proof, "Origin": outside.origin, "Referer": link},
    ) as made:
        assert (await made.json())["url"].startswith(f"{outside.origin}/vao/")


@pytest.mark.parametrize("host", ["ke-xau.example", "localhost", "127.0.0.1.ke-xau.example"])
async def test_another_host_is_not_served(outside: Outside, host: str) -> None:
    answer = await outside.raw(
        f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
    )
    assert b"diemcau" not in answer.split(b"\r\n\r\n", 1)[-1]
    assert b"Set-Cookie" not in answer


PATHS = [
    *("/rtc", "/rtc/", "/rtc/v1", "/rtc/validate", "//rtc/validate", "/./rtc/validate", "/RTC/v1"),
    *(
        "/rtc%2fvalidate",
        "/%72tc/validate",
        "/rtc/..%2ftwirp/x",
        "/rtc/../twirp/x",
        "/rtc/%2e%2e/x",
    ),
    *("/rtc/..;/twirp/x", "/api/../rtc/v1", "/static/../rtc/v1", "/rtc/validate;a=b", "/rtc\\v1"),
    *("/twirp/livekit.RoomService/ListRooms", "/rtc/v1#x", "/x/..//rtc/v1", "/rtc/%00", "/rtcx"),
]
QUERIES = ["", "?access_token=", "?access_token=a.b.c", "?access_token=a&access_token=b", "?a;b"]


@pytest.mark.parametrize("path", PATHS)
async def test_nothing_reaches_the_engine_without_a_token_that_holds(
    outside: Outside, path: str
) -> None:
    outside.engine.clear()
    for query in QUERIES:
        for method in ("GET", "POST"):
            await outside.raw(
                f"{method} {path}{query} HTTP/1.1\r\nHost: {HOST}:"
                f"{outside.stack.installation.edge_port}\r\nConnection: close\r\n"
                "Authorization: Bearer a.b.c\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                "Content-Length: 14\r\n\r\naccess_token=a".encode()
            )
    assert outside.engine == []


async def test_a_good_token_opens_the_signalling_only_and_takes_no_other_along(
    outside: Outside,
) -> None:
    token = subprocess.run(
        [sys.executable, "-c", TOKEN],
        env=outside.stack.installation.child_environ()
        | {"DJANGO_SETTINGS_MODULE": "diemcau.config.settings"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout.strip()
    outside.engine.clear()
    host = f"Host: {HOST}:{outside.stack.installation.edge_port}\r\nConnection: close\r\n"
    for path in PATHS:
        await outside.raw(
            f"GET {path}?access_token={token} HTTP/1.1\r\n{host}"
            "Authorization: Bearer old\r\nCookie: __Host-sessionid=x\r\n\r\n".encode()
        )
    assert outside.engine, "the token is good"
    for path, headers in outside.engine:
        named = {name.lower() for name in headers}
        assert not {"authorization", "cookie"} & named
        cleaned = posixpath.normpath(unquote(path.split("?")[0]).replace("//", "/"))
        assert cleaned.lower().startswith("/rtc"), path
    outside.engine.clear()
    await outside.raw(
        f"POST /rtc/validate?access_token={token} HTTP/1.1\r\n{host}"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        "Content-Length: 16\r\n\r\naccess_token=old".encode()
    )
    assert outside.engine == []


TOKEN = """
import django
django.setup()
from datetime import timedelta
from django.utils import timezone
from diemcau.accounts.services import actor_of, user_for
from diemcau.audit.actor import SYSTEM, Role
from diemcau.conference import desks, passes, services
from diemcau.directory.models import Site
now = timezone.now()
sites = list(Site.objects.order_by("number").values_list("key", flat=True)[:3])
host = Site.objects.get(is_host_default=True).key
made = services.schedule(title="x", host_site=host, sites=sites, connect_at=now,
    opening_at=now + timedelta(minutes=5), province="lam-dong", actor=SYSTEM, now=now, drill=True)
services.start_joining(conference_id=made.pk, actor=SYSTEM, now=now)
hoa = actor_of(user_for(Role.CONTROL_OPERATOR, None, now=now), now=now)
desk = desks.take_desk(conference_id=made.pk, actor=hoa, now=now)
print(passes.desk_tokens(desk.conference, desk).token)
"""


async def test_a_body_too_large_is_refused(outside: Outside) -> None:
    host = f"Host: {HOST}:{outside.stack.installation.edge_port}\r\n"
    answer = await outside.raw(
        f"POST /api/language HTTP/1.1\r\n{host}Content-Type: application/json\r\n"
        f"Content-Length: 2000000\r\n\r\n".encode()
        + b"x" * 2_000_000
    )
    assert answer.split(b"\r\n")[0].split()[1] == b"413"


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "DEBUG"])
async def test_methods_nobody_needs_answer_nothing(outside: Outside, method: str) -> None:
    answer = await outside.raw(
        f"{method} / HTTP/1.1\r\nHost: {HOST}:{outside.stack.installation.edge_port}\r\n"
        "X-Bi-Mat: abc\r\nConnection: close\r\n\r\n".encode()
    )
    assert b"200" not in answer.split(b"\r\n")[0]
    assert b"X-Bi-Mat" not in answer


async def test_plain_http_is_not_spoken(outside: Outside) -> None:
    port = outside.stack.installation.edge_port
    read, write = await asyncio.open_connection(HOST, port)
    write.write(f"GET / HTTP/1.1\r\nHost: {HOST}:{port}\r\nConnection: close\r\n\r\n".encode())
    answer = await read.read(65_536)
    write.close()
    assert b"400" in answer.split(b"\r\n")[0]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
async def test_old_tls_is_not_spoken(outside: Outside, version: ssl.TLSVersion) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        old.minimum_version = old.maximum_version = version
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await asyncio.open_connection(HOST, outside.stack.installation.edge_port, ssl=old)
