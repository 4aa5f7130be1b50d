"""Close and merge organisations: what people hold there ends or moves to the successor."""

from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum

from django.db.models import Q, QuerySet

from diemcau.audit.actor import Actor, Role
from diemcau.audit.refusal import Refusal
from diemcau.audit.services import transaction
from diemcau.directory import organisations, policy
from diemcau.directory.models import Organisation, OrganisationDuty
from diemcau.directory.timeline import ONE

from .acting import take_turn
from .models import RoleHolding, RoleHoldingQuerySet, User
from .roles import carrying, finish, keeping_an_admin


class Holdings(StrEnum):
    """What becomes of the roles held for an organisation that goes."""

    REFUSE = "refuse"
    END = "end"
    MOVE = "move"


def open_holdings(organisation: Organisation, now: datetime) -> RoleHoldingQuerySet:
    """Return the roles held for an organisation that have not ended."""
    return RoleHolding.objects.filter(organisation=organisation).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=now)
    )


def close_organisation(
    *,
    key: str,
    on: date,
    document: str,
    holdings: Holdings = Holdings.REFUSE,
    actor: Actor,
    now: datetime,
) -> Organisation:
    """Close an organisation: ``on`` is the first day without it.

    Args:
        key: which.
        on: not after today, and after its last change.
        document: number of the decision.
        holdings: REFUSE while somebody holds a role for it, or END those roles now.
        actor: a system administrator.
        now: time of the act.

    Raises Refusal: not permitted; organisations stand under it, it has sites or duties, or roles
    are held for it (each named).
    """
    with transaction(actor, "organisation.closed", now=now, object=key) as entry:
        found = _begin(key, on, document, actor, now)
        sites = list(found.sites.order_by("number").values_list("name", flat=True))
        if sites:
            listed = ", ".join(sites)
            raise Refusal(
                "has_sites",
                f"Tổ chức còn điểm cầu: {listed}. Hợp nhất vào tổ chức nhận điểm cầu.",
                f"It has sites: {listed}. Merge it into the organisation that takes them over.",
            )
        duties = list(_duties(found).values_list("duty", flat=True))
        if duties:
            listed = ", ".join(duties)
            raise Refusal(
                "has_duties",
                f"Tổ chức còn giữ nhiệm vụ trong hệ thống: {listed}. Giao cho tổ chức khác trước.",
                f"It has duties in the system: {listed}. Give them to another one first.",
            )
        with keeping_an_admin(now):
            organisations.close(found, on=on, document=document, now=now)
            _settle(found, None, Holdings(holdings), "", actor, now)
        entry.about(after={"on": on.isoformat(), "document": document.strip()})
    return found


def merge_organisations(
    *,
    keys: Collection[str],
    into: str,
    on: date,
    document: str,
    holdings: Holdings = Holdings.REFUSE,
    province: str,
    actor: Actor,
    now: datetime,
) -> Organisation:
    """Merge organisations into another one: they close, their sites and duties go to it.

    Args:
        keys: those that go.
        into: the one that stays; open.
        on: first day of the merged organisation.
        document: number of the decision.
        holdings: REFUSE while roles are held for those that go, END them, or MOVE them, where the
            regulation lets the successor carry them.
        province: whose regulation says so.
        actor: a system administrator.
        now: time of the act.

    Raises Refusal: as `close_organisation`, or the successor is closed, one of those that go, or
    may not carry a role (with the clause).
    """
    with transaction(actor, "organisation.merged", now=now, object=into) as entry:
        take_turn()
        policy.require(actor, policy.Act.CHANGE)
        organisations.require_document(document)
        organisations.require_day(on, now)
        if not keys or into in keys:
            raise Refusal(
                "merge_into_itself",
                "Chọn ít nhất một tổ chức khác với tổ chức nhận.",
                "Choose at least one organisation other than the one that stays.",
            )
        successor = organisations.lock(into)
        _require_there(successor, on)
        with keeping_an_admin(now):
            for found in _children_first(keys):
                organisations.close(found, on=on, document=document, now=now)
                found.successor = successor
                found.save()
                _hand_over(found, successor, on, document)
                _settle(found, successor, Holdings(holdings), province, actor, now)
        organisations.touch(successor, now)
        entry.about(
            before={"organisations": sorted(keys)},
            after={"on": on.isoformat(), "document": document.strip(), "holdings": holdings},
        )
    return successor


