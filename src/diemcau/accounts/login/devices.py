"""What a person would call a device, and where a request comes from."""

import re

from django.http import HttpRequest

_BROWSERS = ("Edg", "Firefox", "Chrome", "Safari")
_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")


def label(agent: str) -> str:
    """Return the name of a browser and its system, e.g. ``"Chrome · Windows"``."""
    browser = next((b for b in _BROWSERS if b in agent), "Trình duyệt").replace("Edg", "Edge")
    system = next((s for s in _SYSTEMS if s in agent), "")
    return re.sub(r" · $", "", f"{browser} · {system}")


def address(request: HttpRequest) -> str:
    """Return the network address of the client.

    The web server reads it from the edge, and from nobody else: a header that the client itself
    wrote must not decide what the log says.
    """
    return str(request.META.get("REMOTE_ADDR", ""))[:64]
