"""What a profile holds. Every rule names its kind once, here; loader and validator follow it.

A profile is one version of one province's regulation. A conference keeps the version under which
it was registered.
"""

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, get_args

from diemcau.regulation import clauses
from diemcau.regulation.duties import Duty, Party
from diemcau.regulation.roles import Scope
from diemcau.regulation.values import NOT_REGULATED_VI, Value

ANY_KIND = "any"


class Tier(StrEnum):
    """Level of an organisation. Rules name tiers by key: which exist today is directory data."""

    CENTRAL = "central"
    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"


class OrganisationKind(StrEnum):
    """What an organisation is, as far as a rule may ask."""

    CENTRAL_BODY = "central_body"
    PARTY_COMMITTEE = "party_committee"
    PARTY_BODY = "party_body"
    PEOPLE_COUNCIL = "people_council"
    NATIONAL_ASSEMBLY_DELEGATION = "national_assembly_delegation"
    PEOPLE_COMMITTEE = "people_committee"
    PEOPLE_COMMITTEE_LEADER = "people_committee_leader"
    OFFICE = "office"
    DEPARTMENT = "department"
    DEPARTMENT_UNIT = "department_unit"
    POLITICAL_SOCIAL = "political_social"
    MASS_ORGANISATION = "mass_organisation"
    PUBLIC_SERVICE_UNIT = "public_service_unit"
    COMPANY = "company"


class Controller(StrEnum):
    """Who has the desk in hand."""

    CONTROL_OPERATOR = "control_operator"
    HOST_SITE_OPERATOR = "host_site_operator"
    NOBODY = "nobody"


class Delegation(StrEnum):
    """How control of a conference may pass to a site."""

    NONE = "none"
    GRANTED = "granted"
    HOST_SITE = "host_site"


class MicrophoneRule(StrEnum):
    """When a member site's microphone may be open."""

    HOST_REQUEST = "host_request"
    WHEN_CALLED = "when_called"
    CHAIR_PERMISSION = "chair_permission"


class Dialling(StrEnum):
    """May a member site call another site."""

    CONTROL_REQUEST = "control_request"
    FREE = "free"


class Admitter(StrEnum):
    """Who lets a site in that is not listed."""

    CONTROL_OPERATOR = "control_operator"
    HOST_SITE = "host_site"
    CHAIR = "chair"


class SpeakStep(StrEnum):
    """A station on the way of a request to speak."""

    LOCAL_CHAIR = "local_chair"
    MEMBER_SITE = "member_site"
    SITE_OPERATOR = "site_operator"
    HOST_SITE_OPERATOR = "host_site_operator"
    CONTROL_OPERATOR = "control_operator"
    SUBJECT_SPECIALIST = "subject_specialist"
    CHAIR = "chair"
    PARTICIPANT = "participant"


class TimeLimit(StrEnum):
    """Who limits a speech in time."""

    NONE = "none"
    CHAIR = "chair"


class IdentityPart(StrEnum):
    """What a participant must show."""

    SITE = "site"
    PERSON = "person"
    UNIT = "unit"


class SiteKind(StrEnum):
    """What a site is: an equipped room or one person."""

    ROOM = "room"
    PERSON = "person"


class HostSite(StrEnum):
    """Which site a conference is run from."""

    CENTRAL = "central"
    BY_HOST = "by_host"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class OneOf:
    """One member of an enumeration."""

    choices: type[StrEnum]


@dataclass(frozen=True, slots=True)
class SomeOf:
    """At least one member of an enumeration, in order, none twice."""

    choices: type[StrEnum]


@dataclass(frozen=True, slots=True)
class Count:
    """A whole number from `least` to `most`."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Flag:
    """Yes or no."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text for people."""


@dataclass(frozen=True, slots=True)
class HostRules:
    """A list of tables with kinds, tiers, clause and notes."""


@dataclass(frozen=True, slots=True)
class Bearers:
    """A list of tables with duties, kinds and tiers, scope, clause and notes.

    A default may be empty, and its entries have no clause.
    """


