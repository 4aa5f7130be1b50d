"""Change organisations from a day on. What they were before stays, and so does their key.

Closing and merging, which touch what people hold there, are in ``accounts.services_reorganise``.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from diemcau.audit.actor import Actor
from diemcau.audit.refusal import Refusal
from diemcau.audit.services import Entry, transaction
from diemcau.regulation import Duty, OrganisationKind

from . import policy
from .models import Organisation, OrganisationDuty, OrganisationPast
from .queries import states, tiers_on
from .search import fold
from .timeline import ONE, circle
from .timeline import on as state_on

_KEY_LENGTH = 63


def create_organisation(
    *,
    name: str,
    short_name: str = "",
    kind: str,
    tier: str,
    parent: str | None = None,
    area: str = "",
    on: date,
    document: str,
    actor: Actor,
    now: datetime,
) -> Organisation:
    """Enter a new organisation, which exists from ``on``.

    Args:
        name: full name; the key is made from it.
        short_name: for lists and tiles; the name where empty.
        kind: of ``OrganisationKind``.
        tier: key of a level that is in force on that day.
        parent: key of the organisation above it, None at the top.
        area: under which it is listed.
        on: first day of its existence, not after today.
        document: number of the decision.
        actor: a system administrator.
        now: time of the act.

    Raises Refusal when the actor may not, or a value cannot be used.
    """
    with transaction(actor, "organisation.created", now=now) as entry:
        policy.require(actor, policy.Act.CHANGE)
        _require_words(name, document)
        require_day(on, now)
        _require_kind(kind)
        _require_tier(tier, on)
        above = _parent(parent, on)
        made = Organisation.objects.create(
            key=_free_key(name),
            name=name.strip(),
            short_name=(short_name.strip() or name.strip())[:80],
            kind=kind,
            tier=tier,
            parent=above,
            area=area.strip(),
            valid_from=on,
            founded_by=document.strip(),
            edited_at=now,
        )
        entry.about(object=made.key, after=_shown(made) | _act(on, document))
    return made


def rename_organisation(
    *, key: str, name: str, short_name: str = "", on: date, document: str, actor: Actor,
    now: datetime,
) -> Organisation:  # fmt: skip
    """Give an organisation another name from ``on``. Arguments and errors as in `create`."""
    with _changing(key, "organisation.renamed", on, document, actor, now) as (found, new):
        _require_words(name, document)
        new["name"] = name.strip()
        new["short_name"] = (short_name.strip() or name.strip())[:80]
    return found


def move_organisation(
    *, key: str, parent: str | None, on: date, document: str, actor: Actor, now: datetime
) -> Organisation:
    """Put an organisation under another one (or at the top) from ``on``.

    Raises Refusal also when it would stand under itself on any day from then on.
    """
    with _changing(key, "organisation.moved", on, document, actor, now) as (found, new):
        new["parent"] = _parent(parent, on)
        _require_no_circle(key, parent, on)
    return found


def reclassify_organisation(
    *, key: str, kind: str, tier: str, on: date, document: str, actor: Actor, now: datetime
) -> Organisation:
    """Change kind and tier of an organisation from ``on``."""
    with _changing(key, "organisation.reclassified", on, document, actor, now) as (found, new):
        _require_kind(kind)
        if tier != found.tier:
            _require_tier(tier, on)
        new["kind"], new["tier"] = kind, tier
    return found


def give_duty(
    *, key: str, duty: Duty, on: date, document: str, actor: Actor, now: datetime
) -> OrganisationDuty:
    """Say that an organisation is something for the system (``dic``) from ``on``."""
    with transaction(actor, "organisation.duty_given", now=now, object=key) as entry:
        policy.require(actor, policy.Act.CHANGE)
        _require_words(duty, document)
        require_day(on, now)
        found = lock(key)
        require_open(found, on)
        if found.duties.filter(duty=duty, valid_to__isnull=True).exists():
            raise Refusal(
                "duty_held",
                f"{found.name} đã giữ nhiệm vụ này.",
                f"{found.name} has this duty already.",
            )
        made = OrganisationDuty.objects.create(
            organisation=found, duty=duty.value, valid_from=on, source=document.strip()
        )
        touch(found, now)
        entry.about(after={"duty": duty.value} | _act(on, document))
    return made


def end_duty(*, key: str, duty: Duty, on: date, document: str, actor: Actor, now: datetime) -> None:
    """End what an organisation is for the system: from ``on`` it is so no longer."""
    with transaction(actor, "organisation.duty_ended", now=now, object=key) as entry:
        policy.require(actor, policy.Act.CHANGE)
        _require_words(duty, document)
        require_day(on, now)
        found = lock(key)
        held = found.duties.filter(duty=duty, valid_to__isnull=True).first()
        if held is None:
            raise Refusal(
                "duty_not_held",
                f"{found.name} không giữ nhiệm vụ này.",
                f"{found.name} does not have this duty.",
            )
        if held.valid_from is not None and held.valid_from >= on:
            raise _too_early(held.valid_from)
        held.valid_to = on - ONE
        held.save()
        touch(found, now)
        entry.about(before={"duty": duty.value}, after=_act(on, document))


# ---------------------------------------------------------------- shared with closing and merging


def lock(key: str) -> Organisation:
    """Return the organisation, locked against other changes. Raises Refusal."""
    found = Organisation.objects.select_for_update().filter(key=key).first()
    if found is None:
        raise Refusal("no_organisation", "Không có tổ chức này.", "There is no such organisation.")
    return found


def touch(found: Organisation, now: datetime) -> None:
    """Keep the province's directory data from changing it back at the next start."""
    found.edited_at = now
    found.save()


