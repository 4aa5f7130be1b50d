"""Load the directory of a province into the database."""

from django.db import transaction

from .models import ControlCentre, Organisation, Site, Technician
from .source import Province


@transaction.atomic
def load(province: Province) -> None:
    """Make the register hold what the province's directory data says.

    Runs at every start and changes only what differs; a technician whom the province has
    since entered by hand stays, and so does an organisation that a person has changed.
    """
    edited = set(Organisation.objects.filter(edited_at__isnull=False).values_list("key", flat=True))
    untouched = [given for given in province.organisations if given.key not in edited]
    for given in untouched:
        Organisation.objects.update_or_create(
            key=given.key,
            defaults={
                "name": given.name,
                "short_name": given.short_name,
                "kind": given.kind,
                "tier": given.tier,
                "area": given.area,
                "valid_from": given.valid_from,
            },
        )
    ids = dict(Organisation.objects.values_list("key", "id"))
    for given in untouched:
        if given.parent:
            Organisation.objects.filter(key=given.key).update(parent_id=ids[given.parent])
    for entry in province.sites:
        site, _ = Site.objects.update_or_create(
            key=entry.key,
            defaults={
                "number": entry.number,
                "name": entry.name,
                "short_name": entry.short_name,
                "area": entry.area,
                "organisation_id": ids[entry.organisation],
                "kind": entry.kind,
                "access": entry.access,
                "latitude": entry.latitude,
                "longitude": entry.longitude,
                "is_host_default": entry.is_host_default,
            },
        )
        Technician.objects.get_or_create(
            site=site,
            defaults={"name": entry.technician.name, "phone": entry.technician.phone},
        )
    centre = province.control_centre
    ControlCentre.objects.update_or_create(
        pk=1,
        defaults={"name": centre.name, "organisation_id": ids[centre.organisation]},
        create_defaults={
            "name": centre.name,
            "organisation_id": ids[centre.organisation],
            "technician": centre.technician.name,
            "phone": centre.technician.phone,
        },
    )
