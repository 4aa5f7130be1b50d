"""Who makes a request: the actor, and the device."""

import hashlib
import secrets
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from diemcau.accounts.login.devices import address as address
from diemcau.accounts.login.devices import label
from diemcau.accounts.models import User
from diemcau.accounts.services import actor_of
from diemcau.audit.actor import Actor
from diemcau.conference.joining import Device
from diemcau.telemetry import context

COOKIE: str = settings.DEVICE_COOKIE_NAME
COOKIE_AGE = 400 * 24 * 3600
LINK_ISSUED = "link_issued_at"


def actor(request: HttpRequest) -> Actor | None:
    """Return who is signed in, with the roles held now, or None."""
    user = request.user
    if not isinstance(user, User):
        return None
    known = actor_of(user, now=timezone.now(), address=address(request))
    return replace(known, device=_device_hash(request), request=context.request_id.get())


def _told_key(conference_id: int) -> str:
    return f"elsewhere:{conference_id}"


def _device_hash(request: HttpRequest) -> str:
    secret = request.COOKIES.get(COOKIE, "")
    return hashlib.sha256(secret.encode()).hexdigest() if secret else ""


def device(request: HttpRequest, conference_id: int) -> Device:
    """Return the device that makes the request, known by its cookie."""
    told = request.session.get(_told_key(conference_id))
    issued = request.session.get(LINK_ISSUED)
    return Device(
        hash=_device_hash(request),
        label=label(request.headers.get("User-Agent", "")),
        told_at=parse_datetime(told) if told else None,
        link_issued_at=parse_datetime(issued) if issued else None,
    )


def note_elsewhere(request: HttpRequest, conference_id: int, now: datetime) -> None:
    """Remember that this device was told that the place is taken."""
    request.session.setdefault(_told_key(conference_id), now.isoformat())


def ensure_device(request: HttpRequest, response: HttpResponse) -> None:
    """Give the device its secret, by which it is known when it comes back."""
    if not request.COOKIES.get(COOKIE):
        response.set_cookie(
            COOKIE,
            secrets.token_urlsafe(32),
            max_age=COOKIE_AGE,
            httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )


def remember_language(response: HttpResponse, language: str) -> None:
    """Keep the chosen language on the device."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=COOKIE_AGE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
    )
