"""What the regulation allows: pure questions to a profile, each answered with its clause."""

from dataclasses import dataclass
from typing import Any

from diemcau.regulation.model import Controller, Delegation, Profile, Tier
from diemcau.regulation.values import NOT_REGULATED_EN, NOT_REGULATED_VI, Value


@dataclass(frozen=True, slots=True)
class Ruling:
    """An answer with its reason. `clause` is None where the regulation is silent."""

    allowed: bool
    clause: str | None
    reason_vi: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class Limit:
    """A number with its source. `clause` is None where the regulation sets no such limit."""

    value: int
    clause: str | None
    reason_vi: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class Controllers:
    """Who runs a conference: `layout` has the desk, `above` may step in over it."""

    layout: Controller
    above: Controller
    clause: str | None
    reason_vi: str
    reason_en: str


def may_host(profile: Profile, organisation_kind: str, tier: str) -> Ruling:
    """Say whether an organisation of this kind and tier may host a conference.

    Source: KH-3.2, LC-5.2, LC-5.3, LC-5.4, LD-11.1, LD-11.2, BD-5.2, HUE-1.1a.
    """
    allowed = profile.hosts.allowed
    for rule in allowed.effective:
        if rule.covers(organisation_kind, tier):
            clause = None if allowed.is_silent else rule.clause
            return Ruling(True, clause, rule.note_vi, rule.note_en)
    return Ruling(
        False,
        allowed.clause,
        f"Không thuộc đối tượng được chủ trì. {allowed.note_vi}",
        f"Not among those who may host. {allowed.note_en}",
    )


def who_controls(profile: Profile, host_tier: str = Tier.PROVINCE) -> Controllers:
    """Say who has the desk when an organisation of `host_tier` hosts.

    Where control is granted to sites of certain tiers only, a conference hosted below them stays
    with the control operator. Source: KH-9.1a, LC-8.1a, LD-10.1, LD-13.3b, BD-11.2a, HUE-5.1c.
    """
    control = profile.control
    granted = control.delegation.effective is Delegation.GRANTED
    if granted and host_tier not in control.delegation_tiers.effective:
        return Controllers(
            Controller.CONTROL_OPERATOR,
            Controller.NOBODY,
            control.delegation_tiers.clause,
            *reasons(control.delegation_tiers),
        )
    return Controllers(
        control.layout_by.effective,
        control.escalation.effective,
        control.layout_by.clause,
        *reasons(control.layout_by),
    )


def may_be_granted_control(profile: Profile, tier: str) -> Ruling:
    """Say whether control of a conference may be given to a site of this tier.

    Where the host site controls its own conference, it has control for that conference whatever
    its tier. Source: KH-2.1, LD-5.6, LD-10.1, BD-3.5.
    """
    control = profile.control
    if control.delegation.effective is Delegation.GRANTED:
        allowed = tier in control.delegation_tiers.effective
        return Ruling(allowed, control.delegation_tiers.clause, *reasons(control.delegation_tiers))
    allowed = control.delegation.effective is Delegation.HOST_SITE
    return Ruling(allowed, control.delegation.clause, *reasons(control.delegation))


def floor_limit(profile: Profile) -> Limit:
    """Say how many member sites may hold the floor at one time."""
    return _limit(profile.floor.max_holders)


def site_limit(profile: Profile) -> Limit:
    """Say how many sites may be connected to one conference at one time."""
    return _limit(profile.conference.max_sites)


def admission_is_manual(profile: Profile) -> Ruling:
    """Say whether the desk must let in each site, even a listed one.

    Source: LC-7.2b, BD-3.5.
    """
    manual = profile.admission.manual
    return Ruling(manual.effective, manual.clause, *reasons(manual))


def only_listed_may_join(profile: Profile) -> Ruling:
    """Say whether a site that is not listed stays out until someone makes an exception.

    Source: LD-3.7, HUE-5.3a.
    """
    listed = profile.admission.only_listed
    return Ruling(listed.effective, listed.clause, *reasons(listed))


def _limit(value: Value[int]) -> Limit:
    return Limit(value.effective, value.clause, *reasons(value))


def reasons(value: Value[Any]) -> tuple[str, str]:
    """Return a value's notes, in Vietnamese and English, and say so where it is a default."""
    if not value.is_silent:
        return value.note_vi, value.note_en
    return f"{value.note_vi} ({NOT_REGULATED_VI})", f"{value.note_en} ({NOT_REGULATED_EN})"
