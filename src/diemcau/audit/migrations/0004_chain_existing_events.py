"""Chain the events that are there, in the order in which they were written, and set the end."""

from django.db import migrations

from diemcau.audit import canonical

BATCH = 1000
"""How many events are in memory at a time."""


def forwards(apps, schema_editor):
    """Number and hash every event by format 1, which stays as it is."""
    event, head = apps.get_model("audit", "Event"), apps.get_model("audit", "Head")
    number, previous, seen = 0, canonical.GENESIS, 0
    while batch := list(event.objects.filter(pk__gt=seen).order_by("pk")[:BATCH]):
        rows = []
        for row in batch:
            number += 1
            row.number, row.previous, row.format = number, previous, 1
            row.hash = previous = canonical.digest(row)
            rows.append((number, row.previous, row.hash, canonical.searched(row), row.pk))
        with schema_editor.connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE audit_event SET number = %s, previous = %s, hash = %s, search = %s WHERE id = %s",
                rows,
            )
        seen = batch[-1].pk
    head.objects.create(pk=1, number=number, hash=previous)


def backwards(apps, schema_editor):
    """Take the end away; the columns go with the migration before."""
    apps.get_model("audit", "Head").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_chain")]

    operations = [migrations.RunPython(forwards, backwards)]
