"""The directory data of the provinces, and what happens when it is wrong."""

import dataclasses
import re
import shutil
import unicodedata
from datetime import date
from pathlib import Path

import pytest

from diemcau.directory.source import (
    DATA,
    DirectoryInvalid,
    Province,
    Technician,
    check,
    load_directory,
    provinces,
)
from diemcau.regulation import OrganisationKind, Tier, load_profile, may_host

KEYS = ("binh-dinh", "hue", "khanh-hoa", "lam-dong", "lao-cai")
TODAY = date(2026, 11, 22)


def communes(province: Province) -> list[str]:
    return [one.key for one in province.organisations if one.tier == Tier.COMMUNE]


def sites_of_communes(province: Province) -> list[str]:
    keys = set(communes(province))
    return [site.key for site in province.sites if site.organisation in keys]


def test_the_five_provinces_have_directory_data() -> None:
    assert provinces() == KEYS


@pytest.mark.requirement("KH-2.b")
@pytest.mark.requirement("KH-2.2a")
def test_khanh_hoa_has_a_central_site_and_eight_member_sites_without_truong_sa() -> None:
    sites = load_directory("khanh-hoa").sites
    assert len(sites) == 9
    assert [site.source for site in sites].count("KH-2.1") == 1
    assert sum(site.source.startswith("KH-2.2") for site in sites) == 8
    assert not any("Trường Sa" in site.name for site in sites)


@pytest.mark.requirement("LC-2.1a")
@pytest.mark.requirement("LC-2.1b")
def test_lao_cai_has_eleven_branch_sites_and_a_control_centre_apart_from_them() -> None:
    province = load_directory("lao-cai")
    assert len(province.sites) == 11
    assert (
        sum(site.name.startswith(("UBND huyện", "UBND thành phố")) for site in province.sites) == 9
    )
    assert "diem-dung-chung-cac-so" in {site.key for site in province.sites}
    assert province.control_centre.name == "Trung tâm điều khiển"
    assert province.control_centre.source == "LC-2.1"


@pytest.mark.parametrize("key", ["khanh-hoa", "lao-cai"])
def test_the_register_agrees_with_the_number_of_sites_in_the_regulation(key: str) -> None:
    expected = load_profile(key, on=TODAY).topology.expected_sites
    assert not expected.is_silent
    assert len(load_directory(key).sites) == expected.effective


@pytest.mark.parametrize(("key", "count"), [("lam-dong", 124), ("binh-dinh", 135), ("hue", 40)])
def test_every_commune_of_today_is_a_site_where_the_regulation_names_none(
    key: str, count: int
) -> None:
    province = load_directory(key)
    assert len(communes(province)) == count
    assert sites_of_communes(province) == communes(province)


@pytest.mark.parametrize(("key", "count"), [("khanh-hoa", 65), ("lao-cai", 99)])
def test_communes_are_organisations_without_sites_where_the_regulation_names_the_sites(
    key: str, count: int
) -> None:
    province = load_directory(key)
    assert len(communes(province)) == count
    assert sites_of_communes(province) == []


def test_sites_of_lam_dong_stand_by_area_with_the_province_first() -> None:
    province = load_directory("lam-dong")
    assert province.areas == (
        "Cấp tỉnh",
        "Khu vực Lâm Đồng (trước 7/2025)",
        "Khu vực Bình Thuận",
        "Khu vực Đắk Nông",
    )
    where = {site.name: site.area for site in province.sites}
    assert where["Xã Đạ Tẻh"] == "Khu vực Lâm Đồng (trước 7/2025)"
    assert where["Đặc khu Phú Quý"] == "Khu vực Bình Thuận"
    assert where["Xã Quảng Trực"] == "Khu vực Đắk Nông"


def test_sites_of_gia_lai_stand_by_the_province_that_they_came_from() -> None:
    where = {site.name: site.area for site in load_directory("binh-dinh").sites}
    assert where["Phường Quy Nhơn"] == "Khu vực Bình Định"
    assert where["Phường Pleiku"] == "Khu vực Gia Lai"


@pytest.mark.parametrize("key", KEYS)
def test_the_areas_of_a_wall_do_not_come_back_once_left(key: str) -> None:
    areas = [site.area for site in load_directory(key).sites]
    runs = [area for before, area in zip([None, *areas], areas, strict=False) if area != before]
    assert len(runs) == len(set(runs))
    assert areas[0] == "Cấp tỉnh"


