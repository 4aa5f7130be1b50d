"""Roles given before organisations carried them: a site's for its organisation, the rest whole."""

from django.db import migrations


def forwards(apps, schema_editor):
    """Fill scope and organisation in."""
    holdings = apps.get_model("accounts", "RoleHolding")
    centre = apps.get_model("directory", "ControlCentre").objects.first()
    for held in holdings.objects.filter(organisation__isnull=True).select_related("site"):
        if held.site is not None:
            held.scope, held.organisation_id = "own", held.site.organisation_id
        elif centre is not None:
            held.scope, held.organisation_id = "system", centre.organisation_id
        held.save(update_fields=["scope", "organisation"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_roles_of_organisations")]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
