"""Every address and method that the program answers, read from the program itself."""

import re
import uuid

from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from diemcau.web.api import api

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
_SAMPLES = {"int": "1", "str": "khong-co", "slug": "khong-co", "uuid": str(uuid.UUID(int=1))}


def _patterns(patterns: list | None = None, before: str = "") -> list[tuple[str, str]]:
    found = []
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found += _patterns(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            found.append((path, str(pattern.name)))
    return found


def _filled(path: str) -> str:
    def sample(found: re.Match[str]) -> str:
        kind = found[1] or "str"
        return _SAMPLES["uuid" if kind == "uuidstr" else kind]

    return "/" + re.sub(r"[\^$]", "", re.sub(r"<(?:(\w+):)?\w+>", sample, path))


def pages() -> list[str]:
    """Return the paths of all pages."""
    return sorted(_filled(path) for path, _ in _patterns() if not path.startswith("api/"))


def operations() -> list[tuple[str, str]]:
    """Return method and path of every operation of the API."""
    found = []
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            full = re.sub(r"{(\w+):(\w+)}", r"<\1:\2>", f"api{prefix}{path}")
            for operation in view.operations:
                found += [(method, _filled(full)) for method in operation.methods]
    return sorted(found)


def proof(client: Client) -> dict[str, str]:
    """Return the header with the proof against forged requests."""
    return {"X-CSRFToken": client.cookies[settings.CSRF_COOKIE_NAME].value}
