"""Load the directory of a province into the database."""

from typing import Any

from django.db import transaction

from .models import ControlCentre, Organisation, OrganisationDuty, Site, Technician, Tier
from .source import Province, SiteEntry, load_tiers


@transaction.atomic
def load(province: Province) -> None:
    """Make the register hold what the province's directory data says.

    Runs at every start and changes only what differs; a technician whom the province has
    since entered by hand stays, and so does an organisation that a person has changed, with its
    duties and the places of its sites.
    """
    for tier in load_tiers():
        Tier.objects.update_or_create(
            key=tier.key,
            defaults={
                "name": tier.name,
                "name_en": tier.name_en,
                "rank": tier.rank,
                "valid_from": tier.valid_from,
                "valid_to": tier.valid_to,
            },
        )
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
    _load_duties(province, {given.key: ids[given.key] for given in untouched})
    for entry in province.sites:
        body = {"organisation_id": ids[entry.organisation]}
        # A body that a person has merged away took its sites with it.
        kept = {} if entry.organisation in edited else body
        site, _ = Site.objects.update_or_create(
            key=entry.key,
            defaults=(given_site := _site(entry)) | kept,
            create_defaults=given_site | body,
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


def _site(entry: SiteEntry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "name": entry.name,
        "short_name": entry.short_name,
        "area": entry.area,
        "kind": entry.kind,
        "access": entry.access,
        "latitude": entry.latitude,
        "longitude": entry.longitude,
        "is_host_default": entry.is_host_default,
    }


def _load_duties(province: Province, ids: dict[str, int]) -> None:
    """Let the organisations that nobody has changed have the duties of the data, and no others."""
    kept = []
    for entry in province.duties:
        if entry.organisation not in ids:
            continue
        duty, _ = OrganisationDuty.objects.update_or_create(
            organisation_id=ids[entry.organisation],
            duty=entry.duty.value,
            valid_to=None,
            defaults={"valid_from": entry.valid_from, "source": entry.source},
        )
        kept.append(duty.pk)
    OrganisationDuty.objects.filter(organisation_id__in=ids.values()).exclude(pk__in=kept).delete()
