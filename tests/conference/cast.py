"""The cast: Hoa operates the control desk, Lan the host site, Minh and Mai member sites.

Quân looks after a site that nobody invited. The sites have names as in Lâm Đồng.
"""

import threading
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from django.db import connection

from diemcau.accounts.models import User
from diemcau.accounts.services import actor_of, user_for
from diemcau.audit.actor import Actor, Role
from diemcau.audit.models import Event
from diemcau.conference import commands, joining, services
from diemcau.conference.joining import Device
from diemcau.conference.models import Conference, RosterEntry, Seat
from diemcau.directory.models import ControlCentre, Organisation, Site, Technician
from diemcau.protocol.base import Message
from diemcau.protocol.commands import CommandRequest, CommandResult
from diemcau.protocol.joining import JoinAnswer, JoinRequest

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=timezone(timedelta(hours=7)))
PHONE = "0900 123 456"
"""Of every site's technician."""

CENTRE_PHONE = "0900 000 113"
"""Of the control centre, which any site may call."""

LAN_SITE, MINH_SITE, MAI_SITE, QUAN_SITE = (
    "ubnd-tinh",
    "xa-da-teh",
    "phuong-xuan-huong-da-lat",
    "cong-ty-ngoai",
)
NAMES = {
    LAN_SITE: "UBND tỉnh",
    MINH_SITE: "Xã Đạ Tẻh",
    MAI_SITE: "Phường Xuân Hương – Đà Lạt",
    "xa-don-duong": "Xã Đơn Dương",
}


def minutes(count: float) -> datetime:
    """The time so many minutes after NOW."""
    return NOW + timedelta(minutes=count)


@dataclass
class Cast:
    """The people, each as an actor, and the sites that are invited."""

    hoa: Actor
    lan: Actor
    minh: Actor
    mai: Actor
    quan: Actor
    users: dict[str, User]
    sites: tuple[str, ...]

    def of(self, name: str) -> Actor:
        return {
            "Hoa": self.hoa,
            "Lan": self.lan,
            "Minh": self.minh,
            "Mai": self.mai,
            "Quân": self.quan,
        }[name]


def make_sites(count: int) -> tuple[str, ...]:
    """Make ``count`` sites that may be invited, and Quân's; return the keys of the first."""
    names = dict(NAMES)
    for number in range(len(names) + 1, count + 1):
        names[f"xa-so-{number}"] = f"Xã số {number}"
    invited = dict(list(names.items())[:count])
    everyone = {**invited, QUAN_SITE: "Công ty ngoài cuộc"}
    Organisation.objects.bulk_create(
        Organisation(
            key=key,
            name=f"UBND {name}",
            short_name=name[:80],
            kind="people_committee" if key != QUAN_SITE else "department",
            tier="province" if key == LAN_SITE else "commune",
        )
        for key, name in everyone.items()
    )
    bodies = {o.key: o for o in Organisation.objects.filter(key__in=everyone)}
    sites = Site.objects.bulk_create(
        Site(
            key=key,
            number=number,
            name=name,
            short_name=name[:80],
            organisation=bodies[key],
            is_host_default=key == LAN_SITE,
        )
        for number, (key, name) in enumerate(everyone.items(), start=1)
    )
    Technician.objects.bulk_create(
        Technician(site=site, name=f"Kỹ thuật {site.number}", phone=PHONE) for site in sites
    )
    ControlCentre.objects.create(
        pk=1,
        name="Trung tâm điều khiển",
        organisation=bodies[LAN_SITE],
        technician="Hoa",
        phone=CENTRE_PHONE,
    )
    return tuple(invited)


