"""Keep the media library's own voice out of the terminal."""

import logging
import re

_TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*")


def silence_library() -> None:
    """Stop LiveKit's library from writing to standard error.

    It reports each late frame and each failed attempt to connect; a drill counts both itself.
    """
    library = logging.getLogger("livekit")
    library.propagate = False
    if not library.handlers:
        library.addHandler(logging.NullHandler())


def without_tokens(message: str) -> str:
    """Return ``message`` without tokens: the engine repeats a token that it refuses."""
    return _TOKEN.sub("…", message)
