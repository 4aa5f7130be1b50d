"""The tables of events. The database itself refuses to change one (see migration 0005)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Event(models.Model):
    """One thing that was done, or refused: a link of the chain (see canonical)."""

    at = models.DateTimeField(db_index=True)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=160)
    address = models.CharField(max_length=64, blank=True)
    verb = models.CharField(max_length=64)
    conference_id = models.BigIntegerField(null=True)
    object = models.CharField(max_length=120, blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    version = models.BigIntegerField(default=0)
    refused = models.BooleanField(default=False)
    code = models.CharField(max_length=64, blank=True)
    reason_vi = models.CharField(max_length=500, blank=True)
    reason_en = models.CharField(max_length=500, blank=True)
    clause = models.CharField(max_length=40, blank=True)
    command_id = models.UUIDField(null=True, unique=True)
    request = models.CharField(max_length=64, blank=True)
    """Id of the request, which stands in its log lines too."""
    held = models.JSONField(null=True)
    """The roles under which the actor could act, each ``role@organisation``; None: not known."""

    number = models.BigIntegerField(unique=True)
    """Place in the chain: 1, 2, 3, … without a gap."""
    format = models.PositiveSmallIntegerField(default=1)
    """By which version of the serialisation ``hash`` was made."""
    previous = models.CharField(max_length=64)
    """Hash of the event before this one."""
    hash = models.CharField(max_length=64)
    search = models.CharField(max_length=1500, blank=True)
    """What the event says, without diacritics, for the page's search; made from the event."""

    class Meta:
        """Indexes."""

        indexes = [models.Index(fields=["conference_id", "-id"], name="event_conference")]

    def __str__(self) -> str:
        return f"{self.number} {self.verb}"


class Head(models.Model):
    """The end of the chain: one row. Whoever extends the chain locks it, as the last lock taken."""

    number = models.BigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        """Constraints."""

        constraints = [models.CheckConstraint(condition=Q(id=1), name="audit_head_is_one")]


class Segment(models.Model):
    """Events that left the database after they were exported: a stretch of the chain.

    Only rows that a segment covers can be deleted; the database looks here.
    """

    first = models.BigIntegerField(unique=True)
    last = models.BigIntegerField(unique=True)
    count = models.BigIntegerField()
    previous = models.CharField(max_length=64)
    """Hash before the first event."""
    hash = models.CharField(max_length=64)
    """Hash of the last event: the predecessor of the first one that is kept."""
    file = models.CharField(max_length=120)
    """Name of the export, in the folder of segments."""
    file_hash = models.CharField(max_length=64)
    """SHA-256 of the export."""
    sealed_at = models.DateTimeField()
    event = models.BigIntegerField()
    """Number of the event that says who sealed it."""

    class Meta:
        """Constraints."""

        constraints = [
            models.CheckConstraint(
                condition=Q(first__gte=1, last__gte=F("first"), count=F("last") - F("first") + 1),
                name="audit_segment_is_whole",
            ),
            models.CheckConstraint(condition=Q(event__gt=F("last")), name="audit_segment_is_past"),
        ]

    def __str__(self) -> str:
        return f"{self.first}–{self.last}"
