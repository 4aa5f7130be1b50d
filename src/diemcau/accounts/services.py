"""Issue and consume sign-in links; say who acts."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from diemcau.audit.actor import SYSTEM, Actor, Role, Scope
from diemcau.audit.refusal import Refusal
from diemcau.audit.services import transaction
from diemcau.directory.models import ControlCentre, Site

from . import policy
from .acting import still as still
from .models import LinkPurpose, RoleHolding, SignInLink, User
from .roles import carrying, require_over

LINK_LIFETIME = timedelta(hours=12)
"""How long a sign-in link can be used."""

DESK_USER = "ban-dieu-khien"


def hash_of(secret: str) -> str:
    """Return what is kept of a link's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def user_for(role: Role, site: Site | None, *, now: datetime, province: str = "") -> User:
    """Return the user who holds ``role`` (for ``site``), making it where there is none.

    ``province`` is whose regulation is asked for the clause by which the organisation carries the
    role; where it is empty the holding names none.

    A site's user holds it for the site's organisation, limited to the site; the desk's user for
    the organisation that houses the control centre, over everything.
    """
    name = DESK_USER if site is None else f"diem-cau-{site.key}"
    shown = "Trực bàn điều khiển" if site is None else site.technician.name
    user, made = User.objects.get_or_create(username=name, defaults={"display_name": shown})
    if made:
        user.set_unusable_password()
        user.save()
    held = RoleHolding.objects.filter(user=user, role=role, site=site, valid_to__isnull=True)
    if not held.exists():
        centre = ControlCentre.objects.select_related("organisation").first()
        body = site.organisation if site else centre.organisation if centre else None
        clause = carrying(role, body, province=province, now=now)[1].clause if province else None
        RoleHolding.objects.create(
            user=user,
            role=role,
            scope=Scope.OWN if site else Scope.SYSTEM,
            organisation=body,
            site=site,
            clause=clause or "",
            valid_from=now,
            given_by=SYSTEM.name,
        )
    return user


@dataclass(frozen=True)
class IssuedLink:
    """A new sign-in link: the secret is known only now."""

    path: str
    expires_at: datetime


def issue_link(
    *, role: Role, site: Site | None, actor: Actor, now: datetime, province: str = ""
) -> IssuedLink:
    """Make a one-time sign-in link for a role (and site).

    Args:
        role: the role of whoever uses it.
        site: the site, for the roles of a site.
        actor: who issues it: the system at first start, or a control operator.
        now: time of issue; the link lasts LINK_LIFETIME.
        province: whose regulation the role's clause comes from.

    Raises Refusal when the actor may not issue links.
    """
    with transaction(actor, "link.issued", now=now, object=site.key if site else "") as entry:
        if actor is not SYSTEM and not actor.holds(Role.CONTROL_OPERATOR, Scope.SYSTEM):
            raise Refusal(
                "not_permitted",
                "Chỉ trung tâm điều khiển cấp được liên kết đăng nhập.",
                "Only the control centre can issue sign-in links.",
            )
        made = make_link(
            user_for(role, site, now=now, province=province),
            LinkPurpose.SIGN_IN,
            by=actor,
            now=now,
            expires_at=now + LINK_LIFETIME,
        )
        entry.about(after={"role": role, "expires_at": made.expires_at.isoformat()})
    return made


LEADS_TO = {
    LinkPurpose.SIGN_IN: "vao",
    LinkPurpose.GUEST: "vao",
    LinkPurpose.SET_PASSWORD: "dat-mat-khau",
}
"""Purpose → the page that its links open."""


def make_link(
    user: User, purpose: LinkPurpose, *, by: Actor, now: datetime, expires_at: datetime
) -> IssuedLink:
    """Make a link for one person and one purpose, within the caller's transaction."""
    secret = secrets.token_urlsafe(32)
    SignInLink.objects.create(
        secret_hash=hash_of(secret),
        purpose=purpose,
        user=user,
        issued_at=now,
        issued_by=by.name,
        expires_at=expires_at,
    )
    return IssuedLink(f"/{LEADS_TO[purpose]}/{secret}", expires_at)


