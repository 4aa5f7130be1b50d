"""Users, the roles they hold, and one-time sign-in links."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from diemcau.audit.actor import Held, Role, Scope
from diemcau.directory.models import Organisation, Site


class User(AbstractUser):
    """A person who signs in. There is no default password: links or an administrator's act."""

    display_name = models.CharField(max_length=120, blank=True)
    title = models.CharField(max_length=120, blank=True)
    """Position in the organisation: the regulations ask for it of a chair (HUE-5.1b, BD-A1)."""
    phone = models.CharField(max_length=20, blank=True)
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="people"
    )
    """Where the person works; roles name the organisation that they are held for themselves."""
    disabled_reason = models.CharField(max_length=300, blank=True)
    """Why the account was revoked (KH-5.4)."""

    def __str__(self) -> str:
        return self.display_name or self.username


class RoleHoldingQuerySet(models.QuerySet["RoleHolding"]):
    """Ways to find holdings."""

    def in_force(self, now: datetime) -> RoleHoldingQuerySet:
        """Holdings that give a right at ``now``.

        The user is active, the organisation exists that day, and of a delegation the holding that
        it stands on is in force too.
        """
        today = timezone.localdate(now)

        def dated(prefix: str) -> Q:
            started = Q(**{f"{prefix}valid_from__lte": now})
            goes_on = Q(**{f"{prefix}valid_to__isnull": True}) | Q(**{f"{prefix}valid_to__gt": now})
            body = f"{prefix}organisation__"
            exists = (
                Q(**{f"{prefix}organisation__isnull": True})
                | Q(**{f"{body}valid_to__isnull": True})
                | Q(**{f"{body}valid_to__gte": today})
            )
            return started & goes_on & exists & Q(**{f"{prefix}user__is_active": True})

        own = Q(delegated_from__isnull=True)
        return self.filter(dated("") & (own | dated("delegated_from__")))


class RoleHolding(models.Model):
    """A role that a person holds for an organisation or a site, from–to.

    Which organisation may carry which role is the profile's word, checked when it is given and
    whenever it is used. A delegation is a holding with an end that stands on another one and
    falls with it.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="holdings")
    role = models.CharField(max_length=40)
    scope = models.CharField(max_length=12, default=Scope.SYSTEM.value)
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="holdings"
    )
    site = models.ForeignKey(Site, null=True, on_delete=models.PROTECT)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    delegated_from = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="delegations"
    )
    reason = models.CharField(max_length=300, blank=True)
    clause = models.CharField(max_length=40, blank=True)
    """By which the organisation carries the role; "" where the regulation is silent."""
    given_by = models.CharField(max_length=160, blank=True)
    ended_by = models.CharField(max_length=160, blank=True)
    ended_reason = models.CharField(max_length=300, blank=True)

    objects = RoleHoldingQuerySet.as_manager()

    class Meta:
        """Constraints."""

        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=[r.value for r in Role]), name="role_known"
            ),
            models.CheckConstraint(
                condition=Q(scope__in=[s.value for s in Scope]), name="role_scope_known"
            ),
            models.CheckConstraint(
                condition=~Q(scope=Scope.OWN.value)
                | Q(organisation__isnull=False)
                | Q(site__isnull=False),
                name="role_own_has_owner",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="role_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(delegated_from__isnull=True) | Q(valid_to__isnull=False),
                name="role_delegation_ends",
            ),
        ]
        indexes = [models.Index(fields=["user", "valid_to"], name="role_of_user")]

    def as_held(self) -> Held:
        """Return the holding as a plain value."""
        body = self.organisation
        return Held(
            role=Role(self.role),
            scope=Scope(self.scope),
            organisation=body.key if body else "",
            tier=body.tier if body else "",
            site=self.site.key if self.site else None,
            delegated=self.delegated_from_id is not None,
        )


class LinkPurpose(models.TextChoices):
    """What a one-time link is for: one purpose each."""

    SIGN_IN = "sign_in"
    SET_PASSWORD = "set_password"
    GUEST = "guest"


class SignInLink(models.Model):
    """A link that works once, for one purpose. Only the hash of its secret is kept."""

    secret_hash = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=20, default=LinkPurpose.SIGN_IN.value)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=160)
    expires_at = models.DateTimeField()
    consumed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        """Constraints."""

        constraints = [
            models.CheckConstraint(
                condition=Q(purpose__in=[p.value for p in LinkPurpose]), name="link_purpose_known"
            )
        ]
