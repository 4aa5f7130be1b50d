"""The one place where events are written: each hangs on the one before.

The end of the chain is one row. It is locked when an event is written, which is the last thing an
act does, and until its transaction ends. So nobody who holds it waits for anything else, and no
circle of waiting arises. **After its event an act locks nothing that others lock before theirs**;
two acts in one transaction are allowed where both are about rows that are already claimed.
"""

from collections.abc import Iterable

from django.db import transaction as db

from . import canonical
from .models import Event, Head

HEAD = 1
"""Key of the one row."""


class ChainError(Exception):
    """The chain cannot be extended; nothing is written."""


def append(events: Iterable[Event]) -> None:
    """Write events, in this order, within the caller's transaction.

    Number, hashes and search text of each are set here. What remains is what can be read back: text
    in NFC, values as JSON keeps them.

    Raises ChainError when the end of the chain is missing.
    """
    new = list(events)
    if not new:
        return
    with db.atomic(savepoint=False):
        head = claim()
        number, previous = head.number, head.hash
        for event in new:
            number += 1
            _link(event, number, previous)
            previous = event.hash
        Event.objects.bulk_create(new)
        moved = Head.objects.filter(pk=HEAD, number=head.number).update(
            number=number, hash=previous
        )
        if moved != 1:
            raise ChainError("the end of the chain moved while it was locked")


def claim() -> Head:
    """Lock the end of the chain until the running transaction ends, and return it.

    SQLite has taken its write lock at the start of the transaction.
    """
    head = Head.objects.select_for_update().filter(pk=HEAD).first()
    if head is None:
        raise ChainError("the end of the chain is missing: run diemcau audit verify")
    return head


def _link(event: Event, number: int, previous: str) -> None:
    for name in ("actor_name", "address", "request", "verb", "object", "code", "clause"):
        setattr(event, name, canonical.text(getattr(event, name)))
    event.reason_vi = canonical.text(event.reason_vi)
    event.reason_en = canonical.text(event.reason_en)
    event.before, event.after = canonical.plain(event.before), canonical.plain(event.after)
    event.held = canonical.plain(event.held)
    event.number, event.previous, event.format = number, previous, canonical.FORMAT
    event.search = canonical.searched(event)
    event.hash = canonical.digest(event)
