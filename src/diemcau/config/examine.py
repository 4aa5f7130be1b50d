"""Look at the database for `diemcau doctor`, as JSON on standard output.

``python -m diemcau.config.examine``. Changes nothing: an embedded database that does not exist yet
is not made.
"""

import json
import logging
import os
import time
from datetime import datetime
from typing import Any

import django

from diemcau.config import logs


def main() -> None:
    """Print what was found."""
    logs.this_process_is("doctor")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "diemcau.config.settings")
    django.setup()
    # The answer says what is wrong; a second voice would only confuse.
    logging.disable(logging.CRITICAL)
    print(json.dumps(found(), ensure_ascii=False))


def found() -> dict[str, Any]:
    """Return ``new`` for no database yet, ``error`` for one that does not answer, else its state.

    ``version``: of the server; ``pending``: names of migrations to be applied; ``ahead``: seconds
    that its clock is ahead of this machine's; ``last_event``: when the newest event was written.
    """
    from django.conf import settings
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    installation = settings.INSTALLATION
    embedded = installation.database_address is None
    if embedded and not installation.database_path.exists():
        return {"embedded": True, "new": True}
    try:
        plan = MigrationExecutor(connection)
        pending = plan.migration_plan(plan.loader.graph.leaf_nodes())
        answer: dict[str, Any] = {
            "embedded": embedded,
            "version": ".".join(map(str, connection.get_database_version())),
            "supported": connection.get_database_version()
            >= (connection.features.minimum_database_version or ()),
            "pending": [f"{m.app_label}.{m.name}" for m, _ in pending],
            "last_event": _last_event(),
        }
        if not embedded:
            answer["ahead"] = _ahead()
    except DatabaseError as error:
        said = str(error).strip().splitlines()
        return {"embedded": embedded, "error": said[0] if said else type(error).__name__}
    return answer


def _ahead() -> float:
    from django.db import connection

    with connection.cursor() as cursor:
        before = time.time()
        cursor.execute("SELECT clock_timestamp()")
        there: datetime = cursor.fetchone()[0]
        return there.timestamp() - (before + time.time()) / 2


def _last_event() -> float | None:
    from django.db import connection

    from diemcau.audit.models import Event

    if Event._meta.db_table not in connection.introspection.table_names():
        return None
    newest = Event.objects.order_by("-id").values_list("at", flat=True).first()
    return None if newest is None else newest.timestamp()


if __name__ == "__main__":
    main()
