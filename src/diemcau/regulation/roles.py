"""The roles of the five regulations (who does what), by name."""

from enum import StrEnum


class Role(StrEnum):
    """A role that a person holds for an organisation or a site.

    Which organisation may carry which role is the profile's word.
    """

    SYSTEM_ADMIN = "system_admin"
    SCHEDULER = "scheduler"
    APPROVER = "approver"
    HOST_REGISTRAR = "host_registrar"
    HOST_HEAD = "host_head"
    CHAIR = "chair"
    LOCAL_CHAIR = "local_chair"
    SUBJECT_SPECIALIST = "subject_specialist"
    CONTROL_OPERATOR = "control_operator"
    HOST_SITE_OPERATOR = "host_site_operator"
    SITE_OPERATOR = "site_operator"
    SITE_LEADER = "site_leader"
    NETWORK_MANAGER = "network_manager"
    TELECOM_PARTNER = "telecom_partner"
    POWER_PARTNER = "power_partner"
    SERVICE_PROVIDER = "service_provider"
    POLICE_REVIEWER = "police_reviewer"
    FINANCE_REVIEWER = "finance_reviewer"
    QUOTA_AUTHORITY = "quota_authority"
    AUDITOR = "auditor"
    PARTICIPANT = "participant"


class Scope(StrEnum):
    """How far a role reaches.

    The whole installation; the organisation that carries it, with its sites; or the one conference
    that it is given for.
    """

    SYSTEM = "system"
    OWN = "own"
    CONFERENCE = "conference"
