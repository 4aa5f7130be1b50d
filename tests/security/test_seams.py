"""Files from people and calls to machines pass the guard: nobody else touches them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import diemcau

SRC = Path(diemcau.__file__).parent

NETWORK = {
    *("aiohttp", "ftplib", "http.client", "http.server", "httpcore", "httpx", "imaplib"),
    *("livekit", "poplib", "requests", "smtplib", "socket", "socketserver", "ssl", "telnetlib"),
    *("urllib.request", "urllib3", "websocket", "websockets", "xmlrpc"),
}
NETWORK_CALLS = {"open_connection", "open_unix_connection", "create_connection", "start_server"}

MAY_USE_THE_NETWORK = {
    "guard/outbound.py": "the one way out",
    "media/livekit.py": "the engine of this installation, on loopback",
    "media/tokens.py": "makes tokens of the engine; calls nothing",
    "audit/anchors.py": "anchors of the log, to the syslog server that the administrator names",
    "config/health.py": "asks the processes of this installation, on loopback",
    "telemetry/notify.py": "signs of life to the service manager, by its local socket",
    "conference/nudge.py": "datagrams to the worker, on loopback",
    "config/worker.py": "the engine's reports, on loopback",
    "supervisor/*": "ports and probes of this installation's own processes",
    "drill/*": "simulated sites and people, for demonstration and load",
}
"""Who else, and why. A new line here is a decision to be reviewed."""

FILES = {"FileResponse", "FileSystemStorage", "default_storage", "FileField", "ImageField"}
FILES |= {"TemporaryUploadedFile", "InMemoryUploadedFile", "UploadedFile"}
MAY_HANDLE_FILES = {"guard/uploads.py": "the one way in, and out again"}


def modules() -> list[str]:
    return sorted(
        str(path.relative_to(SRC)) for path in SRC.rglob("*.py") if "migrations" not in path.parts
    )


def allowed(module: str, table: dict[str, str]) -> bool:
    return module in table or f"{module.split('/')[0]}/*" in table


def network(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            module = node.module or ""
            names = [module, *(f"{module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Attribute) and node.attr in NETWORK_CALLS:
            yield node.attr
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "__import__":
            yield "__import__"
        for name in names:
            if any(name == known or name.startswith(known + ".") for known in NETWORK):
                yield name


def files(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("FILES", *FILES):
            yield node.attr
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names if alias.name in FILES)
        elif isinstance(node, ast.Constant) and node.value == "FILES":
            yield "FILES"


@pytest.mark.parametrize("module", modules())
def test_only_who_is_named_here_uses_the_network_or_takes_files(module: str) -> None:
    tree = ast.parse((SRC / module).read_text("utf-8"))
    if not allowed(module, MAY_USE_THE_NETWORK):
        assert list(network(tree)) == [], "call other machines by guard/outbound.py"
    if not allowed(module, MAY_HANDLE_FILES):
        assert list(files(tree)) == [], "take and serve files by guard/uploads.py"


def test_nobody_is_named_who_no_longer_needs_it() -> None:
    for name in MAY_USE_THE_NETWORK:
        named = [m for m in modules() if m == name or f"{m.split('/')[0]}/*" == name]
        assert any(list(network(ast.parse((SRC / m).read_text("utf-8")))) for m in named), name
    for name in MAY_HANDLE_FILES:
        assert list(files(ast.parse((SRC / name).read_text("utf-8")))), name


@pytest.mark.parametrize(
    "code",
    [
        "import httpx",
        "from urllib.request import urlopen",
        "from urllib import request",
        "import socket as s",
        "import asyncio\nasyncio.open_connection()",
        "def f():\n    from smtplib import SMTP",
        "__import__('socket')",
    ],
)
def test_the_search_finds_a_call(code: str) -> None:
    assert list(network(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        "def f(request):\n    return request.FILES['a']",
        "from django.http import FileResponse",
        "from django.db import models\nx = models.FileField()",
        "getattr(request, 'FILES')",
    ],
)
def test_the_search_finds_a_file(code: str) -> None:
    assert list(files(ast.parse(code)))