def _begin(key: str, on: date, document: str, actor: Actor, now: datetime) -> Organisation:
    take_turn()
    policy.require(actor, policy.Act.CHANGE)
    organisations.require_document(document)
    organisations.require_day(on, now)
    return organisations.lock(key)


def _children_first(keys: Collection[str]) -> list[Organisation]:
    """Return the organisations so that none comes before one that stands under it."""
    found = {key: organisations.lock(key) for key in sorted(set(keys))}

    def depth(one: Organisation) -> int:
        steps = 0
        above = one.parent
        while above is not None:
            steps, above = steps + 1, above.parent
        return steps

    return sorted(found.values(), key=depth, reverse=True)


def _require_there(successor: Organisation, on: date) -> None:
    closed = successor.valid_to is not None
    if closed or (successor.valid_from is not None and successor.valid_from > on):
        raise Refusal(
            "successor_not_there",
            f"{successor.name} không tồn tại vào ngày {on:%d/%m/%Y} hoặc đã kết thúc. "
            "Chọn tổ chức nhận khác.",
            f"{successor.name} does not exist on {on:%d/%m/%Y} or has closed. Choose another.",
        )


def _duties(found: Organisation) -> QuerySet[OrganisationDuty]:
    return found.duties.filter(valid_to__isnull=True)


def _hand_over(found: Organisation, successor: Organisation, on: date, document: str) -> None:
    """Give sites, people and duties to the successor."""
    found.sites.update(organisation=successor)
    User.objects.filter(organisation=found).update(organisation=successor)
    has = set(_duties(successor).values_list("duty", flat=True))
    for duty in _duties(found):
        if duty.valid_from is not None and duty.valid_from >= on:
            duty.valid_from = on - ONE
        duty.valid_to = on - ONE
        duty.save()
        if duty.duty not in has:
            OrganisationDuty.objects.create(
                organisation=successor, duty=duty.duty, valid_from=on, source=document.strip()
            )


def _settle(
    found: Organisation,
    successor: Organisation | None,
    how: Holdings,
    province: str,
    actor: Actor,
    now: datetime,
) -> None:
    held = open_holdings(found, now)
    listed = list(held.select_related("user", "site").order_by("pk"))
    if not listed:
        return
    if how is Holdings.REFUSE:
        names = ", ".join(sorted({str(one.user) for one in listed}))
        raise Refusal(
            "has_holdings",
            f"Còn người giữ vai trò cho {found.name}: {names}. Chọn kết thúc hoặc chuyển vai trò.",
            f"Roles are held for {found.name}: {names}. Choose to end or to move them.",
        )
    finish(held, actor, found.name, now)
    if how is Holdings.END or successor is None:
        return
    for one in listed:
        if one.delegated_from_id is None:
            _move(one, successor, province, actor, now)


def _move(
    one: RoleHolding, successor: Organisation, province: str, actor: Actor, now: datetime
) -> None:
    profile, answer = carrying(Role(one.role), successor, province=province, now=now)
    if answer.scope is None:
        raise Refusal(
            "not_carried",
            f"{successor.name} không giữ được vai trò của {one.user}: {answer.reason_vi}",
            f"{successor.name} may not carry the role of {one.user}: {answer.reason_en}",
            profile.clause_label(answer.clause) if answer.clause else "",
        )
    same = RoleHolding.objects.in_force(now).filter(
        user=one.user, role=one.role, organisation=successor, site=one.site
    )
    if same.exists():
        return
    RoleHolding.objects.create(
        user=one.user,
        role=one.role,
        scope=answer.scope,
        organisation=successor,
        site=one.site,
        valid_from=max(now, one.valid_from),
        valid_to=one.valid_to,
        reason=one.reason,
        clause=answer.clause or "",
        given_by=actor.name,
    )
