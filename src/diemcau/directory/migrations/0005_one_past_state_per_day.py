"""The database itself refuses two past states of an organisation that overlap.

The triggers look at their own table only, so that later migrations may rebuild the others. One
that rebuilds this table on SQLite must make them again.
"""

from django.db import migrations

OVERLAP = """
SELECT 1 FROM directory_organisationpast AS other
WHERE other.organisation_id = NEW.organisation_id AND other.id <> NEW.id
AND (other.valid_from IS NULL OR other.valid_from <= NEW.valid_to)
AND (NEW.valid_from IS NULL OR NEW.valid_from <= other.valid_to)
"""
SQLITE = """
CREATE TRIGGER organisation_past_no_overlap_{verb} AFTER {verb} ON directory_organisationpast
WHEN EXISTS ({overlap})
BEGIN SELECT RAISE(ABORT, 'past states of an organisation overlap'); END
"""
POSTGRESQL = """
CREATE FUNCTION organisation_past_overlap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
IF EXISTS ({overlap}) THEN
RAISE EXCEPTION 'past states of an organisation overlap' USING ERRCODE = 'integrity_constraint_violation';
END IF;
RETURN NEW;
END $$;
CREATE TRIGGER organisation_past_no_overlap AFTER INSERT OR UPDATE ON directory_organisationpast
FOR EACH ROW EXECUTE FUNCTION organisation_past_overlap();
"""
POSTGRESQL_BACK = """
DROP TRIGGER organisation_past_no_overlap ON directory_organisationpast;
DROP FUNCTION organisation_past_overlap();
"""


def forwards(apps, schema_editor):
    """Make the triggers."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL.format(overlap=OVERLAP))
        return
    for verb in ("insert", "update"):
        schema_editor.execute(SQLITE.format(verb=verb, overlap=OVERLAP))


def backwards(apps, schema_editor):
    """Drop the triggers."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_BACK)
        return
    for verb in ("insert", "update"):
        schema_editor.execute(f"DROP TRIGGER organisation_past_no_overlap_{verb}")


class Migration(migrations.Migration):
    dependencies = [("directory", "0004_founding_closing_and_source")]

    operations = [migrations.RunPython(forwards, backwards)]
