"""What the provincial regulations say, as data.

One profile per version of a regulation; the clause stands beside each value, and silence is a
value. Standard library only, no clock: callers pass the day.
"""

from diemcau.regulation.duties import Duty, Party
from diemcau.regulation.loader import (
    PROFILES,
    ProfileNotFound,
    clause_label,
    load_profile,
    load_profile_file,
    load_profiles,
)
from diemcau.regulation.model import (
    Admitter,
    Bearer,
    Controller,
    Delegation,
    Dialling,
    HostRule,
    HostSite,
    IdentityPart,
    MicrophoneRule,
    OrganisationKind,
    Profile,
    Regulation,
    SiteKind,
    SpeakStep,
    Tier,
    TimeLimit,
)
from diemcau.regulation.responsibility import (
    Carrying,
    Doers,
    DutyUnknown,
    bearers,
    may_carry,
    who_does,
)
from diemcau.regulation.rights import (
    Controllers,
    Limit,
    Ruling,
    admission_is_manual,
    floor_limit,
    may_be_granted_control,
    may_host,
    only_listed_may_join,
    site_limit,
    who_controls,
)
from diemcau.regulation.roles import Role, Scope
from diemcau.regulation.validator import Problem, ProfileInvalid
from diemcau.regulation.values import NOT_REGULATED_EN, NOT_REGULATED_VI, SILENT, Silent, Value

__all__ = [
    "NOT_REGULATED_EN",
    "NOT_REGULATED_VI",
    "PROFILES",
    "SILENT",
    "Admitter",
    "Bearer",
    "Carrying",
    "Controller",
    "Controllers",
    "Delegation",
    "Dialling",
    "Doers",
    "Duty",
    "DutyUnknown",
    "HostRule",
    "HostSite",
    "IdentityPart",
    "Limit",
    "MicrophoneRule",
    "OrganisationKind",
    "Party",
    "Problem",
    "Profile",
    "ProfileInvalid",
    "ProfileNotFound",
    "Regulation",
    "Role",
    "Ruling",
    "Scope",
    "Silent",
    "SiteKind",
    "SpeakStep",
    "Tier",
    "TimeLimit",
    "Value",
    "admission_is_manual",
    "bearers",
    "clause_label",
    "floor_limit",
    "load_profile",
    "load_profile_file",
    "load_profiles",
    "may_be_granted_control",
    "may_carry",
    "may_host",
    "only_listed_may_join",
    "site_limit",
    "who_controls",
    "who_does",
]
