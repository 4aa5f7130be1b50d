"""Which organisation may carry which role, and who does what, as the five texts say."""

from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from diemcau.regulation import (
    Bearer,
    Delegation,
    Duty,
    DutyUnknown,
    OrganisationKind,
    Party,
    Profile,
    Role,
    Scope,
    Tier,
    bearers,
    load_profile,
    load_profile_file,
    load_profiles,
    may_be_granted_control,
    may_carry,
    who_does,
)
from diemcau.regulation.model import Duties, Roles, rules

KH, LC, LD, BD, HUE = "khanh-hoa", "lao-cai", "lam-dong", "binh-dinh", "hue"
PROVINCES = (KH, LC, LD, BD, HUE)
HERE = Path(__file__).parent
SILENT_VI, SILENT_EN = "quy chế không quy định", "not required by the regulation"


class Body(NamedTuple):
    """An organisation as the directory knows it on one day."""

    duties: frozenset[str]
    kind: str | None
    tier: str | None


def body(kind: str, tier: str, *duties: Duty) -> Body:
    return Body(frozenset(duties), kind, tier)


PPC = body("people_committee", "province", Duty.PPC)
OFFICE = body("office", "province", Duty.PPC_OFFICE)
DIC = body("department", "province", Duty.DIC)
CENTRE = body("department_unit", "province", Duty.CONTROL_CENTRE, Duty.OPERATOR)
COMPANY = body("company", "province", Duty.SERVICE_COMPANY)
DEPARTMENT = body("department", "province")
DISTRICT = body("people_committee", "district")
COMMUNE = body("people_committee", "commune")
PERSON = Body(frozenset(), None, None)
BODIES = (
    *(PPC, OFFICE, DIC, CENTRE, COMPANY, DEPARTMENT, DISTRICT, COMMUNE, PERSON),
    *(body("company", "province", duty) for duty in Duty),
    *(body(kind, tier) for kind in OrganisationKind for tier in Tier),
)


def profile(key: str) -> Profile:
    return load_profile(key, on=date(2026, 11, 22))


def scope_of(key: str, role: Role, of: Body) -> Scope | None:
    """How far the role reaches that the organisation may carry, None where it may not."""
    ruling = may_carry(profile(key), role, duties=of.duties, kind=of.kind, tier=of.tier)
    assert ruling.allowed is (ruling.scope is not None)
    return ruling.scope


def clause_of(key: str, role: Role, of: Body) -> str | None:
    return may_carry(profile(key), role, duties=of.duties, kind=of.kind, tier=of.tier).clause


# ---------------------------------------------------------------- the two tables


def bearer_line(bearer: Bearer) -> str:
    who = [*sorted(bearer.duties)]
    if bearer.tiers:
        kinds = ",".join(sorted(bearer.kinds)) or "any"
        who.append(f"{kinds} of {','.join(tier for tier in Tier if tier in bearer.tiers)}")
    if bearer.individuals:
        who.append("individuals")
    return f"{bearer.scope}: {' + '.join(who)}"


def role_lines(of: Profile) -> list[tuple[str, str]]:
    """One line for each bearer: role, then clause, scope and who."""
    lines = []
    for role in Role:
        found = bearers(of, role)
        lines += [(role, f"{one.clause or 'silent'} {bearer_line(one)}") for one in found]
        if not found:
            lines.append((role, "silent nobody"))
    return lines


def duty_lines(of: Profile) -> list[tuple[str, str]]:
    """One line for each duty: its name, then clause and parties in order."""
    found = [(duty, who_does(of, duty)) for duty in rules(Duties)]
    return [
        (duty, f"{doers.clause or 'silent'} {' > '.join(doers.parties) or 'nobody'}")
        for duty, doers in found
    ]


def expected(file: str, key: str) -> list[tuple[str, str]]:
    """Read one province's lines of a table: a heading for each subject, lines below it."""
    subject, code, lines = "", profile(key).regulation.code, []
    for line in (HERE / file).read_text(encoding="utf-8").splitlines():
        if not line.startswith((" ", "#")) and line:
            subject = line
        elif line.startswith(f"  {code} "):
            lines.append((subject, line.removeprefix(f"  {code} ").strip()))
    return lines


@pytest.mark.parametrize("key", PROVINCES)
def test_each_role_is_carried_by_whom_the_table_says(key: str) -> None:
    assert role_lines(profile(key)) == expected("who_carries.txt", key)


