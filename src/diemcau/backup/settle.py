"""Make restored data ready for service while it is still aside. A process of its own.

``python -m diemcau.backup.settle check|settle`` with the environment of the fresh installation and
what is needed as JSON on standard input; the answer is JSON on standard output. A process, because
Django's settings are made once, from the environment: here they lead to the fresh data.
"""

import json
import os
import sys
from datetime import timedelta
from typing import Any

import django

OPEN_FOR = timedelta(hours=12)
"""How long after its opening a conference may still go on: the engine keeps a room as long."""

UNKNOWN, DONE = 3, 0
"""Exit codes: the data is of a newer program; all is well."""


def main() -> int:
    """Answer one request."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "diemcau.config.settings")
    django.setup()
    given = json.load(sys.stdin)
    if sys.argv[1] == "check":
        unknown = unknown_migrations([(app, name) for app, name in given["migrations"]])
        print(json.dumps(unknown))
        return UNKNOWN if unknown else DONE
    print(json.dumps(settle(given)))
    return DONE


def unknown_migrations(applied: list[tuple[str, str]]) -> list[str]:
    """Return the applied migrations that this program does not know: those of a newer one."""
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(None, ignore_no_migrations=True)
    known = set(loader.disk_migrations) | set(loader.replacements)
    replaced = {one for m in loader.disk_migrations.values() for one in m.replaces}
    return sorted(f"{a}.{n}" for a, n in applied if (a, n) not in known | replaced)


def settle(origin: dict[str, Any]) -> dict[str, Any]:
    """Migrate forward, make every credential void, end what is over, and record the restore.

    Args:
        origin: what the event tells of the backup: file, digest, moment, and who restores it.
    """
    from django.core.management import call_command
    from django.utils import timezone

    from diemcau.audit.actor import SYSTEM
    from diemcau.audit.services import transaction

    from .voiding import void_all

    call_command("migrate", verbosity=0, interactive=False)
    now = timezone.now()
    with transaction(SYSTEM, "backup.restored", now=now, object=origin["file"][:120]) as entry:
        voided = void_all(now)
        going_on, ended = end_what_is_over(origin["made_at"], now)
        entry.about(after=origin | {"voided": voided, "closed": [pk for pk, _ in ended]})
    return {"voided": voided, "open": going_on, "closed": ended}


def end_what_is_over(made_at: str, now: Any) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Close conferences that the backup knows as planned or open and that must be over by now.

    A conference whose opening lies less than OPEN_FOR back stays as it was: after an accident in
    the morning the sites come back to it. An older one would be opened by the worker, days late.

    Returns number and title of those in session that stay, and of those closed.
    """
    from diemcau.audit.actor import SYSTEM
    from diemcau.conference import services
    from diemcau.conference.models import Conference
    from diemcau.protocol.word import ConferenceState

    over = Conference.objects.exclude(state=ConferenceState.CLOSED).filter(
        opening_at__lt=now - OPEN_FOR
    )
    ended = list(over.order_by("pk").values_list("pk", "title"))
    for pk, _ in ended:
        services.close(
            conference_id=pk,
            reason=f"Đã qua khi phục hồi từ bản sao lưu lúc {made_at}.",
            actor=SYSTEM,
            now=now,
        )
    kept = Conference.objects.in_session().order_by("pk").values_list("pk", "title")
    return list(kept), ended


if __name__ == "__main__":
    sys.exit(main())
