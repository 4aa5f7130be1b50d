"""Give, end and delegate roles, as far as the regulation in force lets a body carry them."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from diemcau.audit.actor import Actor, Role, Scope
from diemcau.audit.refusal import Refusal
from diemcau.audit.services import transaction
from diemcau.directory.models import Organisation, Site
from diemcau.directory.queries import duties_on
from diemcau.regulation import Carrying, Profile, load_profile, may_carry

from . import policy
from .acting import in_turn
from .models import RoleHolding, RoleHoldingQuerySet, User


def site_role(
    profile: Profile, *, hosts: bool, duties: Collection[str], kind: str, tier: str
) -> Role:
    """Return the role of whoever runs a site.

    The host site is run by its operator where the regulation knows that role for its organisation;
    in a province that does not, by a site operator like any other (KH, LC, HUE).

    Args:
        profile: the regulation in force.
        hosts: whether it is the host site.
        duties: what the site's organisation is for the system.
        kind: kind of that organisation.
        tier: tier of that organisation.
    """
    host = Role.HOST_SITE_OPERATOR
    if hosts and may_carry(profile, host, duties=duties, kind=kind, tier=tier).allowed:
        return host
    return Role.SITE_OPERATOR


def role_at(site: Site, *, province: str, now: datetime) -> Role:
    """Return the role of whoever runs this site today, by the regulation of the province."""
    today = timezone.localdate(now)
    body = site.organisation
    return site_role(
        load_profile(province, on=today),
        hosts=site.is_host_default,
        duties=duties_on(today, {body.key}).get(body.key, set()),
        kind=body.kind,
        tier=body.tier,
    )


def carrying(
    role: Role, organisation: Organisation | None, *, province: str, now: datetime
) -> tuple[Profile, Carrying]:
    """Ask the regulation in force whether an organisation may carry a role today.

    ``organisation`` None is a person of no organisation.
    """
    today = timezone.localdate(now)
    profile = load_profile(province, on=today)
    if organisation is None:
        return profile, may_carry(profile, role, duties=(), kind=None, tier=None)
    duties = duties_on(today, {organisation.key}).get(organisation.key, set())
    answer = may_carry(profile, role, duties=duties, kind=organisation.kind, tier=organisation.tier)
    return profile, answer


def give_role(
    *,
    user_id: int,
    role: Role,
    organisation: str = "",
    site: str = "",
    valid_to: datetime | None = None,
    reason: str = "",
    province: str,
    actor: Actor,
    now: datetime,
) -> RoleHolding:
    """Give a person a role for an organisation, from now on.

    Args:
        user_id: the person.
        role: which role.
        organisation: key of the organisation that carries it; "" for a person of none.
        site: key of the one site that it is limited to. A role for one conference may be held at
            any site: staff of the service company run terminals of others (LD-3.11).
        valid_to: when it ends by itself.
        reason: why, for the record.
        province: whose regulation says which organisation may carry it.
        actor: who gives it.
        now: time of the act.

    Source: KH-3.1, KH-4, LC-3, LC-9.1, LD-3.8, LD-3.10, LD-3.11, LD-15.1, BD-16.2a, HUE-1.2,
    HUE-3.5. Raises Refusal: not permitted, not carried (with the clause), held already, or a value
    that cannot be used.
    """
    with transaction(actor, "role.given", now=now) as entry:
        actor = in_turn(actor, now=now)
        user = lock_user(user_id)
        entry.about(object=user.username)
        body = _body(organisation, now)
        profile, answer = carrying(role, body, province=province, now=now)
        clause = profile.clause_label(answer.clause) if answer.clause else ""
        policy.require_give(
            actor,
            role,
            scope=answer.scope or Scope.OWN,
            organisation=organisation,
            site=site or None,
            receiver=user_id,
            clause=clause,
        )
        if answer.scope is None:
            raise Refusal("not_carried", answer.reason_vi, answer.reason_en, clause)
        if not user.is_active:
            raise _disabled(user)
        if valid_to is not None and valid_to <= now:
            raise _end_passed()
        place = _place(site, body, answer.scope)
        same = RoleHolding.objects.in_force(now).filter(
            user=user, role=role, organisation=body, site=place, delegated_from__isnull=True
        )
        if same.exists():
            raise Refusal(
                "role_held",
                f"{user} đang giữ vai trò này. Kết thúc trước khi giao lại.",
                f"{user} holds this role already. End it before giving it again.",
            )
        held = RoleHolding.objects.create(
            user=user,
            role=role,
            scope=answer.scope,
            organisation=body,
            site=place,
            valid_from=now,
            valid_to=valid_to,
            reason=reason.strip(),
            clause=answer.clause or "",
            given_by=actor.name,
        )
        entry.about(after=shown(held))
    return held


def end_role(*, holding_id: int, reason: str, actor: Actor, now: datetime) -> RoleHolding:
    """End a role now; whatever was delegated from it ends with it.

    Raises Refusal: not permitted, ended already, or it is the last system administrator's.
    """
    with transaction(actor, "role.ended", now=now) as entry:
        actor = in_turn(actor, now=now)
        held = lock_holding(holding_id)
        entry.about(object=held.user.username)
        policy.require_end(
            actor,
            scope=Scope(held.scope),
            organisation=held.organisation.key if held.organisation else "",
            site=held.site.key if held.site else None,
        )
        _require_open(held, now)
        _require_reason(reason)
        with keeping_an_admin(now):
            finish(RoleHolding.objects.filter(pk=held.pk), actor, reason, now)
        entry.about(before=shown(held), after={"reason": reason.strip()})
    return held


def delegate(
    *, holding_id: int, to_user: int, until: datetime, reason: str = "", actor: Actor, now: datetime
) -> RoleHolding:
    """Pass a role on to another person until a time; it falls with the role that it stands on.

    Args:
        holding_id: the role; not itself a delegation.
        to_user: who is to act.
        until: end, at most as far as the role itself goes.
        reason: why, for the record.
        actor: who holds the role, or administers it.
        now: time of the act.

    Source: HUE-3.4. Raises Refusal.
    """
    with transaction(actor, "role.delegated", now=now) as entry:
        actor = in_turn(actor, now=now)
        receiver = lock_user(to_user)
        entry.about(object=receiver.username)
        held = lock_holding(holding_id)
        policy.require_delegate(
            actor,
            holder=held.user_id,
            scope=Scope(held.scope),
            organisation=held.organisation.key if held.organisation else "",
            site=held.site.key if held.site else None,
            receiver=to_user,
        )
        if held.delegated_from_id is not None:
            raise Refusal(
                "delegated_on",
                "Vai trò được ủy quyền không ủy quyền tiếp được.",
                "A delegated role is not passed on.",
            )
        if not RoleHolding.objects.in_force(now).filter(pk=held.pk).exists():
            raise _not_in_force()
        if to_user == held.user_id:
            raise Refusal(
                "delegated_to_holder",
                f"{receiver} đang giữ chính vai trò này.",
                f"{receiver} holds this very role.",
            )
        if not receiver.is_active:
            raise _disabled(receiver)
        if until <= now:
            raise _end_passed()
        if held.valid_to is not None and until > held.valid_to:
            raise Refusal(
                "delegated_too_long",
                "Ủy quyền không dài hơn vai trò, vai trò kết thúc lúc "
                f"{timezone.localtime(held.valid_to):%H:%M %d/%m/%Y}.",
                "A delegation lasts no longer than the role, which ends at "
                f"{timezone.localtime(held.valid_to):%H:%M %d/%m/%Y}.",
            )
        if held.delegations.in_force(now).filter(user=receiver).exists():
            raise Refusal(
                "role_held",
                f"{receiver} đang được ủy quyền vai trò này.",
                f"This role is delegated to {receiver} already.",
            )
        made = RoleHolding.objects.create(
            user=receiver,
            role=held.role,
            scope=held.scope,
            organisation=held.organisation,
            site=held.site,
            valid_from=now,
            valid_to=until,
            delegated_from=held,
            reason=reason.strip(),
            clause=held.clause,
            given_by=actor.name,
        )
        entry.about(after=shown(made) | {"from": held.user.username})
    return made


def withdraw_delegation(*, holding_id: int, actor: Actor, now: datetime) -> RoleHolding:
    """End a delegation now: by whoever gave the role on, holds it on loan, or administers it."""
    with transaction(actor, "role.withdrawn", now=now) as entry:
        actor = in_turn(actor, now=now)
        made = lock_holding(holding_id)
        entry.about(object=made.user.username)
        base = made.delegated_from
        if base is None:
            raise Refusal(
                "not_a_delegation", "Vai trò này không phải ủy quyền.", "This is no delegation."
            )
        if actor.id is None or actor.id not in (base.user_id, made.user_id):
            policy.require_end(
                actor,
                scope=Scope(made.scope),
                organisation=made.organisation.key if made.organisation else "",
                site=made.site.key if made.site else None,
            )
        _require_open(made, now)
        finish(RoleHolding.objects.filter(pk=made.pk), actor, "", now)
        entry.about(before=shown(made))
    return made


# ---------------------------------------------------------------- shared with the other services


def lock_user(user_id: int) -> User:
    """Return the person, locked against other changes. Raises Refusal."""
    found = User.objects.select_for_update().filter(pk=user_id).first()
    if found is None:
        raise Refusal("no_person", "Không có người này.", "There is no such person.")
    return found


def lock_holding(holding_id: int) -> RoleHolding:
    """Return the holding, locked against other changes. Raises Refusal."""
    RoleHolding.objects.select_for_update().filter(pk=holding_id).first()
    found = (
        RoleHolding.objects.select_related("user", "organisation", "site", "delegated_from")
        .filter(pk=holding_id)
        .first()
    )
    if found is None:
        raise Refusal("no_role", "Không có vai trò này.", "There is no such role.")
    return found


def require_over(actor: Actor, user: User, now: datetime) -> None:
    """Raise Refusal unless the actor administers every role that the person holds now.

    An administrator of one organisation does not take an account over, or away, that has a role of
    the whole system.
    """
    held = RoleHolding.objects.in_force(now).filter(user=user)
    for one in held.select_related("organisation", "site"):
        policy.require_end(
            actor,
            scope=Scope(one.scope),
            organisation=one.organisation.key if one.organisation else "",
            site=one.site.key if one.site else None,
        )


def finish(held: RoleHoldingQuerySet, actor: Actor, reason: str, now: datetime) -> None:
    """End the holdings, and what was delegated from them, now."""
    ids = list(held.values_list("pk", flat=True))
    RoleHolding.objects.filter(Q(pk__in=ids) | Q(delegated_from__in=ids)).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=now)
    ).update(valid_to=now, ended_by=actor.name, ended_reason=reason.strip())


class keeping_an_admin:
    """Refuse an act, done in its turn, after which nobody would administer the system."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._had = False

    def _is_one(self) -> bool:
        held = RoleHolding.objects.in_force(self._now).filter(
            role=Role.SYSTEM_ADMIN, scope=Scope.SYSTEM, delegated_from__isnull=True
        )
        return held.exists()

    def __enter__(self) -> None:
        self._had = self._is_one()

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if kind is None and self._had and not self._is_one():
            raise Refusal(
                "last_admin",
                "Đây là quản trị hệ thống cuối cùng. Giao vai trò cho người khác trước.",
                "This is the last system administrator. Give the role to another person first.",
            )


