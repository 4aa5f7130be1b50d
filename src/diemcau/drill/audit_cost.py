"""What the chain costs: write events with and without it, in turn, and compare the times.

``python -m diemcau.drill.audit_cost`` in an installation of its own (DIEMCAU_DATA, DATABASE_URL):
the events stay in its database.
"""

import os
import time

import django

COUNT = 1000


def main() -> None:
    """Print the middle and the slow end of the times of COUNT events of each kind."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "diemcau.config.settings")
    django.setup()
    from django.core.management import call_command
    from django.db import connection, transaction
    from django.utils import timezone

    from diemcau.audit.actor import SYSTEM
    from diemcau.audit.models import Event
    from diemcau.audit.services import transaction as act

    call_command("migrate", verbosity=0, interactive=False)
    now = timezone.now()
    values = {"air": {"floor": [{"site": f"xa-{n}"} for n in range(4)]}, "locked": ["xa-da-teh"]}
    lowest = Event.objects.order_by("number").values_list("number", flat=True).first() or 0
    loose = min(lowest, 0)

    def chained() -> None:
        with act(SYSTEM, "floor.given", now=now, conference_id=1, object="xa-da-teh") as entry:
            entry.about(before=values, after=values)

    def unchained() -> None:
        nonlocal loose
        loose -= 1  # a number that no chain has
        with transaction.atomic():
            Event(
                at=now,
                actor_name=SYSTEM.name,
                verb="floor.given",
                conference_id=1,
                object="xa-da-teh",
                before=values,
                after=values,
                number=loose,
            ).save(force_insert=True)

    times: dict[str, list[float]] = {"without": [], "with": []}
    for _ in range(COUNT):  # in turn, so that both see the same machine
        for name, work in (("without", unchained), ("with", chained)):
            begun = time.perf_counter()
            work()
            times[name].append((time.perf_counter() - begun) * 1000)
    for name, found in times.items():
        found.sort()
        middle, slow = found[len(found) // 2], found[len(found) * 95 // 100]
        print(f"{connection.vendor} {name} chain: p50 {middle:.2f} ms, p95 {slow:.2f} ms")


if __name__ == "__main__":
    main()
