"""Users, the roles they hold, and one-time sign-in links."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q

from diemcau.audit.actor import Role
from diemcau.directory.models import Site


class User(AbstractUser):
    """A person who signs in. There is no default password: links or an administrator's act."""

    display_name = models.CharField(max_length=120, blank=True)


class RoleHolding(models.Model):
    """A role that a person holds, for a site or for the whole installation, from–to."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="holdings")
    role = models.CharField(max_length=40)
    site = models.ForeignKey(Site, null=True, on_delete=models.PROTECT)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    class Meta:
        """Constraints."""

        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=[r.value for r in Role]), name="role_known"
            ),
            models.CheckConstraint(
                condition=Q(role=Role.CONTROL_OPERATOR.value) | Q(site__isnull=False),
                name="site_role_has_site",
            ),
        ]


class SignInLink(models.Model):
    """A link that signs in once. Only the hash of its secret is kept."""

    secret_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=160)
    expires_at = models.DateTimeField()
    consumed_at = models.DateTimeField(null=True)
