"""Guests: one person, invited to one conference by a link that is good for nothing else."""

import secrets
from datetime import datetime, timedelta

from django.db.models import Max, QuerySet

from diemcau.accounts.models import LinkPurpose, RoleHolding, SignInLink, User
from diemcau.accounts.services import IssuedLink, make_link, still
from diemcau.audit.actor import Actor, Role, Scope
from diemcau.audit.refusal import Refusal
from diemcau.audit.services import transaction
from diemcau.directory.models import Site, Technician
from diemcau.protocol.word import ConferenceState
from diemcau.regulation import Profile, Ruling, SiteKind

from .models import Conference, RosterEntry
from .nudge import nudge
from .policy import Act
from .queries import profile_of
from .services import authorise
from .workflow import SeatState

AFTERWARDS = timedelta(hours=24)
"""For how long after the planned opening a guest's link and role can be used."""


def may_be_person(profile: Profile) -> Ruling:
    """Say whether one person may take part as a site of its own: pure.

    Refused only where the regulation says what a site is and names no person. Source: HUE-3.2,
    HUE-1.2, LD-3.5, BD-3.7.
    """
    kinds = profile.topology.site_kinds
    allowed = kinds.is_silent or SiteKind.PERSON in kinds.effective
    return Ruling(allowed, kinds.clause, kinds.note_vi, kinds.note_en)


def invite_guest(
    *, conference_id: int, name: str, unit: str, phone: str, actor: Actor, now: datetime
) -> IssuedLink:
    """Put one person on the roster and make the link by which that person signs in, once.

    Args:
        conference_id: the conference, not closed.
        name: the guest's name, which everybody sees.
        unit: the guest's organisation.
        phone: where the desk reaches the guest; may be empty.
        actor: who invites.
        now: time of the invitation.

    Raises Refusal: not permitted, closed, or a regulation that knows rooms only (with its clause).
    Source: HUE-1.2, HUE-3.2, HUE-5.3a.
    """
    with transaction(
        actor, "guest.invited", now=now, conference_id=conference_id, object=name[:120]
    ) as entry:
        conference = Conference.objects.claim(conference_id)
        authorise(conference, still(actor, now=now), Act.INVITE_GUEST)
        if conference.state == ConferenceState.CLOSED:
            raise Refusal(
                "conference_closed",
                "Hội nghị đã bế mạc. Chọn hội nghị khác.",
                "The conference is closed. Choose another one.",
            )
        profile = profile_of(conference)
        ruling = may_be_person(profile)
        if not ruling.allowed:
            raise Refusal(
                "no_persons",
                f"Không mời được khách dự riêng. {ruling.reason_vi}",
                f"A person cannot take part alone. {ruling.reason_en}",
                profile.clause_label(ruling.clause) if ruling.clause else "",
            )
        highest = Site.objects.aggregate(highest=Max("number"))["highest"] or 0
        key = f"khach-{secrets.token_hex(5)}"
        site = Site.objects.create(
            key=key,
            number=highest + 1,
            name=name,
            short_name=name[:80],
            area="Khách mời",
            organisation=conference.host_body,
            kind="person",
            access="internet",
        )
        Technician.objects.create(site=site, name=name[:120], phone=phone)
        RosterEntry.objects.create(conference=conference, site=site)
        user = User(username=key, display_name=name[:120])
        user.set_unusable_password()
        user.save()
        end = max(conference.opening_at, now) + AFTERWARDS
        RoleHolding.objects.create(
            user=user,
            role=Role.PARTICIPANT,
            scope=Scope.CONFERENCE,
            organisation=conference.host_body,
            site=site,
            valid_from=now,
            valid_to=end,
            reason=unit[:300],
            given_by=actor.name,
        )
        made = make_link(user, LinkPurpose.GUEST, by=actor, now=now, expires_at=end)
        conference.touch()
        entry.about(after={"site": key, "unit": unit, "expires_at": end.isoformat()})
        nudge(conference_id)
    return made


def withdraw_guest(*, conference_id: int, site: str, actor: Actor, now: datetime) -> None:
    """Take an invitation back: the link is void, the role ends, and the person is put out.

    The place itself falls in the next sweep, with the role.
    """
    with transaction(
        actor, "guest.withdrawn", now=now, conference_id=conference_id, object=site
    ) as entry:
        conference = Conference.objects.claim(conference_id)
        authorise(conference, still(actor, now=now), Act.INVITE_GUEST)
        found = guests(conference).filter(site__key=site).select_related("site").first()
        if found is None:
            raise Refusal("no_guest", "Không có khách này.", "There is no such guest.")
        holdings = RoleHolding.objects.in_force(now).filter(site=found.site)
        SignInLink.objects.filter(
            user__in=holdings.values("user"), consumed_at=None, withdrawn_at=None
        ).update(withdrawn_at=now)
        holdings.update(valid_to=now)
        found.barred, found.bar_reason = True, "Thu hồi lời mời"
        found.save()
        found.seats.filter(state__in=[SeatState.ACTIVE, SeatState.WAITING]).update(
            state=SeatState.REMOVED, state_at=now, connected=False
        )
        conference.touch()
        entry.about(object=found.site.name[:120])
        nudge(conference_id)


def guests(conference: Conference) -> QuerySet[RosterEntry]:
    """Return the roster entries of guests, by number."""
    return RosterEntry.objects.filter(
        conference=conference, site__kind="person", site__key__startswith="khach-"
    ).order_by("site__number")
