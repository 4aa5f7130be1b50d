"""Room for the chain, still empty. The guards go: the next migration chains the rows that are there."""

import importlib

from django.db import migrations, models

guards = importlib.import_module("diemcau.audit.migrations.0002_append_only")


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]

    operations = [
        migrations.RunPython(guards.backwards, guards.forwards),
        migrations.AddField(
            "event",
            "request",
            models.CharField(blank=True, default="", max_length=64),
            preserve_default=False,
        ),
        migrations.AddField("event", "held", models.JSONField(null=True)),
        migrations.AddField("event", "number", models.BigIntegerField(null=True)),
        migrations.AddField("event", "format", models.PositiveSmallIntegerField(default=1)),
        migrations.AddField("event", "previous", models.CharField(max_length=64, null=True)),
        migrations.AddField("event", "hash", models.CharField(max_length=64, null=True)),
        migrations.AddField(
            "event",
            "search",
            models.CharField(blank=True, default="", max_length=1500),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="Head",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.BigIntegerField()),
                ("hash", models.CharField(max_length=64)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="audit_head_is_one")
                ],
            },
        ),
        migrations.CreateModel(
            name="Segment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first", models.BigIntegerField(unique=True)),
                ("last", models.BigIntegerField(unique=True)),
                ("count", models.BigIntegerField()),
                ("previous", models.CharField(max_length=64)),
                ("hash", models.CharField(max_length=64)),
                ("file", models.CharField(max_length=120)),
                ("file_hash", models.CharField(max_length=64)),
                ("sealed_at", models.DateTimeField()),
                ("event", models.BigIntegerField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("count", models.F("last") - models.F("first") + 1),
                            ("first__gte", 1),
                            ("last__gte", models.F("first")),
                        ),
                        name="audit_segment_is_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("event__gt", models.F("last"))),
                        name="audit_segment_is_past",
                    ),
                ],
            },
        ),
    ]
