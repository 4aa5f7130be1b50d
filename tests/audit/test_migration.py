"""A filled database of the version before the chain becomes a chained one."""

import pytest
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from diemcau.audit.models import Event
from diemcau.audit.verify import missing_guards
from tests.audit.test_chain import chained
from tests.audit.writing import write
from tests.conference.cast import NOW

BEFORE = [("audit", "0002_append_only")]
AFTER = [("audit", "0005_guard_the_chain")]


def migrate(target: list) -> object:
    executor = MigrationExecutor(connection)
    executor.migrate(target)
    return executor.loader.project_state(target).apps


@pytest.mark.django_db(transaction=True)
def test_the_events_of_a_filled_database_are_chained_and_the_next_one_follows(monkeypatch) -> None:
    chaining = __import__("diemcau.audit.migrations.0004_chain_existing_events", fromlist=["BATCH"])
    monkeypatch.setattr(chaining, "BATCH", 7)
    try:
        old = migrate(BEFORE).get_model("audit", "Event")
        old.objects.bulk_create(
            old(
                at=NOW,
                actor_name=f"Người {n}",
                verb="site.lost",
                before={"a": [n, 1.5]} if n % 2 else None,
                refused=n % 3 == 0,
            )
            for n in range(25)
        )
        with pytest.raises(DatabaseError, match="append-only"):
            old.objects.update(verb="x")
    finally:
        migrate(AFTER)
    assert Event.objects.count() == 25
    assert list(Event.objects.order_by("number").values_list("actor_name", flat=True)) == [
        f"Người {n}" for n in range(25)
    ]
    assert Event.objects.get(number=3).search == "nguoi 2 site lost"
    assert missing_guards() == []
    write(2)
    assert chained()
    with pytest.raises(DatabaseError, match="append-only"):
        Event.objects.update(verb="x")