@pytest.mark.parametrize("key", PROVINCES)
def test_each_duty_falls_on_whom_the_table_says(key: str) -> None:
    assert duty_lines(profile(key)) == expected("who_does.txt", key)


# ---------------------------------------------------------------- rows of the regulations


@pytest.mark.requirement("KH-2.1a")
def test_in_khanh_hoa_only_the_office_controls_and_it_controls_the_entire_system() -> None:
    carriers = [of for of in BODIES if scope_of(KH, Role.CONTROL_OPERATOR, of)]
    assert all(Duty.PPC_OFFICE in of.duties for of in carriers) and carriers
    assert scope_of(KH, Role.CONTROL_OPERATOR, OFFICE) is Scope.SYSTEM
    assert not any(scope_of(KH, Role.HOST_SITE_OPERATOR, of) for of in BODIES)


@pytest.mark.requirement("KH-3.1")
@pytest.mark.requirement("KH-4")
def test_in_khanh_hoa_a_district_administers_its_own_site_and_no_more() -> None:
    assert scope_of(KH, Role.SYSTEM_ADMIN, OFFICE) is Scope.SYSTEM
    assert scope_of(KH, Role.SYSTEM_ADMIN, DISTRICT) is Scope.OWN
    assert clause_of(KH, Role.SYSTEM_ADMIN, DISTRICT) == "KH-4"
    for of in (DIC, DEPARTMENT, COMMUNE, COMPANY, PERSON):
        assert scope_of(KH, Role.SYSTEM_ADMIN, of) is None


@pytest.mark.requirement("LC-3")
@pytest.mark.requirement("LC-9.1")
def test_in_lao_cai_the_department_alone_administers_and_controls_everything() -> None:
    for role, clause in ((Role.SYSTEM_ADMIN, "LC-3"), (Role.CONTROL_OPERATOR, "LC-8.1")):
        assert scope_of(LC, role, DIC) is Scope.SYSTEM
        assert clause_of(LC, role, DIC) == clause
        for of in (OFFICE, DEPARTMENT, DISTRICT, COMPANY, PERSON):
            assert scope_of(LC, role, of) is None


@pytest.mark.requirement("LD-3.8-9")
@pytest.mark.requirement("LD-15.2a")
@pytest.mark.parametrize(
    "role", [Role.SYSTEM_ADMIN, Role.SCHEDULER, Role.APPROVER, Role.CONTROL_OPERATOR]
)
def test_in_lam_dong_department_centre_and_company_are_the_operator_together(role: Role) -> None:
    for of in (DIC, CENTRE, COMPANY):
        assert scope_of(LD, role, of) is Scope.SYSTEM
    for of in (OFFICE, DEPARTMENT, DISTRICT, PERSON):
        assert scope_of(LD, role, of) is None


@pytest.mark.requirement("LD-3.10")
def test_in_lam_dong_the_mcu_technician_is_of_the_department_or_of_the_company() -> None:
    assert clause_of(LD, Role.CONTROL_OPERATOR, DIC) == "LD-3.10"
    assert clause_of(LD, Role.CONTROL_OPERATOR, COMPANY) == "LD-3.10"


@pytest.mark.requirement("LD-3.11")
def test_in_lam_dong_a_site_operator_is_of_the_body_or_of_the_company() -> None:
    for of in (DEPARTMENT, DISTRICT, COMMUNE):
        assert scope_of(LD, Role.SITE_OPERATOR, of) is Scope.OWN
    assert scope_of(LD, Role.SITE_OPERATOR, COMPANY) is Scope.CONFERENCE
    assert scope_of(LD, Role.HOST_SITE_OPERATOR, COMPANY) is Scope.CONFERENCE
    assert scope_of(LD, Role.HOST_SITE_OPERATOR, DISTRICT) is Scope.CONFERENCE


@pytest.mark.requirement("LD-5.1")
@pytest.mark.requirement("LD-15.1")
def test_in_lam_dong_the_system_is_managed_centrally_and_the_department_leads() -> None:
    assert {one.scope for one in bearers(profile(LD), Role.SYSTEM_ADMIN)} == {Scope.SYSTEM}
    assert clause_of(LD, Role.SYSTEM_ADMIN, DIC) == "LD-15.1"
    owner, manager = who_does(profile(LD), "owner"), who_does(profile(LD), "system_manager")
    assert (owner.parties, owner.clause) == ((Party.PPC,), "LD-5.1")
    assert manager.parties[0] is Party.DIC and "LD-15.1" in manager.also


