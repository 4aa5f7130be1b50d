"""The built browser client: which files a page has to load."""

import json
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TypedDict

VERSION = version("diemcau")
FOLDER = Path(__file__).parent / "static" / "client"


class ClientMissing(Exception):
    """The browser client was not built."""


class Chunk(TypedDict, total=False):
    """An entry of Vite's manifest."""

    file: str
    css: list[str]
    imports: list[str]


@lru_cache(maxsize=1)
def _manifest(changed: float) -> dict[str, Chunk]:
    found: dict[str, Chunk] = json.loads((FOLDER / ".vite" / "manifest.json").read_text("utf-8"))
    return found


def assets(entry: str) -> tuple[list[str], list[str]]:
    """Return the scripts and style sheets of an entry, as paths below ``static/``.

    Raises ClientMissing when the client is not built.
    """
    path = FOLDER / ".vite" / "manifest.json"
    if not path.exists():
        raise ClientMissing(entry)
    manifest = _manifest(path.stat().st_mtime)
    styles: list[str] = []

    def collect(key: str, seen: set[str]) -> None:
        if key in seen:
            return
        seen.add(key)
        chunk = manifest[key]
        for part in chunk.get("imports", []):
            collect(part, seen)
        styles.extend(chunk.get("css", []))

    collect(entry, set())
    return [f"client/{manifest[entry]['file']}"], [f"client/{s}" for s in dict.fromkeys(styles)]
