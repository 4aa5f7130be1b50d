"""The real adapter: LiveKit's server API and webhooks (server 1.13.5)."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import suppress
from typing import Any, TypeVar
from urllib.parse import urlsplit

import aiohttp
from livekit import api
from livekit.protocol import models

from .engine import (
    EngineDown,
    EngineEvent,
    EngineRoom,
    EventKind,
    Grant,
    NoSuchParticipant,
    NoSuchRoom,
    Participant,
    TrackSource,
)

CALL_TIMEOUT = 1.5
"""Seconds for one call: an engine that hangs must not hold up the other conferences."""

WATCH_INTERVAL = 0.02
"""Seconds between two tries to reach an engine that is gone."""

EMPTY_TIMEOUT = 24 * 3600
"""Seconds for which an empty room is kept: the sites may all be cut off and come back."""

T = TypeVar("T")

_SOURCES: dict[TrackSource, Any] = {
    TrackSource.CAMERA: models.TrackSource.CAMERA,
    TrackSource.MICROPHONE: models.TrackSource.MICROPHONE,
    TrackSource.SCREEN: models.TrackSource.SCREEN_SHARE,
    TrackSource.SCREEN_AUDIO: models.TrackSource.SCREEN_SHARE_AUDIO,
}
_BY_NUMBER = {number: source for source, number in _SOURCES.items()}

_EVENTS = {
    "participant_joined": EventKind.JOINED,
    "participant_left": EventKind.LEFT,
    "participant_connection_aborted": EventKind.LEFT,
    "track_published": EventKind.PUBLISHED,
    "track_unpublished": EventKind.UNPUBLISHED,
    "room_started": EventKind.ROOM_STARTED,
    "room_finished": EventKind.ROOM_FINISHED,
}


def _grant(permission: models.ParticipantPermission) -> Grant:
    named = frozenset(_BY_NUMBER[n] for n in permission.can_publish_sources if n in _BY_NUMBER)
    # The engine reads an empty list as "every source".
    publish = named or frozenset(TrackSource) if permission.can_publish else frozenset()
    return Grant(
        publish=publish,
        subscribe=permission.can_subscribe,
        data=permission.can_publish_data or permission.can_update_metadata,
        hidden=permission.hidden,
    )


def _permission(grant: Grant) -> models.ParticipantPermission:
    return models.ParticipantPermission(
        can_subscribe=grant.subscribe,
        can_publish=bool(grant.publish),
        can_publish_sources=sorted(_SOURCES[s] for s in grant.publish),
        can_publish_data=grant.data,
        can_update_metadata=grant.data,
        hidden=grant.hidden,
    )


def _participant(info: models.ParticipantInfo) -> Participant:
    return Participant(
        identity=info.identity,
        grant=_grant(info.permission),
        sid=info.sid,
        published=frozenset(_BY_NUMBER[t.source] for t in info.tracks if t.source in _BY_NUMBER),
    )


class LiveKitEngine:
    """A LiveKit server behind its HTTP API.

    Args:
        url: ``http://host:port`` of the server.
        key: API key.
        secret: API secret.
    """

    def __init__(self, url: str, key: str, secret: str) -> None:
        self._url = url
        self._key, self._secret = key, secret
        self._client: api.LiveKitAPI | None = None

    def _api(self) -> api.LiveKitAPI:
        if self._client is None:  # made inside the running loop
            self._client = api.LiveKitAPI(
                self._url,
                self._key,
                self._secret,
                failover=False,
            )
        return self._client

    async def create_room(self, name: str, metadata: str) -> EngineRoom:
        """See Engine."""
        request = api.CreateRoomRequest(
            name=name,
            metadata=metadata,
            empty_timeout=EMPTY_TIMEOUT,
            departure_timeout=EMPTY_TIMEOUT,
        )
        made = await _ask(self._api().room.create_room(request))
        return EngineRoom(made.name, made.metadata, made.sid)

    async def delete_room(self, name: str) -> None:
        """See Engine."""
        with suppress(_NotFound):
            await _ask(self._api().room.delete_room(api.DeleteRoomRequest(room=name)))

    async def room(self, name: str) -> EngineRoom | None:
        """See Engine."""
        found = await _ask(self._api().room.list_rooms(api.ListRoomsRequest(names=[name])))
        return next((EngineRoom(r.name, r.metadata, r.sid) for r in found.rooms), None)

    async def set_metadata(self, name: str, metadata: str) -> None:
        """See Engine."""
        request = api.UpdateRoomMetadataRequest(room=name, metadata=metadata)
        try:
            await _ask(self._api().room.update_room_metadata(request))
        except _NotFound as error:
            raise NoSuchRoom(name) from error

    async def participants(self, name: str) -> Mapping[str, Participant]:
        """See Engine."""
        try:
            found = await _ask(
                self._api().room.list_participants(api.ListParticipantsRequest(room=name))
            )
        except _NotFound:
            return {}
        return {info.identity: _participant(info) for info in found.participants}

    async def permit(self, name: str, identity: str, grant: Grant) -> Participant:
        """See Engine."""
        request = api.UpdateParticipantRequest(
            room=name, identity=identity, permission=_permission(grant)
        )
        try:
            return _participant(await _ask(self._api().room.update_participant(request)))
        except _NotFound as error:
            raise NoSuchParticipant(identity) from error

    async def expel(self, name: str, identity: str) -> None:
        """See Engine."""
        request = api.RoomParticipantIdentity(room=name, identity=identity)
        try:
            await _ask(self._api().room.remove_participant(request))
        except _NotFound as error:
            raise NoSuchParticipant(identity) from error

    async def send(self, name: str, topic: str, data: bytes, identities: list[str]) -> None:
        """See Engine."""
        request = api.SendDataRequest(
            room=name, data=data, topic=topic, destination_identities=identities
        )
        try:
            await _ask(self._api().room.send_data(request))
        except EngineDown as error:
            # The engine waits in silence for a room that does not exist, and calls that a failure.
            if await self.room(name) is None:
                raise NoSuchRoom(name) from error
            raise

    async def watch(self) -> AsyncIterator[bool]:
        """See Engine. Holds one idle connection: its end is noticed at once, without polling."""
        where = urlsplit(self._url)
        known = False
        while True:
            try:
                reader, writer = await asyncio.open_connection(where.hostname, where.port)
            except OSError:
                if known:
                    known = False
                    yield False
                await asyncio.sleep(WATCH_INTERVAL)
                continue
            known = True
            try:
                yield True
                with suppress(OSError):
                    await reader.read(1)
            finally:
                writer.close()

    async def aclose(self) -> None:
        """See Engine."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None