@pytest.mark.requirement("LD-5.6")
@pytest.mark.requirement("LD-10.1")
@pytest.mark.parametrize(
    ("key", "granted", "clause"),
    [
        (KH, set(), "KH-2.1"),
        (LC, set(), None),
        (LD, {"province", "district"}, "LD-10.1"),
        (BD, {"central", "province", "district", "commune"}, "BD-3.5"),
        (HUE, set(), None),
    ],
)
def test_control_is_granted_to_the_tiers_of_the_text(
    key: str, granted: set[str], clause: str | None
) -> None:
    rulings = {tier.value: may_be_granted_control(profile(key), tier) for tier in Tier}
    assert {tier for tier, ruling in rulings.items() if ruling.allowed} == granted
    assert {ruling.clause for ruling in rulings.values()} == {clause}
    for ruling in rulings.values():
        assert (SILENT_VI in ruling.reason_vi) is (clause is None)


def test_where_control_is_granted_no_other_tier_may_carry_the_operator_of_the_host_site() -> None:
    for one in load_profiles():
        if one.control.delegation.effective is not Delegation.GRANTED:
            continue
        tiers = {tier for entry in bearers(one, Role.HOST_SITE_OPERATOR) for tier in entry.tiers}
        assert tiers == set(one.control.delegation_tiers.effective)
    assert scope_of(LD, Role.HOST_SITE_OPERATOR, COMMUNE) is None
    assert clause_of(LD, Role.HOST_SITE_OPERATOR, COMMUNE) == "LD-10.1"


@pytest.mark.requirement("BD-16.2a")
def test_in_binh_dinh_the_operating_unit_administers_and_each_body_keeps_its_own() -> None:
    assert scope_of(BD, Role.SYSTEM_ADMIN, CENTRE) is Scope.SYSTEM
    assert clause_of(BD, Role.SYSTEM_ADMIN, CENTRE) == "BD-16.2a"
    assert scope_of(BD, Role.SYSTEM_ADMIN, DIC) is Scope.SYSTEM
    for of, clause in ((OFFICE, "BD-13"), (DEPARTMENT, "BD-4.1"), (DISTRICT, "BD-4.1")):
        assert scope_of(BD, Role.SYSTEM_ADMIN, of) is Scope.OWN
        assert clause_of(BD, Role.SYSTEM_ADMIN, of) == clause


@pytest.mark.requirement("HUE-1.2")
def test_only_in_hue_a_person_of_no_organisation_takes_part() -> None:
    assert [key for key in PROVINCES if scope_of(key, Role.PARTICIPANT, PERSON)] == [HUE]
    for of in (DEPARTMENT, DISTRICT, COMMUNE, body("public_service_unit", "province"), COMPANY):
        assert scope_of(HUE, Role.PARTICIPANT, of) is Scope.CONFERENCE


@pytest.mark.requirement("HUE-3.4")
def test_in_hue_the_chair_may_be_handed_to_any_unit_or_person() -> None:
    assert clause_of(HUE, Role.CHAIR, PPC) == "HUE-1.1a"
    for of in (DEPARTMENT, COMMUNE, PERSON):
        assert scope_of(HUE, Role.CHAIR, of) is Scope.CONFERENCE
        assert clause_of(HUE, Role.CHAIR, of) == "HUE-3.4"
    assert scope_of(KH, Role.CHAIR, COMMUNE) is None
    assert scope_of(KH, Role.CHAIR, PERSON) is None


@pytest.mark.requirement("HUE-3.5")
def test_in_hue_the_operating_unit_supports_conferences_and_does_not_control_them() -> None:
    operator = body("company", "province", Duty.OPERATOR)
    assert scope_of(HUE, Role.SERVICE_PROVIDER, operator) is Scope.CONFERENCE
    assert clause_of(HUE, Role.SERVICE_PROVIDER, operator) == "HUE-3.5"
    assert scope_of(HUE, Role.CONTROL_OPERATOR, operator) is None


