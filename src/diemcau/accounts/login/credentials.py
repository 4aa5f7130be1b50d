"""Passwords are set and changed here and nowhere else: judged, kept from coming back, recorded."""

from datetime import date, datetime
from functools import lru_cache

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils import timezone

from diemcau.accounts.models import User
from diemcau.audit.actor import Actor
from diemcau.audit.services import transaction

from . import policy, sessions
from .models import PasswordUsed
from .passwords import REUSED, Policy, flaws, strong_alone
from .words import Said, shown

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""What counts as a second factor; recovery codes stand for one of these."""


def policy_in_force() -> Policy:
    """Return the figures of this installation."""
    rules = settings.SIGN_IN
    return Policy(
        with_factor=rules.password_with_factor,
        alone=rules.password_alone,
        reuse=rules.password_reuse,
    )


def rules_said() -> Said:
    """Return the rule for a new password as a sentence."""
    rules = policy_in_force()
    return Said(
        "password_rules",
        f"Ít nhất {rules.alone} ký tự, đủ chữ thường, chữ hoa, chữ số và dấu. Đã bật lớp xác thực "
        f"thứ hai thì ít nhất {rules.with_factor} ký tự.",
        f"At least {rules.alone} characters with small letters, capitals, digits and signs. With "
        f"a second factor turned on, at least {rules.with_factor} characters.",
    )


@lru_cache(maxsize=1)
def common() -> frozenset[str]:
    """Return Django's list of the passwords that everybody guesses."""
    return frozenset(CommonPasswordValidator().passwords)


def has_factor(user: User) -> bool:
    """Return whether the account has an app or a key."""
    return Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists()


def wrong_with(password: str, user: User) -> list[Said]:
    """Return what is wrong with a new password for this person."""
    rules = policy_in_force()
    found = flaws(
        password,
        policy=rules,
        has_factor=has_factor(user),
        names=[user.username, user.email.partition("@")[0]],
        common=common(),
    )
    used = PasswordUsed.objects.filter(user=user).order_by("-set_at", "-pk")[: rules.reuse]
    if not found and any(check_password(password, row.hash) for row in used):
        found.append(REUSED)
    return found


class PolicyValidator:
    """Django's form of the policy, for every form that takes a new password."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError with a sentence for each flaw."""
        found = wrong_with(password, user if isinstance(user, User) else User())
        if found:
            raise ValidationError([ValidationError(shown(said), code=said.code) for said in found])

    def get_help_text(self) -> str:
        """Return nothing: the page says it."""
        return ""


def set_password(
    *, user: User, password: str, actor: Actor, verb: str, keep_session: str, now: datetime
) -> None:
    """Set a password that was judged before; all other sessions end.

    Args:
        user: whose.
        password: the new one.
        actor: who sets it.
        verb: ``password.changed`` or ``password.set``.
        keep_session: key of the session that goes on, "" for none.
        now: the time.
    """
    user.set_password(
        password
    )  # slow by design: before the transaction, where one writes at a time
    with transaction(actor, verb, now=now, object=user.username) as entry:
        user.save(update_fields=["password"])
        PasswordUsed.objects.create(
            user=user,
            hash=user.password,
            strong=strong_alone(password, policy_in_force()),
            set_at=now,
        )
        ended = sessions.end_rows(user, except_key=keep_session, why="password_changed", now=now)
        entry.about(after={"sessions_ended": ended})


def last_change(user: User) -> tuple[date | None, bool]:
    """Return the day of the last change and whether it does alone; (None, False) without one."""
    if not user.has_usable_password():
        return None, False
    row = PasswordUsed.objects.filter(user=user).order_by("-set_at", "-pk").first()
    if row is None:
        return timezone.localdate(user.date_joined), False
    return timezone.localdate(row.set_at), row.strong


def reset_factors(*, user: User, actor: Actor, now: datetime) -> None:
    """Take away the second factors of somebody who lost them; every session ends.

    Raises Refusal when the actor may not.
    """
    with transaction(actor, "factor.all_removed", now=now, object=user.username) as entry:
        policy.require(actor, policy.Act.RESET_FACTORS)
        found = Authenticator.objects.filter(user=user)
        kinds = sorted(found.values_list("type", flat=True))
        if not kinds:
            entry.drop()
            return
        found.delete()
        sessions.end_rows(user, except_key="", why="factors_reset", now=now)
        entry.about(before={"types": kinds})
