"""Whether an account may enter a live screen from this session, and what the first one is told."""

from django.http import HttpRequest
from django.utils import timezone

from diemcau.accounts.login import live
from diemcau.accounts.login.live import DESK, Place
from diemcau.audit.actor import Actor
from diemcau.conference import joining
from diemcau.conference.joining import Device
from diemcau.conference.models import Conference
from diemcau.protocol.joining import Admitted, Elsewhere, JoinAnswer

from . import who
from .login_gate import row_of


def _runs(conference: int) -> bool:
    return Conference.objects.in_session().filter(pk=conference).exists()


def require_free(request: HttpRequest, actor: Actor, conference: int, place: str) -> None:
    """Raise Refusal when the account takes part in a conference from another session."""
    where = Place(conference, place)
    live.require_free(row_of(request), where, runs=_runs, actor=actor, now=timezone.now())


def take_desk(request: HttpRequest, actor: Actor, conference: int) -> None:
    """The desk of this session is live from now on. Raises Refusal when another one is."""
    where = Place(conference, DESK)
    live.take(row_of(request), where, runs=_runs, actor=actor, now=timezone.now())


def answered(request: HttpRequest, actor: Actor, conference: int, answer: JoinAnswer) -> None:
    """A site was answered: when it was let in, its session is live now.

    A second device of the site that is told so by the conference alerts the first one too.
    """
    if isinstance(answer, Elsewhere):
        row, now = row_of(request), timezone.now()
        claim = live.holder(row, now=now)
        if claim is not None:
            place = Place(conference, answer.own.site)
            live.turned_away(row, claim, place, actor=actor, now=now)
    if isinstance(answer, Admitted):
        device = who.device(request, conference)
        place = Place(conference, answer.own.site, device.hash)
        live.enter(row_of(request), place, now=timezone.now())


def left(request: HttpRequest, conference: int) -> None:
    """The site left by itself."""
    live.leave(row_of(request), conference)


def move_here(request: HttpRequest, actor: Actor) -> None:
    """Put the account's other session out and give its seat back. Raises Refusal."""
    now = timezone.now()
    claim = live.move_here(row_of(request), actor=actor, now=now)
    if claim is None or claim.place == DESK:
        return
    first = Device(hash=claim.seat_device, label="")
    joining.leave(conference_id=claim.conference_id, actor=actor, device=first, now=now)
