"""What the provincial regulations say, as data.

One profile per version of a regulation; the clause stands beside each value, and silence is a
value. Standard library only, no clock: callers pass the day.
"""

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
from diemcau.regulation.rights import (
    Controllers,
    Limit,
    Ruling,
    admission_is_manual,
    floor_limit,
    may_host,
    only_listed_may_join,
    site_limit,
    who_controls,
)
from diemcau.regulation.validator import Problem, ProfileInvalid
from diemcau.regulation.values import NOT_REGULATED_EN, NOT_REGULATED_VI, SILENT, Silent, Value

__all__ = [
    "NOT_REGULATED_EN",
    "NOT_REGULATED_VI",
    "PROFILES",
    "SILENT",
    "Admitter",
    "Controller",
    "Controllers",
    "Delegation",
    "Dialling",
    "HostRule",
    "HostSite",
    "IdentityPart",
    "Limit",
    "MicrophoneRule",
    "OrganisationKind",
    "Problem",
    "Profile",
    "ProfileInvalid",
    "ProfileNotFound",
    "Regulation",
    "Ruling",
    "Silent",
    "SiteKind",
    "SpeakStep",
    "Tier",
    "TimeLimit",
    "Value",
    "admission_is_manual",
    "clause_label",
    "floor_limit",
    "load_profile",
    "load_profile_file",
    "load_profiles",
    "may_host",
    "only_listed_may_join",
    "site_limit",
    "who_controls",
]