def issue_personal_link(*, user_id: int, actor: Actor, now: datetime) -> IssuedLink:
    """Make a one-time link that signs a person in: by an administrator of the person's body.

    Raises Refusal when the actor may not, or the account is disabled.
    """
    with transaction(actor, "link.issued", now=now) as entry:
        user = User.objects.select_related("organisation").filter(pk=user_id).first()
        if user is None:
            raise Refusal("no_person", "Không có người này.", "There is no such person.")
        entry.about(object=user.username)
        actor = still(actor, now=now)
        policy.require_manage(actor, user.organisation.key if user.organisation else "")
        require_over(actor, user, now)
        if not user.is_active:
            raise Refusal(
                "person_disabled",
                f"Tài khoản của {user} đang bị khóa. Mở lại trước.",
                f"The account of {user} is disabled. Enable it first.",
            )
        made = make_link(
            user, LinkPurpose.SIGN_IN, by=actor, now=now, expires_at=now + LINK_LIFETIME
        )
        entry.about(after={"expires_at": made.expires_at.isoformat()})
    return made


ENTERING = frozenset({LinkPurpose.SIGN_IN, LinkPurpose.GUEST})
"""Purposes of links that sign somebody in."""


def peek_link(
    secret: str, *, now: datetime, purposes: Collection[LinkPurpose] = ENTERING
) -> SignInLink:
    """Return the usable link without consuming it. Raises Refusal with the reason.

    Args:
        secret: the part of its address that nobody can guess.
        now: time of use.
        purposes: what the page at which it is shown is for.
    """
    link = SignInLink.objects.select_related("user").filter(secret_hash=hash_of(secret)).first()
    if link is None:
        raise Refusal(
            "link_unknown",
            "Liên kết không đúng. Lấy liên kết mới từ trung tâm điều khiển.",
            "This link is not valid. Ask the control centre for a new one.",
        )
    if link.purpose not in purposes:
        raise Refusal(
            "link_other_purpose",
            "Liên kết này không đúng mục đích. Mở đúng trang ghi trong lời mời.",
            "This link has another purpose. Open the page that the invitation names.",
        )
    if link.withdrawn_at is not None:
        raise Refusal(
            "link_withdrawn",
            "Liên kết đã bị thu hồi. Lấy liên kết mới từ trung tâm điều khiển.",
            "This link was withdrawn. Ask the control centre for a new one.",
        )
    if link.consumed_at is not None:
        raise Refusal(
            "link_used",
            "Liên kết đã được dùng. Lấy liên kết mới từ trung tâm điều khiển.",
            "This link has been used. Ask the control centre for a new one.",
        )
    if link.expires_at <= now:
        raise Refusal(
            "link_expired",
            "Liên kết đã hết hạn. Lấy liên kết mới từ trung tâm điều khiển.",
            "This link has expired. Ask the control centre for a new one.",
        )
    if not link.user.is_active:
        raise Refusal(
            "account_disabled",
            "Tài khoản đang bị khóa. Đề nghị trung tâm điều khiển mở lại.",
            "This account is disabled. Ask the control centre to enable it.",
        )
    return link


def consume_link(secret: str, *, address: str, now: datetime) -> tuple[User, datetime]:
    """Use the link up; return whom to sign in and when the link was issued.

    Of two devices that press at the same moment one gets in. Raises Refusal.
    """
    who = Actor(None, "Liên kết đăng nhập", address=address)
    with transaction(who, "link.consumed", now=now) as entry:
        link = peek_link(secret, now=now)
        taken = SignInLink.objects.filter(pk=link.pk, consumed_at__isnull=True).update(
            consumed_at=now
        )
        if taken != 1:
            peek_link(secret, now=now)
        entry.about(object=link.user.username)
    return link.user, link.issued_at


def actor_of(user: User, *, now: datetime, address: str = "") -> Actor:
    """Return the user as an actor with the roles held at ``now``."""
    held = list(
        RoleHolding.objects.in_force(now)
        .filter(user=user)
        .select_related("site", "organisation")
        .order_by("pk")
    )
    return Actor(
        id=user.pk,
        name=user.display_name or user.username,
        holdings=tuple(h.as_held() for h in held),
        address=address,
    )
