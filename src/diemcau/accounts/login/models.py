"""What signing in leaves behind: passwords used, failures, sessions, and who is live where."""

from django.db import models
from django.db.models import Q

from diemcau.accounts.models import User


class PasswordUsed(models.Model):
    """A password that the account had, as its hash: it may not come back at once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="passwords_used")
    hash = models.CharField(max_length=256)
    strong = models.BooleanField()
    """It does without a second factor."""
    set_at = models.DateTimeField()

    class Meta:
        """Order."""

        indexes = [models.Index(fields=["user", "-set_at"], name="password_of_user")]


class Failure(models.Model):
    """Failed sign-ins of one account from one address, or of an address whatever the account.

    Of an account that does not exist only a hash of the name is kept: people type passwords into
    the wrong field.
    """

    account = models.CharField(max_length=160, blank=True)
    """``user:<pk>``, ``name:<hash>``, or "" for the address as a whole."""
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE)
    address = models.CharField(max_length=64)
    count = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    """When it was last recorded that somebody came during the pause."""

    class Meta:
        """Constraints."""

        constraints = [
            models.UniqueConstraint(fields=["account", "address"], name="failure_pair_once")
        ]


class Session(models.Model):
    """A sign-in of a person on a device, from its beginning to its end."""

    key = models.CharField(max_length=32, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_ins")
    method = models.CharField(max_length=12)
    device = models.CharField(max_length=80, blank=True)
    address = models.CharField(max_length=64, blank=True)
    since = models.DateTimeField()
    seen_at = models.DateTimeField()
    authenticated_at = models.DateTimeField()
    """When the person last proved who they are: sign-in, unlock, step up."""
    business_at = models.DateTimeField()
    administration_at = models.DateTimeField()
    told_elsewhere_at = models.DateTimeField(null=True)
    put_out_at = models.DateTimeField(null=True)
    """When another device of the same account took over the conference."""
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=40, blank=True)

    class Meta:
        """Indexes."""

        indexes = [models.Index(fields=["user", "ended_at"], name="session_of_user")]


class LiveClaim(models.Model):
    """Where an account takes part in a conference: one place at a time."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="live_claim")
    session = models.ForeignKey(Session, on_delete=models.CASCADE)
    conference_id = models.BigIntegerField()
    place = models.CharField(max_length=60)
    """Key of the site, or "desk"."""
    seat_device = models.CharField(max_length=64, blank=True)
    """Hash of the device that holds the site's seat."""
    since = models.DateTimeField()
    seen_at = models.DateTimeField()
    alert_at = models.DateTimeField(null=True)
    alert_device = models.CharField(max_length=80, blank=True)
    alert_address = models.CharField(max_length=64, blank=True)


class Standing(models.Model):
    """Why and since when an account is disabled, and when it was enabled again."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="standing")
    disabled_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    enabled_at = models.DateTimeField(null=True)


class Acknowledgement(models.Model):
    """A person accepted one version of the rules of use."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="acknowledgements")
    version = models.CharField(max_length=20)
    at = models.DateTimeField()
    by_link = models.BooleanField(default=False)

    class Meta:
        """Constraints."""

        constraints = [
            models.UniqueConstraint(fields=["user", "version"], name="acknowledged_once"),
            models.CheckConstraint(condition=~Q(version=""), name="acknowledged_a_version"),
        ]
