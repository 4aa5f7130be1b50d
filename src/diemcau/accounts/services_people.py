"""Personal accounts: make, change, disable on misuse, enable again."""

import re
from datetime import datetime

from diemcau.audit.actor import Actor
from diemcau.audit.refusal import Refusal
from diemcau.audit.services import transaction
from diemcau.directory.models import Organisation
from diemcau.directory.search import fold

from . import policy
from .acting import in_turn
from .login.dormancy import fallen, risen
from .models import SignInLink, User
from .roles import keeping_an_admin, lock_user, require_over

_PHONE = re.compile(r"\+?[0-9][0-9 .]{6,18}")
_USERNAME = re.compile(r"[a-z0-9]+(?:[-._][a-z0-9]+)*")


def create_person(
    *,
    display_name: str,
    title: str = "",
    phone: str = "",
    organisation: str = "",
    username: str = "",
    actor: Actor,
    now: datetime,
) -> User:
    """Make a personal account, without any password and without a role.

    Args:
        display_name: name of the person, which the log shows.
        title: position.
        phone: telephone number.
        organisation: key of where the person works, "" for nowhere (HUE-1.2: individuals).
        username: short name for signing in; made from the name where empty.
        actor: an administrator of the system or of that organisation.
        now: time of the act.

    Source: KH-5.4. Raises Refusal.
    """
    with transaction(actor, "person.created", now=now) as entry:
        actor = in_turn(actor, now=now)
        policy.require_manage(actor, organisation)
        _check(display_name, title, phone)
        name = username.strip().lower() or _free(display_name)
        if not _USERNAME.fullmatch(name) or len(name) > 60:
            raise Refusal(
                "username_invalid",
                "Tên đăng nhập chỉ gồm chữ không dấu, số, dấu gạch và dấu chấm.",
                "A user name has plain letters, digits, hyphens and dots only.",
            )
        if User.objects.filter(username=name).exists():
            raise Refusal(
                "username_taken",
                f"Tên đăng nhập {name} đã có người dùng. Chọn tên khác.",
                f"The user name {name} is taken. Choose another.",
            )
        user = User(
            username=name,
            display_name=display_name.strip(),
            title=title.strip(),
            phone=phone.strip(),
            organisation=_organisation(organisation),
        )
        user.set_unusable_password()
        user.save()
        entry.about(object=user.username, after=_shown(user))
    return user


def change_person(
    *,
    user_id: int,
    display_name: str,
    title: str,
    phone: str,
    organisation: str,
    actor: Actor,
    now: datetime,
) -> User:
    """Change what is known of a person. An administrator of one organisation keeps it there."""
    with transaction(actor, "person.changed", now=now) as entry:
        actor = in_turn(actor, now=now)
        user = lock_user(user_id)
        entry.about(object=user.username)
        policy.require_manage(actor, user.organisation.key if user.organisation else "")
        policy.require_manage(actor, organisation)
        _check(display_name, title, phone)
        before = _shown(user)
        user.display_name = display_name.strip()
        user.title, user.phone = title.strip(), phone.strip()
        user.organisation = _organisation(organisation)
        user.save()
        entry.about(before=before, after=_shown(user))
    return user


def disable_person(*, user_id: int, reason: str, actor: Actor, now: datetime) -> User:
    """Revoke an account, at once: its roles, what was delegated from them, its open links.

    The roles stand in the record and return when the account is enabled again.

    Source: KH-5.4. Raises Refusal: not permitted, oneself, the last system administrator.
    """
    with transaction(actor, "person.disabled", now=now) as entry:
        actor = in_turn(actor, now=now)
        user = lock_user(user_id)
        entry.about(object=user.username)
        policy.require_manage(actor, user.organisation.key if user.organisation else "")
        require_over(actor, user, now)
        if actor.id == user.pk:
            raise Refusal(
                "not_oneself",
                "Không tự khóa tài khoản của mình.",
                "Nobody disables his own account.",
            )
        if not reason.strip():
            raise Refusal("reason_missing", "Nhập lý do.", "Enter the reason.")
        with keeping_an_admin(now):
            user.is_active = False
            user.disabled_reason = reason.strip()[:300]
            user.save()
        SignInLink.objects.filter(
            user=user, consumed_at__isnull=True, withdrawn_at__isnull=True
        ).update(withdrawn_at=now)
        fallen(user, user.disabled_reason, now)
        entry.about(after={"reason": user.disabled_reason})
    return user


def enable_person(*, user_id: int, actor: Actor, now: datetime) -> User:
    """Let a person use the account again. Links that were withdrawn stay so."""
    with transaction(actor, "person.enabled", now=now) as entry:
        actor = in_turn(actor, now=now)
        user = lock_user(user_id)
        entry.about(object=user.username, before={"reason": user.disabled_reason})
        policy.require_manage(actor, user.organisation.key if user.organisation else "")
        user.is_active = True
        user.disabled_reason = ""
        user.save()
        risen(user, now)
    return user


def _check(display_name: str, title: str, phone: str) -> None:
    if not display_name.strip() or len(display_name) > 120 or len(title) > 120:
        raise Refusal(
            "name_missing",
            "Nhập họ và tên; họ tên và chức vụ không quá 120 chữ.",
            "Enter the name; name and title have at most 120 letters.",
        )
    if phone.strip() and not _PHONE.fullmatch(phone.strip()):
        raise Refusal(
            "phone_invalid",
            "Số điện thoại không đúng, ví dụ 0900 000 001.",
            "The telephone number is not valid, such as 0900 000 001.",
        )


def _organisation(key: str) -> Organisation | None:
    if not key:
        return None
    found = Organisation.objects.filter(key=key, valid_to__isnull=True).first()
    if found is None:
        raise Refusal(
            "no_organisation",
            "Không có tổ chức này, hoặc đã kết thúc.",
            "There is no such organisation, or it has closed.",
        )
    return found


def _free(display_name: str) -> str:
    base = fold(display_name).replace(" ", ".")[:50] or "nguoi-dung"
    taken = set(User.objects.filter(username__startswith=base).values_list("username", flat=True))
    if base not in taken:
        return base
    return next(name for n in range(2, 10_000) if (name := f"{base}.{n}") not in taken)


def _shown(user: User) -> dict[str, str | None]:
    return {
        "name": user.display_name,
        "title": user.title,
        "phone": user.phone,
        "organisation": user.organisation.key if user.organisation else None,
    }
