"""Who and where: organisations as a dated tree, sites, technicians."""

from django.db import models
from django.db.models import F, Q


class Organisation(models.Model):
    """A body of the province. It can close or be renamed without losing its history."""

    key = models.SlugField(max_length=63, unique=True)
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=80)
    kind = models.CharField(max_length=40)
    tier = models.CharField(max_length=40)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    area = models.CharField(max_length=80, blank=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        """Constraints."""

        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_to__gte=F("valid_from")),
                name="organisation_dates_in_order",
            )
        ]

    def __str__(self) -> str:
        return self.name


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
