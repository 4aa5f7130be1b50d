"""Response headers that every answer carries, static files and refusals included."""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "style-src 'self'; script-src 'self'; connect-src 'self' {signal}; font-src 'self'; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
"""Nothing is loaded from outside the installation, no inline script runs, and no text becomes
markup or code: the client makes no policy of trusted types, so none can be made."""

OWN = (
    *("autoplay", "camera", "clipboard-write", "display-capture", "fullscreen", "microphone"),
    *("picture-in-picture", "publickey-credentials-create", "publickey-credentials-get"),
    "screen-wake-lock",
)
"""What the pages themselves use, or a log-in with a security key will."""

NOBODY = (
    *("accelerometer", "browsing-topics"),
    *("clipboard-read", "cross-origin-isolated", "encrypted-media", "gamepad", "geolocation"),
    *("gyroscope", "hid", "identity-credentials-get", "idle-detection", "keyboard-map"),
    *("local-fonts", "magnetometer", "midi", "otp-credentials", "payment", "serial"),
    *("storage-access", "sync-xhr", "usb", "window-management", "xr-spatial-tracking"),
)
"""What no page of ours uses, and so no script in it may. Chromium complains of names it does not
know, so only those that it knows stand here."""

PERMISSIONS = ", ".join([f"{name}=(self)" for name in OWN] + [f"{name}=()" for name in NOBODY])

Next = Callable[[HttpRequest], Any]


def headers() -> dict[str, str]:
    """Return the headers, beside those of Django's own SecurityMiddleware (SECURE_*)."""
    signal = settings.SIGNAL_URL
    http = signal.replace("wss://", "https://").replace("ws://", "http://")
    return {
        "Content-Security-Policy": POLICY.format(signal=f"{signal} {http}"),
        "Permissions-Policy": PERMISSIONS,
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Permitted-Cross-Domain-Policies": "none",
        # A static file says itself for how long it is kept; everything else is about somebody.
        "Cache-Control": "no-store",
    }


@sync_and_async_middleware
def security_headers(get_response: Next) -> Next:
    """Set the headers that the answer does not set itself. The outermost of all middleware."""
    wanted = headers()

    def dress(response: HttpResponseBase) -> HttpResponseBase:
        for name, value in wanted.items():
            response.headers.setdefault(name, value)
        return response

    if iscoroutinefunction(get_response):
        ask: Callable[[HttpRequest], Awaitable[HttpResponse]] = get_response

        async def later(request: HttpRequest) -> HttpResponseBase:
            return dress(await ask(request))

        return later

    def now(request: HttpRequest) -> HttpResponseBase:
        return dress(get_response(request))

    return now