def test_a_name_of_a_department_is_not_asked_only_its_duty() -> None:
    merged = body("public_service_unit", "province", Duty.DIC)
    assert scope_of(LC, Role.SYSTEM_ADMIN, merged) is Scope.SYSTEM
    assert scope_of(LC, Role.SYSTEM_ADMIN, DEPARTMENT) is None


def test_who_may_not_carry_a_role_hears_who_may_and_where_it_stands() -> None:
    ruling = may_carry(profile(LC), Role.SYSTEM_ADMIN, duties=(), kind="office", tier="province")
    assert (ruling.allowed, ruling.scope, ruling.clause) == (False, None, "LC-3")
    assert "Sở Thông tin và Truyền thông" in ruling.reason_vi
    assert ruling.reason_en.startswith("Not among those who may carry this role.")


# ---------------------------------------------------------------- what holds for every profile


def test_there_is_a_rule_for_each_role_and_each_rule_is_a_role() -> None:
    assert tuple(rules(Roles)) == tuple(Role)


@pytest.mark.parametrize("key", PROVINCES)
def test_a_silent_role_has_no_clause_whoever_asks_and_a_stated_one_always_has(key: str) -> None:
    of = profile(key)
    for role in Role:
        silent = getattr(of.roles, role).is_silent
        assert all((one.clause is None) is silent for one in bearers(of, role))
        for one in BODIES:
            ruling = may_carry(of, role, duties=one.duties, kind=one.kind, tier=one.tier)
            assert (ruling.clause is None) is silent
            assert (SILENT_VI in ruling.reason_vi) is silent
            assert (SILENT_EN in ruling.reason_en) is silent


@pytest.mark.parametrize("key", PROVINCES)
def test_a_silent_duty_has_no_clause_and_says_so_and_a_stated_one_falls_on_someone(
    key: str,
) -> None:
    of = profile(key)
    for duty in rules(Duties):
        silent = getattr(of.duties, duty).is_silent
        doers = who_does(of, duty)
        assert (doers.clause is None) is silent
        assert (SILENT_VI in doers.reason_vi) is silent
        assert (SILENT_EN in doers.reason_en) is silent
        assert silent or doers.parties
        assert not (silent and doers.also)


@pytest.mark.parametrize("key", PROVINCES)
def test_no_later_bearer_reaches_further_than_the_one_that_answers(key: str) -> None:
    width = {Scope.SYSTEM: 2, Scope.OWN: 1, Scope.CONFERENCE: 0}
    for role in Role:
        for one in BODIES:
            reach = [
                width[bearer.scope]
                for bearer in bearers(profile(key), role)
                if bearer.covers(one.duties, one.kind, one.tier)
            ]
            # A company's staff run the sites of others, so for it the conference comes first.
            if role is not Role.SITE_OPERATOR or Duty.SERVICE_COMPANY not in one.duties:
                assert reach == sorted(reach, reverse=True), (role, one)


def test_no_duty_and_no_party_is_named_that_no_text_needs() -> None:
    asked = {
        duty
        for one in load_profiles()
        for role in Role
        for bearer in bearers(one, role)
        for duty in bearer.duties
    }
    doing = {
        party
        for one in load_profiles()
        for duty in rules(Duties)
        for party in who_does(one, duty).parties
    }
    assert asked == set(Duty)
    assert doing == set(Party)
    assert {duty.value for duty in Duty} <= {party.value for party in Party}


def test_an_unknown_duty_is_refused_with_the_known_ones() -> None:
    with pytest.raises(DutyUnknown, match=r"'sweeps'.*tells_power"):
        who_does(profile(KH), "sweeps")


def test_a_sixth_province_names_its_bearers_without_code() -> None:
    made_up = load_profile_file(HERE / "made_up.toml")
    commune = may_carry(made_up, Role.SYSTEM_ADMIN, duties=(), kind="office", tier="commune")
    assert (commune.scope, commune.clause) == (Scope.OWN, "SM-7.2")
    person = may_carry(made_up, Role.PARTICIPANT, duties=(), kind=None, tier=None)
    assert (person.scope, person.clause) == (Scope.CONFERENCE, None)
    auditor = may_carry(made_up, Role.AUDITOR, duties=("dic",), kind="office", tier="commune")
    assert (auditor.allowed, auditor.scope) == (False, None)
    assert who_does(made_up, "owner").also == ("SM-8.2",)
