"""Read persons and the roles that they hold, with why one gives no right."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils import timezone

from diemcau.audit.actor import Role, Scope
from diemcau.directory.search import fold, rank_name

from .models import RoleHolding, User


class HoldingState(StrEnum):
    """Whether a role gives a right now, and if not, why."""

    IN_FORCE = "in_force"
    NOT_BEGUN = "not_begun"
    ENDED = "ended"
    DISABLED = "disabled"
    BODY_CLOSED = "body_closed"
    BASE_FELL = "base_fell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A role of a person, as a plain value.

    Args:
        organisation: key of the organisation that it is held for, "" for none.
        site: key of the one site that it is limited to, "" for none.
        delegated_by: name of whose role it stands on, "" where it is no delegation.
        clause: by which the organisation carries it, "" where the regulation is silent.
    """

    id: int
    user: int
    person: str
    role: Role
    scope: Scope
    organisation: str = ""
    organisation_name: str = ""
    site: str = ""
    site_name: str = ""
    valid_from: datetime
    valid_to: datetime | None = None
    delegated_by: str = ""
    clause: str = ""
    reason: str = ""
    given_by: str = ""
    ended_by: str = ""
    ended_reason: str = ""
    state: HoldingState = HoldingState.IN_FORCE


def holdings(
    *,
    now: datetime,
    user: int | None = None,
    organisation: str = "",
    delegated_from: Collection[int] | None = None,
) -> list[Holding]:
    """Return the roles held or once held, newest first, in one query.

    Args:
        now: at which ``state`` is judged, as `RoleHolding.objects.in_force` does.
        user: of this person only.
        organisation: held for this organisation only.
        delegated_from: that stand on one of these roles only.
    """
    found = RoleHolding.objects.select_related(
        "user",
        "organisation",
        "site",
        "delegated_from__user",
        "delegated_from__organisation",
    ).order_by("-valid_from", "-pk")
    if user is not None:
        found = found.filter(user_id=user)
    if organisation:
        found = found.filter(organisation__key=organisation)
    if delegated_from is not None:
        found = found.filter(delegated_from__in=delegated_from)
    return [_plain(held, now) for held in found]


def _plain(held: RoleHolding, now: datetime) -> Holding:
    base = held.delegated_from
    body, site = held.organisation, held.site
    state = _state(held, now)
    if state is HoldingState.IN_FORCE and base and _state(base, now) is not HoldingState.IN_FORCE:
        state = HoldingState.BASE_FELL
    return Holding(
        id=held.pk,
        user=held.user_id,
        person=str(held.user),
        role=Role(held.role),
        scope=Scope(held.scope),
        organisation=body.key if body else "",
        organisation_name=body.name if body else "",
        site=site.key if site else "",
        site_name=site.name if site else "",
        valid_from=held.valid_from,
        valid_to=held.valid_to,
        delegated_by=str(base.user) if base else "",
        clause=held.clause,
        reason=held.reason,
        given_by=held.given_by,
        ended_by=held.ended_by,
        ended_reason=held.ended_reason,
        state=state,
    )


def _state(held: RoleHolding, now: datetime) -> HoldingState:
    if held.valid_to is not None and held.valid_to <= now:
        return HoldingState.ENDED
    if held.valid_from > now:
        return HoldingState.NOT_BEGUN
    if not held.user.is_active:
        return HoldingState.DISABLED
    body = held.organisation
    if body and body.valid_to is not None and body.valid_to < timezone.localdate(now):
        return HoldingState.BODY_CLOSED
    return HoldingState.IN_FORCE


@dataclass(frozen=True, slots=True)
class Listed:
    """A person in the list, with the roles in force."""

    user: User
    held: tuple[Holding, ...]


def people(words: str, *, now: datetime) -> list[Listed]:
    """Return the persons whose name answers the words, best first; all by name for no words."""
    users = list(User.objects.select_related("organisation").order_by("display_name", "username"))
    if fold(words):
        ranked = [(_rank(words, user), user) for user in users]
        users = [user for rank, user in sorted(ranked, key=lambda pair: -pair[0]) if rank]
    held: dict[int, list[Holding]] = defaultdict(list)
    for one in holdings(now=now):
        if one.state is HoldingState.IN_FORCE:
            held[one.user].append(one)
    return [Listed(user, tuple(held[user.pk])) for user in users]


def _rank(words: str, user: User) -> int:
    body = user.organisation.name if user.organisation else ""
    return max(
        rank_name(words, user.display_name),
        rank_name(words, user.username),
        rank_name(words, body) - 20,
    )
