"""The database itself refuses to change or delete an event."""

from django.db import migrations

SQLITE = """
CREATE TRIGGER audit_event_no_{verb} BEFORE {verb} ON audit_event
BEGIN SELECT RAISE(ABORT, 'audit events are append-only'); END
"""
POSTGRESQL = """
CREATE FUNCTION audit_event_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'audit events are append-only'; END $$;
CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE ON audit_event
FOR EACH ROW EXECUTE FUNCTION audit_event_refuse();
"""
POSTGRESQL_BACK = """
DROP TRIGGER audit_event_append_only ON audit_event;
DROP FUNCTION audit_event_refuse();
"""


def forwards(apps, schema_editor):
    """Make the triggers."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL)
        return
    for verb in ("update", "delete"):
        schema_editor.execute(SQLITE.format(verb=verb))


def backwards(apps, schema_editor):
    """Drop the triggers."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_BACK)
        return
    for verb in ("update", "delete"):
        schema_editor.execute(f"DROP TRIGGER audit_event_no_{verb}")


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunPython(forwards, backwards)]
