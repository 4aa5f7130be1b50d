"""Failed sign-ins: counted per account and address, locked for a growing time, opened by hand."""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Literal

from django.conf import settings
from django.db import transaction as db
from django.db.models import Q

from diemcau.accounts.models import User
from diemcau.audit.actor import Actor
from diemcau.audit.services import transaction

from . import policy, sessions
from .lockout import LONGEST, LockPolicy, pause
from .models import Failure
from .words import LOCKED, WRONG, WRONG_CODE, Said

Pause = Literal["", "account", "source"]

UNKNOWN = "(không có tài khoản)"


def _rules() -> LockPolicy:
    rules = settings.SIGN_IN
    return LockPolicy(after=rules.lock_after, source_after=rules.lock_source_after)


def whose(name: str) -> User | None:
    """Return the account that a user name or e-mail address names, in any case."""
    given = name.strip()
    if not given:
        return None
    return (
        User.objects.filter(Q(username__iexact=given) | Q(email__iexact=given))
        .order_by("pk")
        .first()
    )


def _account(name: str, user: User | None) -> str:
    if user is not None:
        return f"user:{user.pk}"
    folded = name.strip().casefold().encode()
    return "name:" + hmac.new(settings.SECRET_KEY.encode(), folded, hashlib.sha256).hexdigest()


def paused(*, name: str, user: User | None, address: str, now: datetime) -> Pause:
    """Return whether nothing is tried for now, and why. Unknown accounts are paused the same."""
    found = Failure.objects.filter(
        account__in=[_account(name, user), ""], address=address, until__gt=now
    ).values_list("account", flat=True)
    kinds = set(found)
    if not kinds:
        return ""
    return "source" if "" in kinds else "account"


def note_paused(*, name: str, user: User | None, actor: Actor, now: datetime) -> None:
    """Somebody came during the pause: recorded once per pause, or the table would fill."""
    rows = Failure.objects.filter(
        account__in=[_account(name, user), ""], address=actor.address, until__gt=now
    )
    if not rows.filter(told_at__isnull=True).update(told_at=now):
        return
    sessions.refused(
        actor,
        "login.refused",
        LOCKED.refusal(),
        now=now,
        object=user.username if user else UNKNOWN,
    )


def failed(
    *,
    name: str,
    user: User | None,
    actor: Actor,
    now: datetime,
    said: Said = WRONG,
) -> None:
    """Count a failure and lock when there are too many. Recorded as a refused act.

    Args:
        name: as typed; kept only as a hash where there is no such account.
        user: whom it names.
        actor: nobody yet, with the address; or who proves again who they are.
        now: the time.
        said: what was wrong.
    """
    rules = _rules()
    about = user.username if user else UNKNOWN
    sessions.refused(actor, "login.refused", said.refusal(), now=now, object=about)
    with db.atomic():
        pair = _count(_account(name, user), user, actor.address, rules, now)
        length = pause(pair.count, after=rules.after, first=rules.first)
        _lock(pair, length, now, actor, about)
        whole = _count("", None, actor.address, rules, now)
        length = pause(whole.count, after=rules.source_after, first=rules.first)
        _lock(whole, length, now, actor, "")


def _count(
    account: str, user: User | None, address: str, rules: LockPolicy, now: datetime
) -> Failure:
    row, _made = Failure.objects.select_for_update().get_or_create(
        account=account, address=address, defaults={"user": user, "last_at": now}
    )
    forgotten = now - row.last_at > rules.forget
    row.count = 1 if forgotten else row.count + 1
    row.last_at = now
    return row


def _lock(row: Failure, length: timedelta, now: datetime, actor: Actor, about: str) -> None:
    row.until = now + length if length else None
    row.told_at = None
    row.save()
    if not length:
        return
    with transaction(actor, "login.locked", now=now, object=about) as entry:
        entry.about(
            after={
                "address": row.address,
                "failures": row.count,
                "until": row.until.isoformat() if row.until else None,
            }
        )


def passed(*, user: User, address: str) -> None:
    """Forget the failures of this account from this address: the right person came.

    The count of the address stays: who signs in between guesses is a guesser too.
    """
    Failure.objects.filter(account=f"user:{user.pk}", address=address).delete()


def wrong_code(*, user: User, actor: Actor, now: datetime) -> None:
    """Count a wrong code of the second factor like a wrong password."""
    failed(name=user.username, user=user, actor=actor, now=now, said=WRONG_CODE)


def locks(*, now: datetime) -> list[Failure]:
    """Return what is locked now, for those who may open it."""
    found = Failure.objects.filter(until__gt=now).select_related("user")
    return list(found.order_by("-until", "pk"))


def sweep(*, now: datetime) -> None:
    """Forget failures that no longer count; the events of them stay."""
    Failure.objects.filter(last_at__lt=now - _rules().forget - LONGEST).delete()


def unlock(*, lock: int, actor: Actor, now: datetime) -> None:
    """Open a lock by hand. Raises Refusal when the actor may not."""
    with transaction(actor, "login.unlocked", now=now) as entry:
        policy.require(actor, policy.Act.UNLOCK)
        found = Failure.objects.select_related("user").filter(pk=lock).first()
        if found is None:
            entry.drop()
            return
        entry.about(
            object=found.user.username if found.user else UNKNOWN,
            before={"address": found.address, "failures": found.count},
        )
        found.delete()