def require_day(on: date, now: datetime) -> None:
    """Raise Refusal for a day that has not come."""
    if on > timezone.localdate(now):
        raise Refusal(
            "day_in_future",
            "Ngày hiệu lực chưa đến. Nhập vào ngày đó, hoặc chọn ngày không sau hôm nay.",
            "That day has not come. Enter it on that day, or choose one not after today.",
        )


def require_open(found: Organisation, on: date) -> None:
    """Raise Refusal when the organisation is closed, or a change would precede its last one."""
    if found.valid_to is not None:
        raise Refusal(
            "organisation_closed",
            f"{found.name} đã kết thúc ngày {found.valid_to:%d/%m/%Y}.",
            f"{found.name} closed on {found.valid_to:%d/%m/%Y}.",
        )
    began = found.since or found.valid_from
    if began is not None and on < began:
        raise _too_early(began)


def close(found: Organisation, *, on: date, document: str, now: datetime) -> None:
    """End the existence of a locked organisation: ``on`` is the first day without it.

    Raises Refusal when it began later, or another stands under it on that day or after.
    """
    require_open(found, on)
    began = found.since or found.valid_from
    if began is not None and on <= began:
        raise _too_early(began)
    under = [*found.children.filter(valid_to__isnull=True).values_list("name", flat=True)]
    under += found.children.filter(valid_to__gte=on).values_list("name", flat=True)
    under += found.past_children.filter(valid_to__gte=on).values_list("name", flat=True)
    if under:
        listed = ", ".join(sorted(set(under)))
        raise Refusal(
            "has_children",
            f"Còn tổ chức trực thuộc từ ngày đó: {listed}. Chuyển hoặc kết thúc trước.",
            f"Organisations stand under it from that day: {listed}. Move or close them first.",
        )
    found.valid_to = on - ONE
    found.closed_by = document.strip()
    touch(found, now)


def require_document(document: str) -> None:
    """Raise Refusal when no decision is named."""
    _require_words("x", document)


# ---------------------------------------------------------------- inside


@contextmanager
def _changing(
    key: str, verb: str, on: date, document: str, actor: Actor, now: datetime
) -> Iterator[tuple[Organisation, dict[str, Any]]]:
    """Let the caller say what is new, keep what was, and record both."""
    with transaction(actor, verb, now=now, object=key) as entry:
        policy.require(actor, policy.Act.CHANGE)
        require_document(document)
        require_day(on, now)
        found = lock(key)
        require_open(found, on)
        new: dict[str, Any] = {}
        yield found, new
        _begin(found, new, on, document.strip(), entry)
        touch(found, now)


