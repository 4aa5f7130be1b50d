"""What an organisation is for the system, and whom a duty falls on.

The regulations name bodies by what they do; departments are merged and renamed. So a profile says
`dic`, and directory data says which organisation that is, from which day to which.
"""

from enum import StrEnum


class Duty(StrEnum):
    """What an organisation is for the system. Held in directory data, with dates.

    `DIC` is the department that manages information and communications, whatever its name today.
    `CONTROL_CENTRE` is the body that houses the control centre. `OPERATOR` is the technical
    operator. `SERVICE_COMPANY` runs the system, or lets it, under contract.
    """

    PPC = "ppc"
    PPC_OFFICE = "ppc_office"
    PARTY_COMMITTEE_OFFICE = "party_committee_office"
    COUNCIL_OFFICE = "council_office"
    DIC = "dic"
    CONTROL_CENTRE = "control_centre"
    NETWORK_MANAGER = "network_manager"
    OPERATOR = "operator"
    SERVICE_COMPANY = "service_company"
    TELECOM_PARTNER = "telecom_partner"
    POWER_PARTNER = "power_partner"
    POLICE = "police"
    FINANCE = "finance"


class Party(StrEnum):
    """A body or a person that does something, or that a report goes to.

    Those that are a `Duty` too carry the same name. The others follow from the conference
    (`HOST_AGENCY`), from the kind of organisation (`DEPARTMENT`, `DISTRICT_COMMITTEE`), from having
    a site (`SITE_AGENCY`), from an invitation (`INVITEE`) or from the role of a person.
    """

    PPC = "ppc"
    PPC_OFFICE = "ppc_office"
    PARTY_COMMITTEE_OFFICE = "party_committee_office"
    COUNCIL_OFFICE = "council_office"
    DIC = "dic"
    CONTROL_CENTRE = "control_centre"
    NETWORK_MANAGER = "network_manager"
    OPERATOR = "operator"
    SERVICE_COMPANY = "service_company"
    TELECOM_PARTNER = "telecom_partner"
    POWER_PARTNER = "power_partner"
    POLICE = "police"
    FINANCE = "finance"
    HOST_AGENCY = "host_agency"
    DEPARTMENT = "department"
    DISTRICT_COMMITTEE = "district_committee"
    SITE_AGENCY = "site_agency"
    INVITEE = "invitee"
    PPC_CHAIR = "ppc_chair"
    DIC_LEADER = "dic_leader"
    CHAIR = "chair"
    CONTROL_OPERATOR = "control_operator"
    HOST_SITE_OPERATOR = "host_site_operator"
    SITE_OPERATOR = "site_operator"
    SITE_LEADER = "site_leader"
