"""One person for each role, and those at its edges: no role, ended, delegated, granted, foreign."""

from datetime import timedelta

from django.utils import timezone

from diemcau.accounts.models import RoleHolding, User
from diemcau.audit.actor import Role, Scope
from diemcau.conference.models import Conference, ControlGrant
from diemcau.directory.models import ControlCentre, Site
from tests.conference.cast import LAN_SITE, MAI_SITE, MINH_SITE, NOW, QUAN_SITE

NOBODY = "outsider"

AT = {
    Role.HOST_SITE_OPERATOR: LAN_SITE,
    Role.HOST_REGISTRAR: LAN_SITE,
    Role.HOST_HEAD: LAN_SITE,
    Role.CHAIR: LAN_SITE,
    Role.SUBJECT_SPECIALIST: LAN_SITE,
    Role.SITE_OPERATOR: MINH_SITE,
    Role.SITE_LEADER: MINH_SITE,
    Role.LOCAL_CHAIR: MINH_SITE,
    Role.PARTICIPANT: MAI_SITE,
}
"""Roles that are held at a site; the others are held for the whole installation."""

EDGES = ("no role", "ended operator", "deputy operator", "granted site", "foreign site")
COLUMNS = (NOBODY, *EDGES, *(role.value for role in Role))


def make(conference: Conference) -> dict[str, User]:
    """Make everybody of COLUMNS but the outsider."""
    centre = ControlCentre.objects.get().organisation
    people: dict[str, User] = {}

    def person(name: str) -> User:
        user = User(username=f"nguoi-{len(people) + 1}", display_name=name)
        user.set_unusable_password()
        user.save()
        people[name] = user
        return user

    def give(name: str, role: Role, site: str | None = None, **more: object) -> RoleHolding:
        found = Site.objects.select_related("organisation").get(key=site) if site else None
        return RoleHolding.objects.create(
            user=person(name),
            role=role,
            scope=Scope.OWN if found else Scope.SYSTEM,
            organisation=found.organisation if found else centre,
            site=found,
            valid_from=NOW - timedelta(days=30),
            **more,
        )

    held = {role: give(role.value, role, AT.get(role)) for role in Role}
    person("no role")
    ended = timezone.now() - timedelta(days=1)
    give("ended operator", Role.CONTROL_OPERATOR, valid_to=ended)
    give(
        "deputy operator",
        Role.CONTROL_OPERATOR,
        delegated_from=held[Role.CONTROL_OPERATOR],
        valid_to=timezone.now() + timedelta(days=1),
    )
    give("granted site", Role.SITE_OPERATOR, MAI_SITE)
    ControlGrant.objects.create(
        conference=conference, site=Site.objects.get(key=MAI_SITE), given_at=NOW, given_by="Hoa"
    )
    give("foreign site", Role.SITE_OPERATOR, QUAN_SITE)
    return people
