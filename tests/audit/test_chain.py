"""Every event hangs on the one before: without a gap, in the transaction of its act."""

import hashlib
import json
import unicodedata
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from diemcau.audit import canonical, chain
from diemcau.audit.actor import SYSTEM, Actor, Held, Role, Scope
from diemcau.audit.models import Event, Head, Segment
from diemcau.audit.refusal import Refusal
from diemcau.audit.services import record_all
from diemcau.audit.services import transaction as act
from diemcau.conference import services
from diemcau.protocol import commands as c
from tests.audit import guards
from tests.audit.writing import HOA, attack, end, write
from tests.conference.cast import MAI_SITE, MINH_SITE, NOW, ask, book, make_cast, opened, order
from tests.conference.test_commands import at_the_same_time


def chained() -> bool:
    """Whether every number follows, and every event names the hash of the one before."""
    number, previous = 0, canonical.GENESIS
    for event in Event.objects.order_by("number"):
        number += 1
        if (event.number, event.previous) != (number, previous):
            return False
        previous = canonical.digest(event)
        if event.hash != previous:
            return False
    return end() == (number, previous)


def test_the_bytes_that_are_hashed_are_these_on_every_database(db: None) -> None:
    held = Held(Role.CONTROL_OPERATOR, Scope.SYSTEM, organisation="so-khcn")
    actor = Actor(7, "Hoa", address="10.0.0.7", holdings=(held,), request="yc-9")
    at = datetime(2026, 11, 20, 8, 0, 0, 123456, tzinfo=UTC)
    id = UUID("6F1C1C1E-0000-4000-8000-000000000001")
    with act(actor, "floor.given", now=at, conference_id=3, object="xa", command_id=id) as entry:
        entry.about(before={"b": 2.0, "a": "Đạ Tẻh"}, after=[1.5, None, True], version=4)
    event = Event.objects.get()
    wanted = (
        '{"actor_id":7,"actor_name":"Hoa","address":"10.0.0.7","after":[1.5,null,true],'
        '"at":1795161600123456,"before":{"a":"Đạ Tẻh","b":2},"clause":"","code":"",'
        '"command_id":"6f1c1c1e-0000-4000-8000-000000000001","conference_id":3,"format":1,'
        '"held":["control_operator@so-khcn"],"number":1,"object":"xa",'
        f'"previous":"{"0" * 64}","reason_en":"","reason_vi":"","refused":false,'
        '"request":"yc-9","verb":"floor.given","version":4}'
    ).encode()
    assert canonical.encode(canonical.contents(event)) == wanted
    assert event.hash == hashlib.sha256(wanted).hexdigest()


def test_what_is_hashed_is_what_can_be_read_back(db: None) -> None:
    odd = unicodedata.normalize("NFD", "Phường Xuân Hương – Đà Lạt")
    values = {
        odd: odd,
        "times": (1, 2),
        7: 1e16,
        "small": 1e-7,
        "minus": -0.0,
        "role": Role.AUDITOR,
        "empty": {},
        "deep": [[{"z": 1, "a": [2]}]],
    }
    with act(Actor(7, odd), "floor.given", now=NOW) as entry:
        entry.about(before=values, after=[values])
    event = Event.objects.get()
    assert unicodedata.is_normalized("NFC", event.actor_name)
    assert unicodedata.is_normalized("NFC", json.dumps(event.before, ensure_ascii=False))
    assert chained()


def test_a_number_that_is_none_is_never_written(db: None) -> None:
    with pytest.raises(ValueError), act(HOA, "floor.given", now=NOW) as entry:
        entry.about(after={"x": float("nan")})
    assert (Event.objects.count(), end()) == (0, (0, canonical.GENESIS))


@pytest.mark.django_db(transaction=True)
def test_an_act_that_is_undone_leaves_no_gap() -> None:
    write(2)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        write(3)
        raise ZeroDivisionError
    with pytest.raises(Refusal), act(HOA, "floor.given", now=NOW):
        raise Refusal("x", "Không.", "No.")
    record_all(SYSTEM, [("site.lost", f"s-{n}") for n in range(120)], now=NOW, conference_id=3)
    assert end()[0] == Event.objects.count() == 123
    assert chained()


@pytest.mark.django_db(transaction=True)
def test_two_acts_in_one_transaction_are_two_links(tmp_path) -> None:
    with transaction.atomic():
        write(1)
        with pytest.raises(Refusal), act(HOA, "floor.given", now=NOW):
            raise Refusal("x", "Không.", "No.")
        write(1)
    assert [e.refused for e in Event.objects.order_by("number")] == [False, True, False]
    assert chained()