@dataclass(frozen=True, slots=True)
class Parties:
    """Members of `Party`, in order, none twice. A default may be empty."""


Kind = OneOf | SomeOf | Count | Flag | Sentence | HostRules | Bearers | Parties


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRule:
    """Organisations of these kinds and tiers may host. An empty `kinds` means every kind."""

    kinds: frozenset[OrganisationKind]
    tiers: frozenset[Tier]
    clause: str
    note_vi: str
    note_en: str

    def covers(self, kind: str, tier: str) -> bool:
        """Say whether an organisation of this kind and tier falls under the rule."""
        return tier in self.tiers and (not self.kinds or kind in self.kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """Organisations that carry a role, and how far the role reaches there.

    An organisation falls under it by one of its duties, or by kind and tier: an empty `kinds`
    beside tiers means every kind, an empty `tiers` that the rule names no kind. `individuals` lets
    in a person of no organisation. `clause` is None in the default of a silent rule.
    """

    duties: frozenset[Duty]
    kinds: frozenset[OrganisationKind]
    tiers: frozenset[Tier]
    individuals: bool
    scope: Scope
    clause: str | None
    note_vi: str
    note_en: str

    def covers(self, duties: Collection[str], kind: str | None, tier: str | None) -> bool:
        """Say whether an organisation falls under the rule; `kind` None is one person."""
        if kind is None or tier is None:
            return self.individuals
        if not self.duties.isdisjoint(duties):
            return True
        return tier in self.tiers and (not self.kinds or kind in self.kinds)


Bearing = Annotated[Value[tuple[Bearer, ...]], Bearers()]
Doing = Annotated[Value[tuple[Party, ...]], Parties()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosts:
    """Who may host. Rules are asked in order; the first that covers the organisation answers."""

    allowed: Annotated[Value[tuple[HostRule, ...]], HostRules()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """Who controls picture and sound, who stands above, and whether control may be passed on."""

    layout_by: Annotated[Value[Controller], OneOf(Controller)]
    escalation: Annotated[Value[Controller], OneOf(Controller)]
    delegation: Annotated[Value[Delegation], OneOf(Delegation)]
    delegation_tiers: Annotated[Value[tuple[Tier, ...]], SomeOf(Tier)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mic:
    """Microphones of member sites."""

    member_open: Annotated[Value[MicrophoneRule], OneOf(MicrophoneRule)]
    closed_on_join: Annotated[Value[bool], Flag()]
    self_toggle_with_floor: Annotated[Value[bool], Flag()]
    close_after_turn: Annotated[Value[bool], Flag()]
    mute_members_when_host_speaks: Annotated[Value[bool], Flag()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """Calls from member sites."""

    member: Annotated[Value[Dialling], OneOf(Dialling)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Who comes in: only listed sites, each by hand or by itself, and who may make an exception."""

    only_listed: Annotated[Value[bool], Flag()]
    manual: Annotated[Value[bool], Flag()]
    exception_by: Annotated[Value[Admitter], OneOf(Admitter)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Speak:
    """Requests to speak and the length of a speech."""

    path: Annotated[Value[tuple[SpeakStep, ...]], SomeOf(SpeakStep)]
    time_limit: Annotated[Value[TimeLimit], OneOf(TimeLimit)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """What a participant must show."""

    identity: Annotated[Value[tuple[IdentityPart, ...]], SomeOf(IdentityPart)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Topology:
    """The places of the system. `expected_sites` is 0 where no number is fixed."""

    control_centre: Annotated[Value[str], Sentence()]
    host_site: Annotated[Value[HostSite], OneOf(HostSite)]
    tiers: Annotated[Value[tuple[Tier, ...]], SomeOf(Tier)]
    expected_sites: Annotated[Value[int], Count(0, 10_000)]
    site_kinds: Annotated[Value[tuple[SiteKind, ...]], SomeOf(SiteKind)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """The floor: how many member sites may hold it at one time."""

    max_holders: Annotated[Value[int], Count(1, 16)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conference:
    """The size of a conference, in sites connected at one time."""

    max_sites: Annotated[Value[int], Count(2, 10_000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """Which organisation may carry which role, one rule for each member of `roles.Role`.

    Bearers are asked in order; the first that covers the organisation answers, so the widest scope
    stands first. An empty default means that the province does not know the role.
    """

    system_admin: Bearing
    scheduler: Bearing
    approver: Bearing
    host_registrar: Bearing
    host_head: Bearing
    chair: Bearing
    local_chair: Bearing
    subject_specialist: Bearing
    control_operator: Bearing
    host_site_operator: Bearing
    site_operator: Bearing
    site_leader: Bearing
    network_manager: Bearing
    telecom_partner: Bearing
    power_partner: Bearing
    service_provider: Bearing
    police_reviewer: Bearing
    finance_reviewer: Bearing
    quota_authority: Bearing
    auditor: Bearing
    participant: Bearing


@dataclass(frozen=True, slots=True, kw_only=True)
class Duties:
    """Who does what, each an ordered list: who does it first or leads it stands first.

    In a list of reports the last receives. Who may host and who controls picture and sound have
    sections of their own. `notifies_for_top_bodies` and `acts_for_central_host` name who notifies
    in place of a registration, and who stands in for a host of the Central level.
    """

    owner: Doing
    system_manager: Doing
    control_centre: Doing
    convenes: Doing
    notifies_for_top_bodies: Doing
    acts_for_central_host: Doing
    registers: Doing
    registers_with: Doing
    registers_attendance: Doing
    answers: Doing
    agrees_room_time: Doing
    tells_members: Doing
    tells_telecom: Doing
    tells_power: Doing
    tells_technicians: Doing
    sends_specialist: Doing
    agrees_recording: Doing
    keeps_recordings: Doing
    session_log: Doing
    appoints_staff: Doing
    keeps_contact_list: Doing
    trains: Doing
    inspects_security: Doing
    advises_finance: Doing
    purchases: Doing
    power_duty: Doing
    telecom_duty: Doing
    reports_oversight: Doing
    problems_go_to: Doing


@dataclass(frozen=True, slots=True, kw_only=True)
class Regulation:
    """Which text the profile carries. `number` and the dates are None where they are unknown."""

    key: str
    code: str
    label: str
    version: int
    number: str | None
    name: str
    name_en: str
    system_name: str
    system_name_en: str
    signed_on: date | None
    effective_from: date | None
    replaces: str | None
    source: str

    def in_force(self, on: date) -> bool:
        """Say whether the text had begun to apply on that day. An unknown start counts as past."""
        return self.effective_from is None or self.effective_from <= on


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One version of one province's regulation as data."""

    regulation: Regulation
    hosts: Hosts
    control: Control
    mic: Mic
    dial: Dial
    admission: Admission
    speak: Speak
    participant: Participant
    topology: Topology
    floor: Floor
    conference: Conference
    roles: Roles
    duties: Duties

    @property
    def key(self) -> str:
        """Key of the province, `lam-dong`."""
        return self.regulation.key

    @property
    def version_key(self) -> str:
        """What a conference keeps: province and version, `lam-dong@1`."""
        return f"{self.regulation.key}@{self.regulation.version}"

    def clause_label(self, clause: str) -> str:
        """Print a clause of this regulation, `LĐ 12.2a`."""
        return clauses.printed(clause, self.regulation.label)

    def basis(self, value: Value[Any]) -> str:
        """Print where a value comes from: its clause, or that the regulation is silent."""
        return NOT_REGULATED_VI if value.clause is None else self.clause_label(value.clause)


def sections() -> dict[str, type[Any]]:
    """Return the sections that a profile file must have beside `regulation`, by name."""
    found: dict[str, type[Any]] = {}
    for field in dataclasses.fields(Profile):
        if field.name != "regulation":
            assert isinstance(field.type, type)
            found[field.name] = field.type
    return found


def rules(section: type[Any]) -> dict[str, Kind]:
    """Return the rules of a section by name, each with the kind of its value."""
    return {field.name: get_args(field.type)[1] for field in dataclasses.fields(section)}
