"""Who and where: organisations as a dated tree, sites, technicians."""

from django.db import models
from django.db.models import F, Q

from diemcau.regulation import Duty


class Tier(models.Model):
    """A level of organisations, from a day to a day: districts exist until July 2025."""

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    rank = models.PositiveSmallIntegerField(unique=True)
    """0 is the highest."""
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        """Constraints."""

        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_to__gte=F("valid_from")),
                name="tier_dates_in_order",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Organisation(models.Model):
    """A body of the province, as it is now. What it was before stands in OrganisationPast.

    It closes, merges and is renamed without losing its history: the row and its key stay.
    """

    key = models.SlugField(max_length=63, unique=True)
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=80)
    kind = models.CharField(max_length=40)
    tier = models.CharField(max_length=40)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    area = models.CharField(max_length=80, blank=True)
    valid_from = models.DateField(null=True)
    """First day of its existence; None: before anything that is recorded."""
    valid_to = models.DateField(null=True)
    """Last day of its existence; None: it goes on."""
    since = models.DateField(null=True)
    """From which day it has its present name, kind, tier and parent; None: from the beginning."""
    successor = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="predecessors"
    )
    """Into which organisation it was merged when it closed."""
    founded_by = models.CharField(max_length=200, blank=True)
    """The decision by which it was founded, where it is known."""
    closed_by = models.CharField(max_length=200, blank=True)
    """The decision by which it closed."""
    edited_at = models.DateTimeField(null=True)
    """When a person changed it: the province's directory data leaves it alone from then on."""

    class Meta:
        """Constraints."""

        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_to__gte=F("valid_from")),
                name="organisation_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(successor__isnull=True) | Q(valid_to__isnull=False),
                name="organisation_merged_is_closed",
            ),
            models.CheckConstraint(
                condition=~Q(parent=F("id")) & ~Q(successor=F("id")),
                name="organisation_not_its_own_parent",
            ),
            models.CheckConstraint(
                condition=Q(since__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(since__gte=F("valid_from")),
                name="organisation_since_in_its_time",
            ),
            models.CheckConstraint(
                condition=Q(since__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_to__gte=F("since")),
                name="organisation_closes_after_since",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OrganisationPast(models.Model):
    """What an organisation was in an earlier time: one row for each change."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="past")
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=80)
    kind = models.CharField(max_length=40)
    tier = models.CharField(max_length=40)
    parent = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="past_children"
    )
    area = models.CharField(max_length=80, blank=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField()
    document = models.CharField(max_length=200, blank=True)
    """The decision by which it changed."""

    class Meta:
        """Constraints: one state on each day. Triggers refuse overlaps (see migration 0005)."""

        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "valid_to"], name="organisation_past_one_per_day"
            ),
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(valid_from__isnull=True),
                name="organisation_past_one_beginning",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="organisation_past_dates_in_order",
            ),
        ]


class OrganisationDuty(models.Model):
    """What an organisation is for the system (``dic``, ``control_centre``), from a day to a day.

    The regulations name bodies by what they do, and departments are merged and renamed.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="duties")
    duty = models.CharField(max_length=40)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    source = models.CharField(max_length=200, blank=True)
    """The clause or the decision that says so."""

    class Meta:
        """Constraints."""

        constraints = [
            models.CheckConstraint(
                condition=Q(duty__in=[d.value for d in Duty]), name="organisation_duty_known"
            ),
            models.UniqueConstraint(
                fields=["organisation", "duty"],
                condition=Q(valid_to__isnull=True),
                name="organisation_duty_once",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_to__gte=F("valid_from")),
                name="organisation_duty_dates_in_order",
            ),
        ]


class Site(models.Model):
    """A connection identity taking part in conferences (*điểm cầu*): a room, or one person."""

    key = models.SlugField(max_length=63, unique=True)
    number = models.PositiveIntegerField(unique=True)
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=80)
    area = models.CharField(max_length=80, blank=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="sites")
    kind = models.CharField(max_length=20, default="room")
    access = models.CharField(max_length=20, default="dedicated")
    """Network by which it connects: dedicated, lan or internet (LD-3.1, BD-3.1)."""
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    is_host_default = models.BooleanField(default=False)

    class Meta:
        """Constraints."""

        constraints = [
            models.CheckConstraint(
                condition=Q(access__in=["dedicated", "lan", "internet"]), name="site_access_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["room", "person"]), name="site_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Technician(models.Model):
    """Who looks after a site (*cán bộ kỹ thuật*), with the telephone number for the desk."""

    site = models.OneToOneField(Site, on_delete=models.CASCADE, related_name="technician")
    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=20)

    def __str__(self) -> str:
        return self.name


class ControlCentre(models.Model):
    """Where the desk stands (*trung tâm điều khiển*), and whom a site calls. There is one."""

    name = models.CharField(max_length=200)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    technician = models.CharField(max_length=120)
    phone = models.CharField(max_length=20)

    class Meta:
        """Constraints."""

        constraints = [models.CheckConstraint(condition=Q(pk=1), name="control_centre_is_one")]

    def __str__(self) -> str:
        return self.name
