"""Tokens with which a client enters the engine."""

from dataclasses import dataclass
from datetime import timedelta

import jwt
from livekit import api

from .engine import Pass, TrackSource

TTL = timedelta(minutes=10)
"""How long a token opens the door. The engine refreshes it for whoever is connected."""

_SOURCE_NAMES = {source: source.value for source in TrackSource}


def mint(entry: Pass, *, key: str, secret: str, ttl: timedelta = TTL) -> str:
    """Return the signed token for ``entry``.

    Args:
        entry: who enters which room with which rights.
        key: API key of the engine.
        secret: API secret of the engine.
        ttl: how long the token can be used to enter.
    """
    grant = entry.grant
    token = (
        api.AccessToken(key, secret)
        .with_identity(entry.identity)
        .with_name(entry.name)
        .with_metadata(entry.metadata)
        .with_ttl(ttl)
        .with_grants(
            api.VideoGrants(
                room_join=True,
                room=entry.room,
                can_publish=bool(grant.publish),
                can_publish_sources=sorted(_SOURCE_NAMES[s] for s in grant.publish),
                can_publish_data=grant.data,
                can_update_own_metadata=grant.data,
                can_subscribe=grant.subscribe,
                hidden=grant.hidden,
            )
        )
    )
    return str(token.to_jwt())


class InvalidToken(Exception):
    """The token is forged, expired or of another kind."""


@dataclass(frozen=True)
class Claim:
    """What a presented token claims: who, where, which sources."""

    room: str
    identity: str
    publish: frozenset[TrackSource]


def read(token: str, *, key: str, secret: str) -> Claim:
    """Verify a token that a client presents and return its claim.

    Raises InvalidToken when it is forged, expired or not a token for joining.
    """
    try:
        claims = jwt.decode(
            token, secret, algorithms=["HS256"], issuer=key, options={"require": ["exp", "iss"]}
        )
    except jwt.InvalidTokenError as error:
        raise InvalidToken(str(error)) from error
    video = claims.get("video", {})
    if not video.get("roomJoin"):
        raise InvalidToken("not a token for joining")
    publish = frozenset(
        source
        for source in TrackSource
        if video.get("canPublish", True)
        and source.value in video.get("canPublishSources", [s.value for s in TrackSource])
    )
    return Claim(str(video.get("room", "")), str(claims.get("sub", "")), publish)
