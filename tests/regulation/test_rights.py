"""Who may host, who controls, who is admitted."""

from datetime import date
from pathlib import Path

import pytest

from diemcau.regulation import (
    Controller,
    Profile,
    admission_is_manual,
    floor_limit,
    load_profile,
    load_profile_file,
    may_host,
    only_listed_may_join,
    site_limit,
    who_controls,
)

KH, LC, LD, BD, HUE = "khanh-hoa", "lao-cai", "lam-dong", "binh-dinh", "hue"
MADE_UP = Path(__file__).parent / "made_up.toml"


def profile(key: str) -> Profile:
    return load_profile(key, on=date(2026, 11, 22))


@pytest.mark.requirement("KH-3.2")
@pytest.mark.requirement("LC-5.4a")
@pytest.mark.requirement("LD-11.1")
@pytest.mark.requirement("LD-11.2")
@pytest.mark.requirement("BD-5.2")
@pytest.mark.requirement("HUE-1.1a")
@pytest.mark.parametrize(
    ("key", "kind", "tier", "allowed", "clause"),
    [
        (KH, "department", "province", True, "KH-3.2"),
        (KH, "people_council", "province", True, "KH-3.2"),
        (KH, "people_committee", "district", False, "KH-3.2"),
        (KH, "people_committee", "commune", False, "KH-3.2"),
        (KH, "central_body", "central", True, "KH-7.3"),
        (LC, "party_committee", "province", True, "LC-5.2"),
        (LC, "department", "province", True, "LC-5.3"),
        (LC, "people_committee", "district", True, "LC-5.4"),
        (LC, "people_committee", "commune", False, "LC-5.2"),
        (LD, "national_assembly_delegation", "province", True, "LD-11.1"),
        (LD, "department", "province", True, "LD-11.2"),
        (LD, "people_committee", "commune", True, "LD-11.2"),
        (BD, "people_committee_leader", "province", True, "BD-5.2a"),
        (BD, "department", "province", True, "BD-5.2b"),
        (BD, "people_committee", "district", False, "BD-5.2"),
        (HUE, "people_committee", "province", True, "HUE-1.1a"),
        (HUE, "department", "province", False, "HUE-1.1a"),
        (HUE, "people_committee", "commune", False, "HUE-1.1a"),
    ],
)
def test_an_organisation_may_host_as_its_regulation_says(
    key: str, kind: str, tier: str, allowed: bool, clause: str
) -> None:
    ruling = may_host(profile(key), kind, tier)
    assert (ruling.allowed, ruling.clause) == (allowed, clause)
    assert ruling.reason_vi and ruling.reason_en


def test_a_kind_that_no_text_knows_may_not_host_where_kinds_are_listed() -> None:
    assert not may_host(profile(KH), "chess_club", "province").allowed


@pytest.mark.requirement("LD-10.1")
def test_control_stays_with_the_operator_when_a_commune_hosts_in_lam_dong() -> None:
    by_province = who_controls(profile(LD))
    by_commune = who_controls(profile(LD), host_tier="commune")
    assert (by_province.layout, by_province.above) == (
        Controller.HOST_SITE_OPERATOR,
        Controller.CONTROL_OPERATOR,
    )
    assert (by_commune.layout, by_commune.above) == (
        Controller.CONTROL_OPERATOR,
        Controller.NOBODY,
    )
    assert (by_province.clause, by_commune.clause) == ("LD-13.3b", "LD-10.1")


@pytest.mark.requirement("LC-5.4b")
def test_the_control_centre_drives_a_meeting_of_districts_in_lao_cai() -> None:
    assert who_controls(profile(LC), host_tier="district").layout is Controller.CONTROL_OPERATOR


def test_a_limit_that_no_text_sets_says_so() -> None:
    limit = floor_limit(profile(LD))
    assert (limit.value, limit.clause) == (2, None)
    assert "quy chế không quy định" in limit.reason_vi
    assert "not required by the regulation" in limit.reason_en
    assert site_limit(profile(LD)).value == 200


@pytest.mark.requirement("LC-7.2b")
def test_the_desk_admits_each_site_where_the_text_asks_for_it() -> None:
    manual = {key: admission_is_manual(profile(key)) for key in (KH, LC, LD, BD, HUE)}
    assert {key for key, ruling in manual.items() if ruling.allowed} == {LC, BD}
    assert manual[LC].clause == "LC-7.2b"
    assert manual[KH].clause is None
    assert "quy chế không quy định" in manual[KH].reason_vi


def test_a_site_that_is_not_listed_stays_out() -> None:
    assert only_listed_may_join(profile(HUE)).clause == "HUE-5.3a"
    assert only_listed_may_join(profile(KH)).allowed


def test_a_sixth_province_needs_no_code() -> None:
    made_up = load_profile_file(MADE_UP)
    assert may_host(made_up, "people_committee", "commune").allowed
    assert not may_host(made_up, "people_committee", "province").allowed
    assert who_controls(made_up).layout is Controller.HOST_SITE_OPERATOR
    assert floor_limit(made_up).value == 1
    assert made_up.clause_label("SM-5.1dd") == "SM 5.1đ"
