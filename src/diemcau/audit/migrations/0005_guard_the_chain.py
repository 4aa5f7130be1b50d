"""The database itself refuses to change an event, and lets one go only when a segment covers it.

SQLite drops the triggers of a table with the table, and Django makes a table anew when it changes:
**a later migration of these tables has to call `backwards` before and `forwards` after.**
`diemcau audit verify` says when a guard is missing.
"""

from django.db import migrations, models

EVENT = "audit events are append-only"
HEAD = "the head of the audit chain only goes forward"
SEGMENT = "audit segments are append-only"
COVERED = "EXISTS (SELECT 1 FROM audit_segment WHERE OLD.number BETWEEN first AND last)"

SQLITE = {
    "audit_event_no_update": f"BEFORE UPDATE ON audit_event BEGIN SELECT RAISE(ABORT, '{EVENT}'); END",
    "audit_event_no_delete": f"BEFORE DELETE ON audit_event WHEN NOT {COVERED} BEGIN SELECT RAISE(ABORT, '{EVENT}'); END",
    # INSERT OR REPLACE deletes without asking the triggers of deletion.
    "audit_event_no_replace": f"BEFORE INSERT ON audit_event WHEN EXISTS (SELECT 1 FROM audit_event WHERE id = NEW.id OR number = NEW.number OR command_id = NEW.command_id) BEGIN SELECT RAISE(ABORT, '{EVENT}'); END",
    "audit_head_no_replace": f"BEFORE INSERT ON audit_head WHEN EXISTS (SELECT 1 FROM audit_head) BEGIN SELECT RAISE(ABORT, '{HEAD}'); END",
    "audit_segment_no_replace": f"BEFORE INSERT ON audit_segment WHEN EXISTS (SELECT 1 FROM audit_segment WHERE id = NEW.id OR first = NEW.first OR last = NEW.last) BEGIN SELECT RAISE(ABORT, '{SEGMENT}'); END",
    "audit_head_forward": f"BEFORE UPDATE ON audit_head WHEN NEW.number <= OLD.number OR NEW.id <> OLD.id BEGIN SELECT RAISE(ABORT, '{HEAD}'); END",
    "audit_head_no_delete": f"BEFORE DELETE ON audit_head BEGIN SELECT RAISE(ABORT, '{HEAD}'); END",
    "audit_segment_no_update": f"BEFORE UPDATE ON audit_segment BEGIN SELECT RAISE(ABORT, '{SEGMENT}'); END",
    "audit_segment_no_delete": f"BEFORE DELETE ON audit_segment BEGIN SELECT RAISE(ABORT, '{SEGMENT}'); END",
}
"""Name of the trigger → the trigger."""

POSTGRESQL = {
    "audit_event_no_change": f"BEFORE UPDATE OR TRUNCATE ON audit_event EXECUTE FUNCTION audit_refuse('{EVENT}')",
    "audit_event_no_delete": "BEFORE DELETE ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_refuse_uncovered()",
    "audit_head_forward": "BEFORE UPDATE ON audit_head FOR EACH ROW EXECUTE FUNCTION audit_refuse_backward()",
    "audit_head_no_delete": f"BEFORE DELETE OR TRUNCATE ON audit_head EXECUTE FUNCTION audit_refuse('{HEAD}')",
    "audit_segment_no_change": f"BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_segment EXECUTE FUNCTION audit_refuse('{SEGMENT}')",
}
"""Name of the trigger → the trigger; of one statement, unless it looks at the row."""

FUNCTIONS = f"""
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END $$;
CREATE FUNCTION audit_refuse_uncovered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT {COVERED} THEN RAISE EXCEPTION '{EVENT}'; END IF;
  RETURN OLD;
END $$;
CREATE FUNCTION audit_refuse_backward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.number <= OLD.number OR NEW.id <> OLD.id THEN RAISE EXCEPTION '{HEAD}'; END IF;
  RETURN NEW;
END $$;
"""
FUNCTIONS_BACK = """
DROP FUNCTION audit_refuse();
DROP FUNCTION audit_refuse_uncovered();
DROP FUNCTION audit_refuse_backward();
"""


def triggers(vendor):
    """Return the triggers of a kind of database."""
    return POSTGRESQL if vendor == "postgresql" else SQLITE


def forwards(apps, schema_editor):
    """Make the triggers."""
    vendor = schema_editor.connection.vendor
    if vendor == "postgresql":
        schema_editor.execute(FUNCTIONS, params=None)
    for name, rest in triggers(vendor).items():
        schema_editor.execute(f"CREATE TRIGGER {name} {rest}")


def backwards(apps, schema_editor):
    """Drop the triggers."""
    vendor = schema_editor.connection.vendor
    for name, rest in triggers(vendor).items():
        table = rest.split(" ON ")[1].split()[0]
        schema_editor.execute(
            f"DROP TRIGGER {name} ON {table}" if vendor == "postgresql" else f"DROP TRIGGER {name}"
        )
    if vendor == "postgresql":
        schema_editor.execute(FUNCTIONS_BACK)


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_chain_existing_events")]

    operations = [
        migrations.AlterField("event", "number", models.BigIntegerField(unique=True)),
        migrations.AlterField("event", "previous", models.CharField(max_length=64)),
        migrations.AlterField("event", "hash", models.CharField(max_length=64)),
        migrations.RunPython(forwards, backwards),
    ]
