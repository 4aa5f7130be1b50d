"""What organisations are for the system in the five provinces, and loading that."""

from datetime import date

import pytest

from diemcau.directory import services, source
from diemcau.directory.models import Organisation, OrganisationDuty, Site, Tier
from diemcau.directory.queries import duties_on, tiers_on
from diemcau.regulation import Duty, Role, load_profile
from diemcau.regulation.model import Duties, rules

KEYS = ("binh-dinh", "hue", "khanh-hoa", "lam-dong", "lao-cai")
TODAY = date(2026, 11, 22)


def named(key: str) -> set[str]:
    """The duties that a regulation itself speaks of, in its rules on roles and on who does what."""
    profile = load_profile(key, on=TODAY)
    found: set[str] = set()
    for role in Role:
        rule = getattr(profile.roles, role)
        if not rule.is_silent:
            found |= {duty for bearer in rule.effective for duty in bearer.duties}
    for name in rules(Duties):
        value = getattr(profile.duties, name)
        if not value.is_silent:
            found |= {party for party in value.effective if party in set(Duty)}
    return found


@pytest.mark.parametrize("key", KEYS)
def test_every_duty_that_a_regulation_speaks_of_falls_on_an_organisation(key: str) -> None:
    held = {entry.duty for entry in source.load_directory(key).duties}
    assert named(key) <= held


@pytest.mark.parametrize("key", KEYS)
def test_each_duty_names_its_clause_and_the_control_centre_agrees(key: str) -> None:
    province = source.load_directory(key)
    label = {"khanh-hoa": "KH", "lao-cai": "LC", "lam-dong": "LD", "binh-dinh": "BD", "hue": "HUE"}
    assert all(entry.source.startswith(f"{label[key]}-") for entry in province.duties)
    centre = next(e.organisation for e in province.duties if e.duty is Duty.CONTROL_CENTRE)
    assert centre == province.control_centre.organisation


@pytest.mark.requirement("KH-1.2")
def test_the_telecom_and_power_companies_are_organisations_without_a_site() -> None:
    province = source.load_directory("khanh-hoa")
    partners = {
        entry.organisation
        for entry in province.duties
        if entry.duty in (Duty.TELECOM_PARTNER, Duty.POWER_PARTNER)
    }
    assert {province.organisation(key).name for key in partners} == {
        "Viễn thông Khánh Hòa",
        "Công ty Cổ phần Điện lực Khánh Hòa",
    }
    assert not partners & {site.organisation for site in province.sites}


@pytest.mark.django_db
@pytest.mark.parametrize("key", KEYS)
def test_each_province_loads_and_loading_again_changes_nothing(key: str) -> None:
    province = source.load_directory(key)
    services.load(province)

    def all_rows() -> list[list[dict]]:
        models = (Tier, Organisation, OrganisationDuty, Site)
        return [list(model.objects.order_by("pk").values()) for model in models]

    before = all_rows()
    services.load(province)
    assert all_rows() == before
    assert OrganisationDuty.objects.count() == len(province.duties)
    assert duties_on(TODAY)["so-khoa-hoc-va-cong-nghe"] >= {"dic"}


@pytest.mark.django_db
def test_a_duty_that_leaves_the_data_leaves_the_register_where_nobody_touched_it() -> None:
    province = source.load_directory("hue")
    services.load(province)
    OrganisationDuty.objects.create(
        organisation=Organisation.objects.get(key="so-tai-chinh"), duty="finance"
    )
    services.load(province)
    assert "so-tai-chinh" not in duties_on(TODAY)


@pytest.mark.django_db
def test_districts_ended_with_june_2025() -> None:
    services.load(source.load_directory("hue"))
    assert [tier.key for tier in tiers_on(date(2025, 6, 30))] == [
        "central",
        "province",
        "district",
        "commune",
    ]
    assert "district" not in [tier.key for tier in tiers_on(date(2025, 7, 1))]


def test_a_duty_of_an_organisation_that_is_not_there_is_refused(tmp_path) -> None:
    for path in source.DATA.glob("hue.*"):
        (tmp_path / path.name).write_text(path.read_text("utf-8"), "utf-8")
    broken = tmp_path / "hue.duties.csv"
    broken.write_text(broken.read_text("utf-8").replace("dic,so-khoa", "dic,so-la"), "utf-8")
    with pytest.raises(source.DirectoryInvalid, match=r"duty 'dic'.*does not exist"):
        source.load_directory("hue", tmp_path)
    broken.write_text(broken.read_text("utf-8").replace("dic,", "vua,"), "utf-8")
    with pytest.raises(source.DirectoryInvalid, match=r"hue\.duties\.csv: entry"):
        source.load_directory("hue", tmp_path)