@pytest.mark.django_db(transaction=True)
def test_two_conferences_at_the_same_time_share_one_chain_and_wait_for_nothing_else() -> None:
    cast = make_cast(4)
    first, second = opened(cast, seats="a"), opened(cast, seats="b")
    before = end()[0]

    def command(conference, actor) -> None:
        for _ in range(6):
            order(conference, actor, c.GiveFloor(site=MINH_SITE))
            order(conference, actor, c.MuteAll())

    def come(conference, actor) -> None:
        for which in "CDEF":
            ask(conference, actor, which, ask_consent=True)

    def see(conference, codes: str) -> None:
        known = {f"{codes}{number}" for number in range(1, 5)}
        for connected in (known, set(), known):
            services.report_presence(
                conference_id=conference.pk, connected=connected, known=known, now=NOW
            )

    failed = [
        found
        for found in at_the_same_time(
            lambda: command(first, cast.hoa),
            lambda: command(second, cast.hoa),
            lambda: come(first, cast.mai),
            lambda: come(second, cast.minh),
            lambda: see(first, "a"),
            lambda: see(second, "b"),
        )
        if found is not None
    ]
    assert failed == []
    assert end()[0] - before == Event.objects.filter(number__gt=before).count() >= 24 + 8 + 12
    assert chained()
    assert MAI_SITE in cast.sites


@pytest.mark.django_db(transaction=True)
def test_a_command_that_fails_to_write_twice_leaves_the_chain_whole() -> None:
    cast = make_cast(4)
    conference = book(cast)
    id = UUID("6f1c1c1e-0000-4000-8000-000000000001")
    at_the_same_time(*[lambda: order(conference, cast.hoa, c.StartJoining(), id=id)] * 3)
    assert Event.objects.filter(command_id=id).count() == 1
    assert chained()


def test_without_the_end_of_the_chain_nothing_is_written(db: None) -> None:
    write(1)
    attack("DELETE FROM audit_head")
    with pytest.raises(chain.ChainError), act(HOA, "floor.given", now=NOW):
        pass
    assert Event.objects.count() == 1


INSERTED = (
    "INSERT {} INTO audit_segment (id, first, last, count, previous, hash, file, file_hash, "
    "sealed_at, event) VALUES (1, 1, {}, {}, '', '', '', '', '2026-11-20 01:00:00+00:00', 9)"
)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_head SET number = 2",
        "UPDATE audit_head SET number = 1, hash = 'x'",
        "UPDATE audit_head SET hash = 'x'",
        "DELETE FROM audit_head",
        "DELETE FROM audit_event WHERE number = 3",
        "UPDATE audit_event SET search = ''",
        "UPDATE audit_segment SET last = 2, count = 2",
        "DELETE FROM audit_segment",
        "TRUNCATE audit_event",
        "TRUNCATE audit_head",
        "TRUNCATE audit_segment",
        "INSERT OR REPLACE INTO audit_head (id, number, hash) VALUES (1, 0, '')",
        "INSERT OR REPLACE INTO audit_event SELECT * FROM audit_event WHERE number = 3",
        INSERTED.format("OR REPLACE", 3, 3),
        INSERTED.format("", 3, 2),
    ],
)
def test_the_database_refuses(db: None, statement: str) -> None:
    on_server = connection.vendor == "postgresql"
    # Words that the other database does not know.
    if on_server and "OR REPLACE" in statement:
        statement = "UPDATE audit_event SET number = number"
    if not on_server and statement.startswith("TRUNCATE"):
        statement = statement.replace("TRUNCATE", "DELETE FROM")
    write(3)
    with connection.cursor() as cursor:
        if "audit_segment" in statement and "(1, 1, 3, 2" not in statement:
            cursor.execute(INSERTED.format("", 1, 1))
        before = list(Event.objects.values()), list(Head.objects.values())
        segments = list(Segment.objects.values())
        with pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute(statement)
    assert (list(Event.objects.values()), list(Head.objects.values())) == before
    assert list(Segment.objects.values()) == segments


def test_a_row_goes_only_when_a_segment_covers_it(db: None) -> None:
    write(3)
    with connection.cursor() as cursor:
        cursor.execute(INSERTED.format("", 2, 2))
        cursor.execute("DELETE FROM audit_event WHERE number <= 2")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute("DELETE FROM audit_event WHERE number = 3")
    assert Event.objects.get().number == 3


def test_the_guards_of_the_tests_are_those_of_the_database(db: None) -> None:
    with guards.off():
        Head.objects.filter(number=0).update(hash="x")
    with pytest.raises(DatabaseError), transaction.atomic():
        Head.objects.update(hash="y")


def test_words_are_found_without_diacritics(db: None) -> None:
    with act(Actor(7, "Đỗ Thị Hòa"), "floor.given", now=NOW, object="xa-da-teh") as entry:
        entry.about(after={"unit": "UBND Phường Xuân Hương", "since": timedelta(1).days})
    text = Event.objects.get().search
    for words in ("do thi hoa", "xa da teh", "phuong xuan huong", "floor given"):
        assert canonical.folded(words) in text
    assert canonical.folded("Đạ Tẻh") == canonical.folded("da-teh") == "da teh"