def _begin(found: Organisation, new: dict[str, Any], on: date, document: str, entry: Entry) -> None:
    before = _shown(found)
    changed = {field: value for field, value in new.items() if getattr(found, field) != value}
    if not changed:
        raise Refusal(
            "nothing_changes",
            "Không có gì thay đổi. Sửa nội dung rồi làm lại.",
            "Nothing would change. Change a value and try again.",
        )
    began = found.since or found.valid_from
    # A second change of the same day amends the first: there is one state on each day.
    if began is None or on > began:
        OrganisationPast.objects.create(
            organisation=found,
            name=found.name,
            short_name=found.short_name,
            kind=found.kind,
            tier=found.tier,
            parent=found.parent,
            area=found.area,
            valid_from=began,
            valid_to=on - ONE,
            document=document,
        )
        found.since = on
    for field, value in changed.items():
        setattr(found, field, value)
    entry.about(before=before, after=_shown(found) | _act(on, document))


def _shown(found: Organisation) -> dict[str, str | None]:
    return {
        "name": found.name,
        "short_name": found.short_name,
        "kind": found.kind,
        "tier": found.tier,
        "parent": found.parent.key if found.parent else None,
        "area": found.area,
    }


def _act(on: date, document: str) -> dict[str, str]:
    return {"on": on.isoformat(), "document": document.strip()}


def _too_early(began: date) -> Refusal:
    return Refusal(
        "before_last_change",
        f"Thay đổi gần nhất có hiệu lực từ {began:%d/%m/%Y}. Chọn ngày sau ngày đó.",
        f"The last change counts from {began:%d/%m/%Y}. Choose a later day.",
    )


def _require_words(name: str, document: str) -> None:
    if not name.strip() or len(name.strip()) > 200:
        raise Refusal(
            "name_missing",
            "Nhập tên tổ chức, không quá 200 chữ.",
            "Enter a name of the organisation of at most 200 letters.",
        )
    if not document.strip() or len(document.strip()) > 200:
        raise Refusal(
            "document_missing",
            "Nhập số quyết định, ví dụ 123/QĐ-UBND.",
            "Enter the number of the decision, such as 123/QĐ-UBND.",
        )


def _require_kind(kind: str) -> None:
    if kind not in set(OrganisationKind):
        raise Refusal(
            "kind_unknown",
            "Loại tổ chức không đúng. Chọn trong danh sách.",
            "The kind of organisation is not known. Choose one from the list.",
        )


def _require_tier(tier: str, on: date) -> None:
    in_force = tiers_on(on)
    if tier not in {one.key for one in in_force}:
        vi = ", ".join(one.name for one in in_force)
        en = ", ".join(one.name_en for one in in_force)
        raise Refusal(
            "tier_not_in_force",
            f"Cấp này không có vào ngày {on:%d/%m/%Y}. Cấp có hiệu lực: {vi}.",
            f"There is no such level on {on:%d/%m/%Y}. In force: {en}.",
        )


def _parent(key: str | None, on: date) -> Organisation | None:
    if not key:
        return None
    found = lock(key)
    if found.valid_to is not None or (found.valid_from is not None and found.valid_from > on):
        raise Refusal(
            "parent_not_there",
            f"{found.name} không tồn tại vào ngày {on:%d/%m/%Y} hoặc đã kết thúc. "
            "Chọn tổ chức cấp trên khác.",
            f"{found.name} does not exist on {on:%d/%m/%Y} or has closed. Choose another parent.",
        )
    return found


def _require_no_circle(key: str, parent: str | None, on: date) -> None:
    """Look at each day on which anything in the tree changes, from ``on`` to now."""
    known = states()
    begins = {state.first for own in known.values() for state in own}
    for day in sorted({on} | {begin for begin in begins if begin is not None and begin > on}):
        then = {one: state_on(own, day) for one, own in known.items()}
        parents = {one: was.state.parent for one, was in then.items() if was.exists}
        if circle(parents | {key: parent}, key):
            raise Refusal(
                "circle",
                f"Tổ chức sẽ trực thuộc chính nó vào ngày {day:%d/%m/%Y}. Chọn cấp trên khác.",
                f"It would stand under itself on {day:%d/%m/%Y}. Choose another parent.",
            )


def _free_key(name: str) -> str:
    base = re.sub(" +", "-", fold(name))[: _KEY_LENGTH - 4].strip("-") or "to-chuc"
    taken = set(Organisation.objects.filter(key__startswith=base).values_list("key", flat=True))
    if base not in taken:
        return base
    return next(key for n in range(2, 1000) if (key := f"{base}-{n}") not in taken)
