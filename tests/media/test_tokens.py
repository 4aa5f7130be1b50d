"""Tokens with which a client enters the engine, and webhooks by which the engine reports."""

import base64
import hashlib
from datetime import timedelta

import jwt
import pytest
from livekit import api

from diemcau.media.engine import EventKind, Grant, Pass, TrackSource
from diemcau.media.livekit import BadWebhook, read_webhook
from diemcau.media.tokens import InvalidToken, mint, read

KEY, SECRET = "api-key", "a secret that is long enough for anybody"
ENTRY = Pass(
    "c-1",
    "site:xa-da-teh:a1",
    "Xã Đạ Tẻh",
    Grant(publish=frozenset({TrackSource.CAMERA})),
    '{"site":"xa-da-teh"}',
)


def claims(entry: Pass = ENTRY) -> dict:
    return jwt.decode(mint(entry, key=KEY, secret=SECRET), SECRET, algorithms=["HS256"])


def test_a_token_names_the_room_the_identity_and_the_sources() -> None:
    claim = read(mint(ENTRY, key=KEY, secret=SECRET), key=KEY, secret=SECRET)
    assert (claim.room, claim.identity) == ("c-1", "site:xa-da-teh:a1")
    assert claim.publish == {TrackSource.CAMERA}


def test_a_site_may_send_no_data_and_change_no_metadata_of_its_own() -> None:
    video = claims()["video"]
    assert video["canPublishData"] is False
    assert video["canUpdateOwnMetadata"] is False
    assert video["canSubscribe"] is True


def test_a_token_may_not_make_list_or_rule_rooms() -> None:
    video = claims()["video"]
    granted = {name for name, value in video.items() if value is True}
    assert granted == {"roomJoin", "canPublish", "canSubscribe"}


def test_a_token_without_sources_claims_no_source() -> None:
    entry = Pass("c-1", "desk:1:a", "Hoa", Grant(hidden=True))
    assert claims(entry)["video"]["hidden"] is True
    assert read(mint(entry, key=KEY, secret=SECRET), key=KEY, secret=SECRET).publish == frozenset()


def test_a_token_that_names_no_sources_claims_them_all() -> None:
    video = {"roomJoin": True, "room": "c-1"}
    token = jwt.encode(
        {"iss": KEY, "sub": "site:a:b", "exp": 2**33, "video": video}, SECRET, algorithm="HS256"
    )
    assert read(token, key=KEY, secret=SECRET).publish == set(TrackSource)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "not.a.token",
        mint(ENTRY, key=KEY, secret="another secret that is long enough"),
        mint(ENTRY, key="another-key", secret=SECRET),
        mint(ENTRY, key=KEY, secret=SECRET, ttl=timedelta(seconds=-60)),
        api.AccessToken(KEY, SECRET).with_grants(api.VideoGrants(room_list=True)).to_jwt(),
        jwt.encode({"iss": KEY, "video": {"roomJoin": True}}, SECRET, algorithm="HS256"),
        jwt.encode({"iss": KEY, "exp": 2**33, "video": {"roomJoin": True}}, "", algorithm="none"),
    ],
    ids=[
        "empty",
        "nonsense",
        "another secret",
        "another key",
        "expired",
        "not for joining",
        "without end",
        "unsigned",
    ],
)
def test_a_forged_expired_or_foreign_token_is_refused(token: str) -> None:
    with pytest.raises(InvalidToken):
        read(token, key=KEY, secret=SECRET)


def signed(body: str, secret: str = SECRET) -> str:
    digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
    return api.AccessToken(KEY, secret).with_sha256(digest).to_jwt()


BODY = '{"event":"participant_joined","room":{"name":"c-1"},"participant":{"identity":"desk:1:a"}}'


def test_a_signed_webhook_is_read() -> None:
    event = read_webhook(BODY, signed(BODY), key=KEY, secret=SECRET)
    assert event is not None
    assert (event.kind, event.room) == (EventKind.JOINED, "c-1")
    assert event.participant is not None
    assert event.participant.identity == "desk:1:a"


@pytest.mark.parametrize(
    ("body", "authorization"),
    [
        (BODY, ""),
        (BODY, signed(BODY, "another secret that is long enough")),
        (BODY.replace("desk:1:a", "desk:1:b"), signed(BODY)),
        ("{", signed("{")),
    ],
    ids=["unsigned", "another secret", "changed on the way", "not JSON"],
)
def test_a_webhook_that_the_engine_did_not_sign_is_refused(body: str, authorization: str) -> None:
    with pytest.raises(BadWebhook):
        read_webhook(body, authorization, key=KEY, secret=SECRET)


def test_a_webhook_of_a_kind_that_nobody_uses_is_passed_over() -> None:
    body = '{"event":"egress_started"}'
    assert read_webhook(body, signed(body), key=KEY, secret=SECRET) is None


def test_a_lost_connection_counts_as_leaving() -> None:
    body = BODY.replace("participant_joined", "participant_connection_aborted")
    event = read_webhook(body, signed(body), key=KEY, secret=SECRET)
    assert event is not None
    assert event.kind is EventKind.LEFT
