"""Keep the media library's own voice out of the terminal."""

import logging
import os
import re
import sys

_TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*")


def silence_library() -> None:
    """Stop LiveKit's library from writing to standard error.

    It reports each late frame and each failed attempt to connect; a drill counts both itself.
    """
    library = logging.getLogger("livekit")
    library.propagate = False
    if not library.handlers:
        library.addHandler(logging.NullHandler())


def keep_links_out_of_logs() -> None:
    """Stop the HTTP library from logging each address: one-time sign-in links are addresses."""
    logging.getLogger("httpx").setLevel(logging.WARNING)


def without_tokens(message: str) -> str:
    """Return ``message`` without tokens: the engine repeats a token that it refuses."""
    return _TOKEN.sub("…", message)


def keep_native_output_away() -> None:
    """Send what C code writes to standard error nowhere; Python's `sys.stderr` stays.

    The H.264 decoder inside the library writes there by itself after each lost packet. For the
    main function of a process of our own, once.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    sys.stderr = open(kept, "w", buffering=1, encoding="utf-8")  # noqa: SIM115 - for ever
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
