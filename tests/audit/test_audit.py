"""The audit table: written with each act, after each refusal, and never changed."""

import pytest
from django.db import DatabaseError, connection, transaction

from diemcau.audit.actor import SYSTEM, Actor
from diemcau.audit.models import Event
from diemcau.audit.refusal import Refusal
from diemcau.audit.services import record_all
from diemcau.audit.services import transaction as act
from diemcau.conference.journal import VERBS, line
from diemcau.directory.models import Organisation
from tests.conference.cast import NOW

HOA = Actor(7, "Hoa", address="10.0.0.7")


def make(key: str = "so-y-te") -> None:
    Organisation.objects.create(key=key, name="Sở Y tế", short_name="SYT", kind="x", tier="y")


def test_an_act_and_its_event_are_written_together(db: None) -> None:
    with act(HOA, "floor.given", now=NOW, conference_id=3, object="xa-da-teh") as entry:
        make()
        entry.about(before={"a": 1}, after={"a": 2}, version=9)
    event = Event.objects.get()
    assert (event.actor_id, event.actor_name, event.address) == (7, "Hoa", "10.0.0.7")
    assert (event.verb, event.at, event.conference_id) == ("floor.given", NOW, 3)
    assert (event.object, event.before, event.after) == ("xa-da-teh", {"a": 1}, {"a": 2})
    assert (event.version, event.refused) == (9, False)
    assert Organisation.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_refused_act_leaves_nothing_but_its_event() -> None:
    with pytest.raises(Refusal), act(HOA, "floor.given", now=NOW, conference_id=3) as entry:
        make()
        entry.about(after={"kept": False})
        raise Refusal("mic_locked", "Micro đang khóa.", "Locked.", "KH-9.1a")
    assert not Organisation.objects.exists()
    event = Event.objects.get()
    assert (event.refused, event.code, event.clause) == (True, "mic_locked", "KH-9.1a")
    assert (event.reason_vi, event.reason_en) == ("Micro đang khóa.", "Locked.")
    assert (event.before, event.after) == (None, None)


@pytest.mark.django_db(transaction=True)
def test_an_act_that_fails_leaves_nothing_at_all() -> None:
    with pytest.raises(ZeroDivisionError), act(HOA, "floor.given", now=NOW):
        make()
        raise ZeroDivisionError
    assert not Organisation.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_event_that_cannot_be_written_undoes_the_act() -> None:
    with act(HOA, "floor.given", now=NOW, command_id="6f1c1c1e-0000-4000-8000-000000000001"):
        pass
    with (
        pytest.raises(DatabaseError),
        act(HOA, "floor.given", now=NOW, command_id="6f1c1c1e-0000-4000-8000-000000000001"),
    ):
        make()
    assert not Organisation.objects.exists()


def test_an_act_that_turns_out_to_change_nothing_writes_nothing(db: None) -> None:
    with act(HOA, "site.left", now=NOW) as entry:
        entry.drop()
    assert not Event.objects.exists()


def test_many_like_acts_are_written_at_once(db: None, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(5):  # SQLite takes about 40 rows at a time
        record_all(SYSTEM, [("site.lost", f"s-{n}") for n in range(50)], now=NOW, conference_id=3)
    assert Event.objects.filter(verb="site.lost", actor_name="Hệ thống").count() == 50


@pytest.mark.parametrize(
    "change",
    [
        lambda: Event.objects.update(actor_name="Quân"),
        lambda: Event.objects.all().delete(),
        lambda: Event.objects.get().delete(),
        lambda: Event(pk=Event.objects.get().pk, verb="x", at=NOW, actor_name="Quân").save(),
        lambda: connection.cursor().execute("UPDATE audit_event SET verb = 'x'"),
        lambda: connection.cursor().execute("DELETE FROM audit_event"),
    ],
    ids=["update", "delete", "delete one", "save over", "UPDATE", "DELETE"],
)
def test_the_database_itself_refuses_to_change_or_delete_an_event(db: None, change) -> None:
    with act(HOA, "floor.given", now=NOW):
        pass
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        change()
    assert Event.objects.get().actor_name == "Hoa"


def test_the_log_has_words_for_every_event_in_both_languages() -> None:
    for verb, (vi, en) in VERBS.items():
        assert vi and en, verb
        event = Event(pk=1, at=NOW, verb=verb, actor_name="Hoa", refused=True)
        event.reason_vi, event.reason_en = "Lý do.", "Reason."
        shown = line(event, "Xã Đạ Tẻh")
        assert shown.text_vi.endswith(": Lý do.")
        assert shown.text_en.endswith(": Reason.")
        assert "{}" not in shown.text_vi + shown.text_en