def shown(held: RoleHolding) -> dict[str, str | None]:
    """Return a holding as the record shows it."""
    return {
        "role": held.role,
        "scope": held.scope,
        "organisation": held.organisation.key if held.organisation else None,
        "site": held.site.key if held.site else None,
        "until": held.valid_to.isoformat() if held.valid_to else None,
        "clause": held.clause,
    }


# ---------------------------------------------------------------- inside


def _body(key: str, now: datetime) -> Organisation | None:
    if not key:
        return None
    found = Organisation.objects.filter(key=key).first()
    if found is None:
        raise Refusal("no_organisation", "Không có tổ chức này.", "There is no such organisation.")
    today = timezone.localdate(now)
    if found.valid_to is not None and found.valid_to < today:
        raise Refusal(
            "organisation_closed",
            f"{found.name} đã kết thúc ngày {found.valid_to:%d/%m/%Y}.",
            f"{found.name} closed on {found.valid_to:%d/%m/%Y}.",
        )
    return found


def _place(key: str, body: Organisation | None, scope: Scope) -> Site | None:
    if not key:
        return None
    found = Site.objects.filter(key=key).first()
    if found is None:
        raise Refusal("no_site", "Không có điểm cầu này.", "There is no such site.")
    elsewhere = body is None or found.organisation_id != body.pk
    if scope is Scope.SYSTEM or (scope is Scope.OWN and elsewhere):
        raise Refusal(
            "site_elsewhere",
            "Điểm cầu này không thuộc phạm vi của vai trò. Bỏ trống điểm cầu, hoặc chọn điểm cầu "
            "của tổ chức.",
            "This site is outside the role's reach. Leave it empty, or choose one of the "
            "organisation.",
        )
    return found


def _require_open(held: RoleHolding, now: datetime) -> None:
    if held.valid_to is not None and held.valid_to <= now:
        raise _not_in_force()


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Refusal("reason_missing", "Nhập lý do.", "Enter the reason.")


def _not_in_force() -> Refusal:
    return Refusal(
        "role_not_in_force",
        "Vai trò này không còn hiệu lực.",
        "This role is not in force.",
    )


def _end_passed() -> Refusal:
    return Refusal(
        "end_passed",
        "Thời điểm kết thúc đã qua. Chọn thời điểm sau bây giờ.",
        "The end has passed. Choose a time from now on.",
    )


def _disabled(user: User) -> Refusal:
    return Refusal(
        "person_disabled",
        f"Tài khoản của {user} đang bị khóa. Mở lại trước.",
        f"The account of {user} is disabled. Enable it first.",
    )
