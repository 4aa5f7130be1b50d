"""Find events: by what a person asks for, newest first, a page at a time."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from . import canonical
from .models import Event

PAGE = 50
BATCH = 500
"""How many events of an export are in memory at a time."""


@dataclass(frozen=True)
class Filter:
    """What is looked for; whatever is empty does not restrict.

    Args:
        since: not before.
        until: before.
        actor: part of the name of who acted.
        verb: what was done.
        conference_id: in which conference.
        object: part of the key of the site or other object.
        refused: only what was refused.
        text: words, each of which begins a word of the event; diacritics do not matter.
    """

    since: datetime | None = None
    until: datetime | None = None
    actor: str = ""
    verb: str = ""
    conference_id: int | None = None
    object: str = ""
    refused: bool = False
    text: str = ""


def matching(wanted: Filter) -> QuerySet[Event]:
    """Return the events that match, in no order."""
    found = Event.objects.all()
    if wanted.since is not None:
        found = found.filter(at__gte=wanted.since)
    if wanted.until is not None:
        found = found.filter(at__lt=wanted.until)
    if wanted.actor:
        found = found.filter(actor_name__icontains=canonical.text(wanted.actor))
    if wanted.verb:
        found = found.filter(verb=wanted.verb)
    if wanted.conference_id is not None:
        found = found.filter(conference_id=wanted.conference_id)
    if wanted.object:
        found = found.filter(object__icontains=canonical.text(wanted.object))
    if wanted.refused:
        found = found.filter(refused=True)
    for word in canonical.folded(wanted.text).split():
        begins = Q(search__startswith=word) | Q(search__contains=f" {word}")
        found = found.filter(begins)
    return found


@dataclass(frozen=True)
class Page:
    """A page of events, newest first.

    Args:
        events: what it shows.
        newer: number after which newer ones follow; None: this is the newest page.
        older: number before which older ones follow; None: this is the oldest page.
    """

    events: list[Event]
    newer: int | None
    older: int | None


def page(wanted: Filter, *, before: int | None = None, after: int | None = None) -> Page:
    """Return a page: the newest, or what lies before or after an event. Never counts the rows.

    Args:
        wanted: what is looked for.
        before: only events with smaller numbers: the way to older ones.
        after: only events with greater numbers: the way back to newer ones.
    """
    found = matching(wanted)
    if after is not None:
        some = list(found.filter(number__gt=after).order_by("number")[: PAGE + 1])
        events, more_newer = some[:PAGE][::-1], len(some) > PAGE
        more_older = bool(events) and found.filter(number__lt=events[-1].number).exists()
    else:
        if before is not None:
            found = found.filter(number__lt=before)
        some = list(found.order_by("-number")[: PAGE + 1])
        events, more_older = some[:PAGE], len(some) > PAGE
        more_newer = before is not None
    return Page(
        events,
        newer=events[0].number if events and more_newer else None,
        older=events[-1].number if events and more_older else None,
    )


def after(wanted: Filter, *, seen: int, upto: int) -> list[Event]:
    """Return the next matching events after ``seen``, up to the number ``upto``."""
    found = matching(wanted).filter(number__gt=seen, number__lte=upto)
    return list(found.order_by("number")[:BATCH])
