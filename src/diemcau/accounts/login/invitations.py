"""Invitations: a one-time link by which a person sets the first password, or a new one."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from diemcau.accounts.models import LinkPurpose, SignInLink, User
from diemcau.accounts.services import IssuedLink, make_link, peek_link
from diemcau.audit.actor import Actor
from diemcau.audit.refusal import Refusal
from diemcau.audit.services import transaction

from . import credentials, policy

LIFETIME = timedelta(days=3)
"""How long an invitation can be used: it may be carried on paper to a commune."""


def new_account(*, username: str, name: str, email: str, actor: Actor, now: datetime) -> User:
    """Make the account of a person, without a password. Raises Refusal."""
    with transaction(actor, "account.made", now=now, object=username[:120]) as entry:
        policy.require(actor, policy.Act.INVITE)
        user = User(username=username, display_name=name, email=email, date_joined=now)
        user.set_unusable_password()
        try:
            user.full_clean(exclude=["password"])
        except ValidationError as error:
            raise Refusal(
                "account_invalid",
                f"Chưa tạo được tài khoản: kiểm tra {', '.join(error.message_dict)}.",
                f"The account was not made: check {', '.join(error.message_dict)}.",
            ) from error
        user.save()
        entry.about(after={"name": name})
    return user


def invite(*, user: User, actor: Actor, now: datetime) -> IssuedLink:
    """Issue a link by which the person sets a password; earlier ones are withdrawn.

    Raises Refusal when the actor may not, or when the account is disabled.
    """
    with transaction(actor, "invitation.issued", now=now, object=user.username) as entry:
        policy.require(actor, policy.Act.INVITE)
        if not user.is_active:
            raise Refusal(
                "account_disabled",
                "Tài khoản đang bị khóa. Mở khóa tài khoản trước khi mời.",
                "The account is disabled. Enable it before inviting.",
            )
        _open(user).update(withdrawn_at=now)
        made = make_link(
            user, LinkPurpose.SET_PASSWORD, by=actor, now=now, expires_at=now + LIFETIME
        )
        entry.about(after={"expires_at": made.expires_at.isoformat()})
    return made


def _open(user: User) -> QuerySet[SignInLink]:
    return SignInLink.objects.filter(
        user=user,
        purpose=LinkPurpose.SET_PASSWORD,
        consumed_at__isnull=True,
        withdrawn_at__isnull=True,
    )


def withdraw(*, user: User, actor: Actor, now: datetime) -> None:
    """Withdraw the person's open invitation. Raises Refusal when the actor may not."""
    with transaction(actor, "invitation.withdrawn", now=now, object=user.username) as entry:
        policy.require(actor, policy.Act.INVITE)
        if not _open(user).update(withdrawn_at=now):
            entry.drop()


def peek(secret: str, *, now: datetime) -> User:
    """Return whom the invitation is for, without using it. Raises Refusal with the reason."""
    return peek_link(secret, now=now, purposes={LinkPurpose.SET_PASSWORD}).user


def accept(secret: str, *, password: str, address: str, now: datetime) -> User:
    """Use the invitation up and set the password; every earlier session ends.

    Raises Refusal when the link cannot be used, ValidationError when the password is not good.
    """
    who = Actor(None, "Liên kết đặt mật khẩu", address=address)
    # Judged before: comparing with earlier passwords is slow by design, and nobody else may wait.
    credentials.PolicyValidator().validate(password, peek(secret, now=now))
    with transaction(who, "invitation.used", now=now) as entry:
        link = peek_link(secret, now=now, purposes={LinkPurpose.SET_PASSWORD})
        if not SignInLink.objects.filter(pk=link.pk, consumed_at__isnull=True).update(
            consumed_at=now
        ):
            peek_link(secret, now=now, purposes={LinkPurpose.SET_PASSWORD})
        entry.about(object=link.user.username)
        credentials.set_password(
            user=link.user,
            password=password,
            actor=who,
            verb="password.set",
            keep_session="",
            now=now,
        )
    return link.user
