"""What allauth and Django report becomes a row and an event."""

from typing import Any

from allauth.account.internal.flows.login import (
    get_authentication_records,
    record_authentication,
)
from allauth.account.signals import authentication_step_completed, user_logged_in
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
    authenticator_used,
)
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from diemcau.accounts.models import User
from diemcau.audit.services import transaction

from . import sessions
from .credentials import FACTORS
from .models import Session


def _record(request: HttpRequest, user: User, verb: str, after: Any = None) -> None:
    actor = sessions.acting(request, user)
    with transaction(actor, verb, now=timezone.now(), object=user.username) as entry:
        entry.about(after=after)


@receiver(user_logged_in)
def _logged_in(request: HttpRequest, user: User, **more: Any) -> None:
    methods = [r.get("method") for r in get_authentication_records(request, user)]
    first = next(iter(methods), "password")
    method = {"socialaccount": "oidc", "mfa": "key"}.get(str(first), "password")
    row = sessions.begin(request, method=method, now=timezone.now())
    after = {"method": method, "factor": "mfa" in methods, "device": row.device}
    _record(request, user, "login.passed", after)


@receiver(user_logged_out)
def _logged_out(request: HttpRequest | None, user: User | None, **more: Any) -> None:
    if request is None or user is None:
        return
    key = request.session.get(sessions.KEY)
    row = Session.objects.filter(key=key, user=user, ended_at__isnull=True).first()
    if row is not None:
        sessions.signed_out(row, actor=sessions.acting(request, user), now=timezone.now())


@receiver(authentication_step_completed)
def _proved(request: HttpRequest, user: User, method: str, **more: Any) -> None:
    """The person proved again who they are: what was locked by idleness is open."""
    if not request.user.is_authenticated or request.user.pk != user.pk:
        return
    row = sessions.current(request, now=timezone.now())
    if row is not None:
        sessions.proved(request, row, now=timezone.now())
        _record(request, user, "login.proved", {"method": method})


@receiver(authenticator_added)
def _added(request: HttpRequest, user: User, authenticator: Authenticator, **more: Any) -> None:
    _record(request, user, "factor.added", {"type": authenticator.type})
    if authenticator.type in FACTORS:
        # Setting it up showed that it works: it is not asked for again in this session.
        kind = authenticator.type
        record_authentication(request, user, "mfa", id=authenticator.pk, type=kind)


@receiver(authenticator_removed)
def _removed(request: HttpRequest, user: User, authenticator: Authenticator, **more: Any) -> None:
    _record(request, user, "factor.removed", {"type": authenticator.type})


@receiver(authenticator_reset)
def _reset(request: HttpRequest, user: User, authenticator: Authenticator, **more: Any) -> None:
    _record(request, user, "factor.reset", {"type": authenticator.type})


@receiver(authenticator_used)
def _used(request: HttpRequest, user: User, authenticator: Authenticator, **more: Any) -> None:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        _record(request, user, "factor.recovery_code_used")
