"""What a session still owes before it may go on. Pure: plain values in, needs out.

Source: TCVN 14423:2026 level 3 figures as reported (a second factor for administrators and for
all access from outside), KH-5.4, LC-4.4, BD-6.2, LD-5.3, LD-6.7. Every figure is a setting.
"""

import ipaddress
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Need(StrEnum):
    """What must be done first, in the order in which it is asked for."""

    STEP_UP = "step_up"
    SET_UP_FACTOR = "set_up_factor"
    CHANGE_PASSWORD = "change_password"
    ACKNOWLEDGE = "acknowledge"


@dataclass(frozen=True)
class Situation:
    """What is known of a session.

    Args:
        administrator: the person holds system_admin now.
        trusted: the address lies in a trusted network.
        has_factor: the account has an app or a key as second factor.
        factor_used: it was used in this session.
        by_link: signed in by a one-time link of the desk.
        password_set_on: day of the last change, None for an account without a password.
        password_strong: it would do without a second factor too.
        acknowledged: the rules of use in force were accepted.
        today: the day.
    """

    administrator: bool
    trusted: bool
    has_factor: bool
    factor_used: bool
    by_link: bool
    password_set_on: date | None
    password_strong: bool
    acknowledged: bool
    today: date


def needs(situation: Situation, *, admin_months: int) -> frozenset[Need]:
    """Return what the session owes.

    A one-time link on a trusted network owes nothing to an account without a second factor: a
    commune technician needs no app. Who has a factor must use it however they came in.

    Args:
        situation: of the session.
        admin_months: after how many months an administrator changes the password.
    """
    s = situation
    owed = set()
    if s.has_factor:
        if not s.factor_used:
            owed.add(Need.STEP_UP)
    elif s.administrator or not s.trusted:
        owed.add(Need.SET_UP_FACTOR)
    if s.password_set_on is not None and not s.by_link:
        due = months_after(s.password_set_on, admin_months)
        weak_alone = not (s.has_factor or s.password_strong or Need.SET_UP_FACTOR in owed)
        if weak_alone or (s.administrator and s.today >= due):
            owed.add(Need.CHANGE_PASSWORD)
    if not s.by_link and not s.acknowledged:
        owed.add(Need.ACKNOWLEDGE)
    return frozenset(owed)


def first(owed: Iterable[Need]) -> Need | None:
    """Return the need that is asked for first."""
    found = set(owed)
    return next((need for need in Need if need in found), None)


def months_after(day: date, months: int) -> date:
    """Return the same day so many months later, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def is_trusted(address: str, networks: Iterable[str]) -> bool:
    """Return whether an address lies in one of the networks (CIDR, IPv4 or IPv6).

    An IPv4 address inside an IPv6 one counts as the IPv4 address. What is no address is outside.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return any(found in ipaddress.ip_network(network) for network in networks)
