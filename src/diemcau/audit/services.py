"""Write an event with every state change, and after every refusal."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction as db

from . import chain
from .actor import Actor
from .models import Event
from .refusal import Refusal

LARGEST = 2**63 - 1
"""The largest number of a row."""


class Entry:
    """The event that is being written: a service says what the act was about."""

    def __init__(self, actor: Actor, verb: str, now: datetime, command_id: UUID | None) -> None:
        self._event = _by(actor, verb, now)
        self._event.command_id = command_id

    def about(
        self,
        conference_id: int | None = None,
        *,
        object: str = "",
        before: Any = None,
        after: Any = None,
        version: int = 0,
    ) -> None:
        """Name what the act was about: conference, object, values before and after (JSON)."""
        event = self._event
        # A made-up number that no row can have is none that an event can be about.
        known = conference_id if conference_id and conference_id <= LARGEST else None
        event.conference_id = known or event.conference_id
        event.object = object or event.object
        event.before = before if before is not None else event.before
        event.after = after if after is not None else event.after
        event.version = version or event.version

    def drop(self) -> None:
        """Write nothing: it turned out that nothing changes."""
        self._event.verb = ""

    def save(self) -> None:
        """Write the event, within the caller's transaction."""
        if self._event.verb:
            chain.append([self._event])

    @property
    def number(self) -> int:
        """Place in the chain, once the event is written."""
        return self._event.number

    def save_refused(self, refusal: Refusal) -> None:
        """Write that the act was refused, and why."""
        event = self._event
        event.refused = True
        event.before = event.after = None
        event.code, event.clause = refusal.code, refusal.clause
        event.reason_vi, event.reason_en = refusal.vi, refusal.en
        chain.append([event])


def _by(actor: Actor, verb: str, now: datetime) -> Event:
    return Event(
        at=now,
        actor_id=actor.id,
        actor_name=actor.name,
        address=actor.address,
        request=actor.request,
        held=[f"{held.role}@{held.organisation}" for held in actor.holdings] or None,
        verb=verb,
    )


def record_all(
    actor: Actor, acts: Iterable[tuple[str, str]], *, now: datetime, conference_id: int
) -> None:
    """Write the events of many like acts at once, within the caller's transaction.

    Args:
        actor: who acted, mostly the system.
        acts: verb and object of each.
        now: time of the acts.
        conference_id: the conference they belong to.
    """
    events = []
    for verb, about in acts:
        event = _by(actor, verb, now)
        event.conference_id, event.object = conference_id, about
        events.append(event)
    chain.append(events)


@contextmanager
def transaction(
    actor: Actor,
    verb: str,
    *,
    now: datetime,
    conference_id: int | None = None,
    object: str = "",
    command_id: UUID | None = None,
) -> Iterator[Entry]:
    """One act: the change and its event commit together or not at all.

    A Refusal rolls the change back, is recorded in a transaction of its own, and goes on to the
    caller.

    Args:
        actor: who acts.
        verb: what is done, e.g. ``"floor.given"``.
        now: time of the act.
        conference_id: the conference it belongs to.
        object: the site or other object it is about.
        command_id: id under which a client may ask for the outcome.
    """
    entry = Entry(actor, verb, now, command_id)
    entry.about(conference_id, object=object)
    try:
        with db.atomic():
            yield entry
            entry.save()
    except Refusal as refusal:
        with db.atomic():
            entry.save_refused(refusal)
        raise


@contextmanager
def recorded_refusals(
    actor: Actor, verb: str, *, now: datetime, conference_id: int | None = None, object: str = ""
) -> Iterator[None]:
    """Record a Refusal that comes out of acts whose own record was rolled back with them.

    Around a transaction that holds others: what they wrote of their refusal goes with it.
    Arguments as for `transaction`.
    """
    try:
        yield
    except Refusal as refusal:
        entry = Entry(actor, verb, now, None)
        entry.about(conference_id, object=object)
        with db.atomic():
            entry.save_refused(refusal)
        raise
