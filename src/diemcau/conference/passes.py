"""Tokens and cards with which a seat or a desk enters the engine."""

from django.conf import settings

from diemcau.directory.models import Site
from diemcau.media.engine import Grant, Pass
from diemcau.media.tokens import mint
from diemcau.protocol.card import Card
from diemcau.protocol.desk import DeskTokens

from .models import Conference, DeskSeat, Seat, identity_of
from .reconcile import DESK_GRANT, TALK_GRANT, site_grant


def _token(room: str, identity: str, name: str, grant: Grant, card: Card | None = None) -> str:
    entry = Pass(room, identity, name, grant, card.model_dump_json() if card else "")
    return mint(entry, key=settings.ENGINE_KEY, secret=settings.ENGINE_SECRET)


def seat_tokens(conference: Conference, seat: Seat, site: Site) -> tuple[str, str]:
    """Return the tokens of a seat: for the conference room and for the talk room.

    They carry the rights that the desired state gives now; the reconciler corrects whoever comes
    back with older ones.
    """
    state = conference.desired
    card = Card(
        site=site.key,
        number=site.number,
        name=site.name,
        person=seat.person,
        unit=seat.unit,
        host=site.pk == conference.host_site_id,
        simulated=seat.simulated,
    )
    identity = identity_of(site.key, seat.code)
    grant = site_grant(
        speaks=site.key in state.speakers(conference.host_site.key),
        shares=site.key in state.sharing,
    )
    return (
        _token(conference.room, identity, site.name, grant, card),
        _token(conference.talk_room, identity, site.name, TALK_GRANT, card),
    )


def desk_tokens(conference: Conference, desk: DeskSeat) -> DeskTokens:
    """Return the tokens of a desk: hidden in the conference, heard in the talk room."""
    identity, name = desk.identity, desk.person
    return DeskTokens(
        engine_url=settings.SIGNAL_URL,
        token=_token(conference.room, identity, name, DESK_GRANT),
        identity=identity,
        talk_token=_token(conference.talk_room, identity, name, TALK_GRANT),
    )
