"""Each request gets an id and is counted.

The id stands in every log line of the request, in its audit events and in the answer
(``X-Request-ID``), so that what somebody reads out from an error page is found again.
"""

import re
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from diemcau.telemetry import context, web_metrics

HEADER = "X-Request-ID"

_GIVEN = re.compile(r"[A-Za-z0-9-]{8,64}\Z")

Next = Callable[[HttpRequest], HttpResponse] | Callable[[HttpRequest], Awaitable[HttpResponse]]


def id_of(request: HttpRequest) -> str:
    """Return the id that the edge gave the request, or a new one.

    The web server takes the client's address from the edge and from nobody else; the port of a
    client known so is 0. A header that anybody else wrote counts for nothing.
    """
    given = request.headers.get(HEADER, "")
    by_edge = settings.INSTALLATION.public_host and str(request.META.get("REMOTE_PORT")) == "0"
    return given if by_edge and _GIVEN.match(given) else str(uuid.uuid4())


def route_of(request: HttpRequest) -> str:
    """Return the template of the address that answered, never the address as it was asked."""
    match = getattr(request, "resolver_match", None)
    if match is not None:
        return f"/{match.route}"
    return settings.STATIC_URL if request.path.startswith(settings.STATIC_URL) else "none"


class RequestIdMiddleware:
    """The outermost middleware: what the others write in the log has the id already."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Next) -> None:
        self._next = get_response
        self.process_view: Callable[..., Any] = self._view
        self._async = iscoroutinefunction(get_response)
        if self._async:
            markcoroutinefunction(self)
            self.process_view = self._view_async

    def __call__(self, request: HttpRequest) -> HttpResponse | Awaitable[HttpResponse]:
        if self._async:
            return self._answer_async(request)
        with _Exchange(request) as exchange:
            return exchange.answered(cast(HttpResponse, self._next(request)))

    async def _answer_async(self, request: HttpRequest) -> HttpResponse:
        with _Exchange(request) as exchange:
            return exchange.answered(await cast(Awaitable[HttpResponse], self._next(request)))

    def _view(
        self, request: HttpRequest, view: object, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        """Say which conference the request is about, once its address is known."""
        conference = kwargs.get("conference_id")
        if isinstance(conference, int):
            context.conference_id.set(conference)
            setattr(request, context.ATTRIBUTE, (context.request_id.get(), conference))

    async def _view_async(
        self, request: HttpRequest, view: object, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        self._view(request, view, args, kwargs)


class _Exchange:
    """One request from its arrival to its answer."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._id = id_of(request)

    def __enter__(self) -> "_Exchange":
        self._begun = time.perf_counter()
        self._about = context.request_id.set(self._id), context.conference_id.set(None)
        setattr(self._request, context.ATTRIBUTE, (self._id, None))
        return self

    def answered(self, response: HttpResponse) -> HttpResponse:
        """Mark and count the answer."""
        response[HEADER] = self._id
        route = route_of(self._request)
        method = web_metrics.method(self._request.method or "")
        web_metrics.REQUESTS.labels(route, method, str(response.status_code)).inc()
        web_metrics.SECONDS.labels(route).observe(time.perf_counter() - self._begun)
        return response

    def __exit__(self, *raised: object) -> None:
        request_id, conference_id = self._about
        context.request_id.reset(request_id)
        context.conference_id.reset(conference_id)
