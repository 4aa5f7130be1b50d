"""Events for the tests of the audit trail, and an attacker who may do anything in the database."""

from datetime import datetime, timedelta
from pathlib import Path

from django.db import connection

from diemcau.audit import anchors, verify
from diemcau.audit.actor import Actor
from diemcau.audit.models import Event, Head
from diemcau.audit.services import transaction
from tests.audit import guards
from tests.conference.cast import NOW

HOA = Actor(7, "Hoa", address="10.0.0.7", request="yc-1")


def write(count: int, *, at: datetime = NOW, actor: Actor = HOA) -> list[Event]:
    """Write events a second apart, and return them."""
    for index in range(count):
        with transaction(actor, "floor.given", now=at + timedelta(seconds=index)) as entry:
            entry.about(3, object="xa-da-teh", before={"a": index}, after={"a": index + 1})
    return list(Event.objects.order_by("-number")[:count])[::-1]


def attack(statement: str, *values: object) -> None:
    """Do as somebody does who owns the database: without its guards, which come back after."""
    with guards.off(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def roll_back(upto: int) -> None:
    """Take the events after ``upto`` away, and let the head say that they never were."""
    hash = Event.objects.get(number=upto).hash
    attack("DELETE FROM audit_event WHERE number > %s", upto)
    attack("UPDATE audit_head SET number = %s, hash = %s", upto, hash)


def anchor(path: Path) -> anchors.Anchor:
    """Note the end of the chain, as the worker does."""
    end = anchors.end_of_chain()
    anchors.write(path, end)
    return end


def check(folder: Path, *, now: datetime = NOW) -> verify.Report:
    """Verify, with anchors and exports in ``folder``."""
    return verify.verify(anchor_file=folder / "anchors.log", folder=folder / "segments", now=now)


def end() -> tuple[int, str]:
    """The end of the chain."""
    head = Head.objects.get()
    return head.number, head.hash