@pytest.mark.parametrize("key", KEYS)
def test_keys_and_numbers_are_unique_and_every_text_is_nfc(key: str) -> None:
    province = load_directory(key)
    assert len({one.key for one in province.organisations}) == len(province.organisations)
    assert len({site.key for site in province.sites}) == len(province.sites)
    assert [site.number for site in province.sites] == list(range(1, len(province.sites) + 1))
    for path in DATA.glob(f"{key}.*"):
        assert unicodedata.is_normalized("NFC", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("key", KEYS)
def test_every_site_has_a_technician_with_a_number_from_the_invented_range(key: str) -> None:
    province = load_directory(key)
    technicians = [site.technician for site in province.sites]
    technicians.append(province.control_centre.technician)
    assert all(one.name for one in technicians)
    assert all(re.fullmatch(r"0900 000 \d{3}", one.phone) for one in technicians)
    assert len({one.phone for one in technicians}) == len(technicians)
    assert len({one.name for one in technicians}) == len(technicians)


@pytest.mark.parametrize("key", KEYS)
def test_short_names_are_unique_and_drop_the_kind_of_unit(key: str) -> None:
    sites = load_directory(key).sites
    assert len({site.short_name for site in sites}) == len(sites)
    assert not any(
        site.short_name.startswith(("Xã ", "Phường ", "Đặc khu ", "UBND xã", "UBND phường"))
        for site in sites
    )


@pytest.mark.parametrize("key", KEYS)
def test_kinds_and_tiers_are_those_of_the_regulation_profiles(key: str) -> None:
    for organisation in load_directory(key).organisations:
        assert organisation.kind in set(OrganisationKind)
        assert organisation.tier in set(Tier)


@pytest.mark.parametrize("key", KEYS)
def test_the_body_of_the_default_host_site_may_host_under_its_regulation(key: str) -> None:
    province = load_directory(key)
    assert province.host_site.number == 1
    host = province.organisation(province.host_site.organisation)
    assert may_host(load_profile(key, on=TODAY), host.kind, host.tier).allowed


def test_every_province_with_directory_data_has_a_regulation_profile() -> None:
    assert all(load_profile(key, on=TODAY).key == key for key in provinces())


def test_coordinates_lie_in_viet_nam() -> None:
    for key in KEYS:
        for site in load_directory(key).sites:
            assert site.latitude is not None and 8 < site.latitude < 23.5, site
            assert site.longitude is not None and 102 < site.longitude < 115, site


def test_a_province_without_data_is_named_with_those_that_have_some() -> None:
    with pytest.raises(LookupError, match=r"'ca-mau'.*lam-dong"):
        load_directory("ca-mau")


# ---------------------------------------------------------------- when the data is wrong


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the data of Khánh Hòa that a test may break."""
    for path in DATA.glob("khanh-hoa.*"):
        shutil.copy(path, tmp_path)
    return tmp_path


def replace(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def test_a_telephone_number_of_nine_digits_is_refused_with_the_site(folder: Path) -> None:
    replace(folder / "khanh-hoa.sites.csv", "0900 000 003", "0900 000 03")
    with pytest.raises(DirectoryInvalid, match=r"thanh-pho-cam-ranh.*0900 000 001"):
        load_directory("khanh-hoa", folder)


def test_a_number_that_stands_twice_is_refused(folder: Path) -> None:
    replace(folder / "khanh-hoa.sites.csv", "\n3,", "\n2,")
    with pytest.raises(DirectoryInvalid, match="site number 2 stands twice"):
        load_directory("khanh-hoa", folder)


def test_a_parent_that_does_not_exist_is_refused(folder: Path) -> None:
    replace(folder / "khanh-hoa.organisations.csv", "province,ubnd-tinh,", "province,nobody,")
    with pytest.raises(DirectoryInvalid, match="the parent 'nobody' does not exist"):
        load_directory("khanh-hoa", folder)


def test_a_circle_of_parents_is_refused(folder: Path) -> None:
    replace(
        folder / "khanh-hoa.organisations.csv",
        "people_committee,province,,",
        "people_committee,province,van-phong-ubnd-tinh,",
    )
    with pytest.raises(DirectoryInvalid, match="circle"):
        load_directory("khanh-hoa", folder)


def test_a_row_with_a_cell_too_few_is_refused_with_its_place(folder: Path) -> None:
    replace(folder / "khanh-hoa.sites.csv", ",KH-2.1\n", "\n")
    with pytest.raises(DirectoryInvalid, match=r"khanh-hoa\.sites\.csv: entry 1"):
        load_directory("khanh-hoa", folder)


def test_a_file_with_other_columns_is_refused(folder: Path) -> None:
    replace(folder / "khanh-hoa.sites.csv", "technician_phone", "phone")
    with pytest.raises(DirectoryInvalid, match="the columns must be"):
        load_directory("khanh-hoa", folder)


def test_two_default_hosts_and_a_name_in_decomposed_form_are_both_reported() -> None:
    province = load_directory("khanh-hoa")
    first, second, *rest = province.sites
    wrong = dataclasses.replace(
        second, is_host_default=True, name=unicodedata.normalize("NFD", second.name)
    )
    with pytest.raises(DirectoryInvalid) as caught:
        check(dataclasses.replace(province, sites=(first, wrong, *rest)))
    assert len(caught.value.problems) == 2
    assert "exactly one site is the default host, not 2" in caught.value.problems[0]
    assert "NFC" in caught.value.problems[1]


def test_a_site_without_a_technician_is_refused() -> None:
    province = load_directory("khanh-hoa")
    first, *rest = province.sites
    wrong = dataclasses.replace(first, technician=Technician(name="", phone="0900 000 001"))
    with pytest.raises(DirectoryInvalid, match="has no name"):
        check(dataclasses.replace(province, sites=(wrong, *rest)))
