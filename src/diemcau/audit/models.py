"""The table of events. The database itself refuses to change or delete one (see migration 0002)."""

from django.db import models


class Event(models.Model):
    """One thing that was done, or refused."""

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

    class Meta:
        """Indexes."""

        indexes = [models.Index(fields=["conference_id", "-id"], name="event_conference")]

    def __str__(self) -> str:
        return f"{self.id} {self.verb}"
