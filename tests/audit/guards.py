"""The database's guards, seen by somebody who may drop them: the flush of tests, an attacker."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from diemcau.audit import canonical
from diemcau.audit.models import Head

MIGRATION = importlib.import_module("diemcau.audit.migrations.0005_guard_the_chain")
TABLES = ("audit_event", "audit_head", "audit_segment")


@contextmanager
def off() -> Iterator[None]:
    """Take the guards away for a while."""
    on_server = connection.vendor == "postgresql"
    switch = "ALTER TABLE {} {} TRIGGER USER"
    with connection.cursor() as cursor:
        if on_server:
            for table in TABLES:
                cursor.execute(switch.format(table, "DISABLE"))
        else:
            for name in MIGRATION.SQLITE:
                cursor.execute(f"DROP TRIGGER {name}")
    yield
    with connection.cursor() as cursor:
        if on_server:
            for table in TABLES:
                cursor.execute(switch.format(table, "ENABLE"))
        else:
            for name, rest in MIGRATION.SQLITE.items():
                cursor.execute(f"CREATE TRIGGER {name} {rest}")


def begin_again() -> None:
    """Put the end of an empty chain where a flush took it away."""
    Head.objects.bulk_create([Head(pk=1, number=0, hash=canonical.GENESIS)], ignore_conflicts=True)
