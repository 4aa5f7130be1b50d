"""Who carries which role and who does what: pure questions to a profile, answered with clauses."""

from collections.abc import Collection
from dataclasses import dataclass

from diemcau.regulation.duties import Party
from diemcau.regulation.model import Bearer, Duties, Profile, rules
from diemcau.regulation.rights import Ruling, reasons
from diemcau.regulation.roles import Role, Scope
from diemcau.regulation.values import NOT_REGULATED_EN, NOT_REGULATED_VI, Value


class DutyUnknown(LookupError):
    """No line of that name in the section `duties` of a profile."""


@dataclass(frozen=True, slots=True)
class Carrying(Ruling):
    """May an organisation carry a role, and how far does it reach. No scope where it may not."""

    scope: Scope | None


@dataclass(frozen=True, slots=True)
class Doers:
    """Who does something, in order. `clause` is None and `also` empty where the text is silent."""

    parties: tuple[Party, ...]
    clause: str | None
    also: tuple[str, ...]
    reason_vi: str
    reason_en: str


def bearers(profile: Profile, role: Role) -> tuple[Bearer, ...]:
    """Return who may carry a role, in the order asked. Empty: nobody, the role is not known."""
    return _rule(profile, role).effective


def may_carry(
    profile: Profile, role: Role, *, duties: Collection[str], kind: str | None, tier: str | None
) -> Carrying:
    """Say whether an organisation may carry a role, and with which scope.

    Args:
        profile: The regulation in force.
        role: The role that a person is to hold for the organisation.
        duties: What the organisation is for the system that day, by key of `Duty`.
        kind: Kind of the organisation, None for a person of no organisation.
        tier: Tier of the organisation, None for a person of no organisation.

    Source: KH-3.1, KH-4, LC-3, LD-3.8, LD-3.10, LD-3.11, BD-4.1, BD-16.2a, HUE-1.2, HUE-3.4.
    """
    rule = _rule(profile, role)
    for bearer in rule.effective:
        if bearer.covers(duties, kind, tier):
            vi, en = bearer.note_vi, bearer.note_en
            if rule.is_silent:
                vi, en = f"{vi} ({NOT_REGULATED_VI})", f"{en} ({NOT_REGULATED_EN})"
            return Carrying(True, bearer.clause, vi, en, bearer.scope)
    vi, en = reasons(rule)
    return Carrying(
        False,
        rule.clause,
        f"Không thuộc đối tượng được giữ vai trò này. {vi}",
        f"Not among those who may carry this role. {en}",
        None,
    )


def who_does(profile: Profile, duty: str) -> Doers:
    """Say on whom a duty falls, by its name in the section `duties` (`tells_power`).

    Raises DutyUnknown when the section has no such line.
    """
    if duty not in rules(Duties):
        raise DutyUnknown(f"no duty {duty!r}; known: {', '.join(rules(Duties))}")
    value: Value[tuple[Party, ...]] = getattr(profile.duties, duty)
    return Doers(value.effective, value.clause, value.also, *reasons(value))


def _rule(profile: Profile, role: Role) -> Value[tuple[Bearer, ...]]:
    rule: Value[tuple[Bearer, ...]] = getattr(profile.roles, role)
    return rule
