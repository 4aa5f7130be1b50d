"""Whether the rights in a token are still those that the desired state gives."""

from diemcau.conference.models import Conference
from diemcau.conference.queries import wants
from diemcau.conference.reconcile import wanted_grant
from diemcau.media.tokens import Claim


def still_holds(claim: Claim) -> bool:
    """Return True when the identity belongs in the room and claims no right that it lost."""
    for conference in Conference.objects.in_session().filter(room=claim.room.removesuffix("-talk")):
        found = wants(conference)
        want = found.talk if claim.room.endswith("-talk") else found.main
        grant = wanted_grant(want, claim.identity)
        return grant is not None and claim.publish <= grant.publish
    return False
