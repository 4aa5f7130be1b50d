"""Response headers that every page carries."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "style-src 'self'; script-src 'self'; connect-src 'self' {signal}; font-src 'self'; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


class ContentSecurityPolicyMiddleware:
    """Nothing is loaded from outside the installation, and no inline script runs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._next = get_response
        signal = settings.SIGNAL_URL
        http = signal.replace("wss://", "https://").replace("ws://", "http://")
        self._policy = POLICY.format(signal=f"{signal} {http}")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._next(request)
        response.setdefault("Content-Security-Policy", self._policy)
        response.setdefault("Permissions-Policy", "camera=(self), microphone=(self)")
        return response