class _NotFound(Exception):
    """The engine knows no such room or participant."""


async def _ask(call: Coroutine[Any, Any, T]) -> T:
    try:
        # Not the library's own time limit: it passes "none" with every call.
        async with asyncio.timeout(CALL_TIMEOUT):
            return await call
    except api.TwirpError as error:
        if error.code == "not_found":
            raise _NotFound(error.message) from error
        if error.code in ("unavailable", "deadline_exceeded", "internal"):
            raise EngineDown(str(error)) from error
        raise
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise EngineDown(str(error) or type(error).__name__) from error


class BadWebhook(Exception):
    """A webhook that the engine did not sign, or that says nothing we know."""


def read_webhook(body: str, authorization: str, *, key: str, secret: str) -> EngineEvent | None:
    """Verify a webhook and return what it reports, or None for a kind that we do not use.

    Args:
        body: the request's body as received.
        authorization: the Authorization header (a token with the body's hash).
        key: API key of the engine.
        secret: API secret of the engine.

    Raises BadWebhook when the signature does not fit.
    """
    receiver = api.WebhookReceiver(api.TokenVerifier(key, secret))
    try:
        event = receiver.receive(body, authorization)
    except Exception as error:  # the SDK raises bare Exception for a wrong hash
        raise BadWebhook(str(error)) from error
    kind = _EVENTS.get(event.event)
    if kind is None:
        return None
    return EngineEvent(
        kind=kind,
        room=event.room.name,
        participant=_participant(event.participant) if event.HasField("participant") else None,
        source=_BY_NUMBER.get(event.track.source) if event.HasField("track") else None,
        at=float(event.created_at),
    )