def make_cast(count: int = 9) -> Cast:
    """Make the sites and the people."""
    invited = make_sites(count)
    roles = {
        "Hoa": (Role.CONTROL_OPERATOR, None),
        "Lan": (Role.HOST_SITE_OPERATOR, LAN_SITE),
        "Minh": (Role.SITE_OPERATOR, MINH_SITE),
        "Mai": (Role.SITE_OPERATOR, MAI_SITE),
        "Quân": (Role.SITE_OPERATOR, QUAN_SITE),
    }
    users = {}
    for name, (role, key) in roles.items():
        site = Site.objects.get(key=key) if key else None
        user = users[name] = user_for(role, site, now=NOW)
        user.display_name = name
        user.save()
    actors = {name: actor_of(user, now=NOW, address="127.0.0.1") for name, user in users.items()}
    return Cast(*(actors[name] for name in roles), users=users, sites=invited)


def book(cast: Cast, *, province: str = "lam-dong", **changes: Any) -> Conference:
    """Book the conference of most tests."""
    given: dict[str, Any] = {
        "title": "Họp giao ban tháng 11",
        "host_site": LAN_SITE,
        "sites": cast.sites,
        "connect_at": NOW,
        "opening_at": minutes(30),
        "province": province,
        "actor": cast.hoa,
        "now": NOW,
    }
    return services.schedule(**(given | changes))


def device(site: str, which: str = "A", **more: Any) -> Device:
    """A device at a site."""
    return Device(hash=f"{site}/{which}", label=f"Chrome · máy {which}", **more)


def ask(
    conference: Conference,
    actor: Actor,
    which: str = "A",
    *,
    now: datetime = NOW,
    told_at: datetime | None = None,
    link_issued_at: datetime | None = None,
    **wishes: Any,
) -> JoinAnswer:
    """Let the actor's device ask for its site's place."""
    wishes = {"person": actor.name, "unit": f"Đơn vị của {actor.name}"} | wishes
    return joining.join(
        conference_id=conference.pk,
        actor=actor,
        device=device(actor.site or "", which, told_at=told_at, link_issued_at=link_issued_at),
        request=JoinRequest(**wishes),
        now=now,
    )


def seat_all(conference: Conference, sites: Iterable[str], codes: str = "seat") -> None:
    """Give every site its place, without the way through the door; ``codes`` begins each code."""
    entries = {
        e.site.key: e
        for e in RosterEntry.objects.filter(conference=conference).select_related("site")
    }
    Seat.objects.bulk_create(
        Seat(
            entry=entries[key],
            code=f"{codes}{entries[key].site.number}",
            device=f"{key}/A",
            device_label="Chrome · máy A",
            person=f"Người {key}",
            unit=f"Đơn vị {key}",
            state="active",
            state_at=NOW,
        )
        for key in sites
    )


def opened(cast: Cast, *, seats: str = "seat", **changes: Any) -> Conference:
    """A conference that is live, every site of it in its place."""
    conference = book(cast, **changes)
    services.start_joining(conference_id=conference.pk, actor=cast.hoa, now=NOW)
    seat_all(conference, cast.sites, seats)
    services.declare_open(conference_id=conference.pk, actor=cast.hoa, now=NOW)
    return fresh(conference)


def fresh(conference: Conference) -> Conference:
    """The conference as the database has it now."""
    return Conference.objects.select_related("host_site", "host_body").get(pk=conference.pk)


def order(
    conference: Conference,
    actor: Actor,
    command: Message,
    *,
    now: datetime = NOW,
    id: uuid.UUID | None = None,
) -> CommandResult:
    """Send a command as the API does."""
    return commands.execute(
        conference_id=conference.pk,
        request=CommandRequest(id=id or uuid.uuid4(), command=command),
        actor=actor,
        now=now,
    )


def last_event() -> Event:
    """The newest event of the audit table."""
    return Event.objects.latest("id")


def of_the_province(site: str) -> None:
    """Let a site belong to an organisation of the province, which may be given control."""
    Organisation.objects.filter(sites__key=site).update(tier="province")


def at_the_same_time(*works: Callable[[], object]) -> list[object]:
    """Do all at once, each in a thread with a connection of its own; return what each gave."""
    gate = threading.Barrier(len(works))
    found: list[object] = [None] * len(works)

    def run(index: int) -> None:
        try:
            gate.wait(10)
            found[index] = works[index]()
        except BaseException as error:
            found[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return found
