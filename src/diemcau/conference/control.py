"""Control of a conference passes to a site and back: always by the control centre."""

from datetime import datetime
from uuid import UUID

from diemcau.audit.actor import Actor
from diemcau.audit.refusal import Refusal
from diemcau.protocol.word import ConferenceState
from diemcau.regulation import Controller, Delegation, Profile, Ruling, may_be_granted_control
from diemcau.regulation import who_controls as controllers

from .models import Conference, ControlGrant
from .policy import Act
from .queries import profile_of
from .services import acting, require_site
from .workflow import require_open


def may_receive(profile: Profile, *, tier: str, is_host: bool) -> Ruling:
    """Say whether a site may be given control of a conference: pure.

    Args:
        profile: the regulation under which the conference was registered.
        tier: tier of the site's organisation.
        is_host: whether it is the host site of this conference.

    Source: LD-5.6, LD-10.1 (province and district, never commune), BD-3.5 (the main site), KH-2.1.
    """
    ruling = may_be_granted_control(profile, tier)
    control = profile.control.delegation
    if ruling.allowed and control.effective is Delegation.HOST_SITE and not is_host:
        return Ruling(False, control.clause, control.note_vi, control.note_en)
    return ruling


def _host_controls_by_rule(conference: Conference) -> bool:
    who = controllers(profile_of(conference), conference.host_body.tier)
    return who.layout is Controller.HOST_SITE_OPERATOR


def grant_control(
    *, conference_id: int, site: str, actor: Actor, now: datetime, command_id: UUID | None = None
) -> None:
    """Put this conference into the hands of a site, beside the control centre's.

    It counts until it is withdrawn, and lapses when the conference is closed.

    Source: LD-5.6, LD-10.1, LD-10.2, BD-3.5.
    Raises Refusal: not permitted, not in the conference, or a site that may not have control.
    """
    with acting(
        conference_id,
        actor,
        Act.GRANT_CONTROL,
        "control.granted",
        now=now,
        site=site,
        command_id=command_id,
    ) as (conference, entry):
        require_open(ConferenceState(conference.state))
        found = require_site(conference, site).site
        is_host = found.pk == conference.host_site_id
        if is_host and conference.host_held_back and _host_controls_by_rule(conference):
            conference.host_held_back = False
            return
        held = ControlGrant.objects.filter(conference=conference, site=found, ended_at=None)
        if (is_host and _host_controls_by_rule(conference)) or held.exists():
            raise Refusal(
                "has_control",
                f"{found.name} đang có quyền điều khiển.",
                f"{found.name} has control already.",
            )
        profile = profile_of(conference)
        ruling = may_receive(profile, tier=found.organisation.tier, is_host=is_host)
        clause = profile.clause_label(ruling.clause) if ruling.clause else ""
        if not ruling.allowed:
            raise Refusal(
                "control_not_for_site",
                f"Không giao được quyền điều khiển cho {found.name}. {ruling.reason_vi}",
                f"Control cannot be given to {found.name}. {ruling.reason_en}",
                clause,
            )
        ControlGrant.objects.create(
            conference=conference, site=found, given_at=now, given_by=actor.name, clause=clause
        )
        entry.about(after={"site": site, "clause": clause})


def withdraw_control(
    *, conference_id: int, site: str, actor: Actor, now: datetime, command_id: UUID | None = None
) -> None:
    """Take control of this conference back from a site, the host site included.

    Source: LD-13.3c (the technician of the control centre steps in).
    """
    with acting(
        conference_id,
        actor,
        Act.WITHDRAW_CONTROL,
        "control.withdrawn",
        now=now,
        site=site,
        command_id=command_id,
    ) as (conference, _):
        found = require_site(conference, site).site
        ended = ControlGrant.objects.filter(
            conference=conference, site=found, ended_at__isnull=True
        ).update(ended_at=now)
        is_host = found.pk == conference.host_site_id
        by_rule = is_host and _host_controls_by_rule(conference) and not conference.host_held_back
        if by_rule:
            conference.host_held_back = True
        elif not ended:
            raise Refusal(
                "has_no_control",
                f"{found.name} không có quyền điều khiển.",
                f"{found.name} has no control.",
            )
