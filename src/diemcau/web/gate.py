"""Whether the rights in a token are still those that the desired state gives."""

from diemcau.conference.models import Conference, DeskSeat, Seat
from diemcau.conference.reconcile import DESK_GRANT, TALK, TALK_GRANT, is_talk, site_grant
from diemcau.conference.workflow import OPEN_STATES, SeatState
from diemcau.media.engine import Grant
from diemcau.media.tokens import Claim
from diemcau.protocol.card import ParticipantKind, parse_identity


def still_holds(claim: Claim) -> bool:
    """Return True when the identity belongs in the room and claims no right that it lost.

    Reads one conference and one seat: after an engine's restart every site asks at once.
    """
    conference = (
        Conference.objects.select_related("host_site")
        .filter(room=claim.room.removesuffix(TALK), state__in=OPEN_STATES)
        .first()
    )
    who = parse_identity(claim.identity)
    if conference is None or who is None:
        return False
    talk = is_talk(claim.room)
    if who.kind is ParticipantKind.DESK:
        grant: Grant = TALK_GRANT if talk else DESK_GRANT
        sits = DeskSeat.objects.filter(
            conference=conference, code=who.seat, account_id=who.who, ended_at__isnull=True
        )
        return sits.exists() and claim.publish <= grant.publish
    seat = Seat.objects.filter(
        entry__conference=conference,
        entry__site__key=who.who,
        code=who.seat,
        state=SeatState.ACTIVE,
    )
    if not seat.exists():
        return False
    if talk:
        return claim.publish <= TALK_GRANT.publish
    state = conference.desired
    speaks = who.who in state.speakers(conference.host_site.key)
    grant = site_grant(speaks=speaks, shares=who.who in state.sharing)
    return claim.publish <= grant.publish
