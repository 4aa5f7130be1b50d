"""The five profiles say what the five texts say."""

from datetime import date

import pytest

from diemcau.regulation import (
    Admitter,
    Controller,
    Delegation,
    Dialling,
    HostSite,
    IdentityPart,
    MicrophoneRule,
    Profile,
    ProfileNotFound,
    SiteKind,
    SpeakStep,
    Tier,
    TimeLimit,
    Value,
    load_profile,
    load_profiles,
)
from diemcau.regulation.model import rules, sections

KH, LC, LD, BD, HUE = "khanh-hoa", "lao-cai", "lam-dong", "binh-dinh", "hue"
TODAY = date(2026, 11, 22)


def profile(key: str) -> Profile:
    return load_profile(key, on=TODAY)


def values(of: Profile) -> dict[str, Value[object]]:
    return {
        f"{section}.{name}": getattr(getattr(of, section), name)
        for section, kind in sections().items()
        for name in rules(kind)
    }


def test_there_is_a_profile_for_each_of_the_five_provinces() -> None:
    assert [one.version_key for one in load_profiles()] == [
        "binh-dinh@1",
        "hue@1",
        "khanh-hoa@1",
        "lam-dong@1",
        "lao-cai@1",
    ]


@pytest.mark.requirement("KH-QD.1")
@pytest.mark.requirement("LC-QD.2")
@pytest.mark.requirement("LD-QD.2")
@pytest.mark.requirement("HUE-QD.2")
@pytest.mark.parametrize(
    ("key", "number", "signed", "begins", "replaces"),
    [
        (KH, "2043/QĐ-UBND", date(2014, 8, 7), date(2014, 8, 7), None),
        (LC, "22/2010/QĐ-UBND", date(2010, 8, 13), date(2010, 8, 23), None),
        (LD, "1095/QĐ-UBND", date(2023, 6, 5), date(2023, 6, 5), "976/QĐ-UBND"),
        (HUE, "279/QĐ-UBND", date(2022, 1, 25), date(2022, 1, 25), "1270/QĐ-UBND"),
    ],
)
def test_a_profile_names_its_decision_and_when_it_began(
    key: str, number: str, signed: date, begins: date, replaces: str | None
) -> None:
    text = profile(key).regulation
    assert (text.number, text.signed_on, text.effective_from) == (number, signed, begins)
    assert (replaces is None) == (text.replaces is None)
    assert replaces is None or replaces in (text.replaces or "")


@pytest.mark.requirement("BD-1-2")
def test_number_and_dates_of_binh_dinh_stay_unknown_and_are_not_invented() -> None:
    text = profile(BD).regulation
    assert (text.number, text.signed_on, text.effective_from) == (None, None, None)


def test_a_day_before_the_regulation_began_has_no_profile() -> None:
    assert load_profile(LD, on=date(2023, 6, 5)).key == LD
    with pytest.raises(ProfileNotFound, match="begins on 2023-06-05"):
        load_profile(LD, on=date(2023, 6, 4))


def test_a_province_without_a_profile_is_named_with_those_that_have_one() -> None:
    with pytest.raises(ProfileNotFound, match=r"'ca-mau'.*lam-dong"):
        load_profile("ca-mau", on=TODAY)


@pytest.mark.parametrize("key", [KH, LC, LD, BD, HUE])
def test_every_value_has_a_clause_of_its_own_regulation_or_is_silent(key: str) -> None:
    of = profile(key)
    for name, value in values(of).items():
        if value.is_silent:
            assert (value.clause, of.basis(value)) == (None, "quy chế không quy định"), name
        else:
            assert value.clause is not None, name
            assert value.clause.startswith(f"{of.regulation.code}-"), name
            assert of.basis(value).startswith(of.regulation.label), name


@pytest.mark.requirement("KH-9.1a")
@pytest.mark.requirement("LC-8.1a")
@pytest.mark.requirement("LD-13.3b1")
@pytest.mark.requirement("BD-11.2a1")
@pytest.mark.requirement("HUE-5.1c2")
@pytest.mark.parametrize(
    ("key", "layout", "clause", "above"),
    [
        (KH, Controller.CONTROL_OPERATOR, "KH-9.1a", Controller.NOBODY),
        (LC, Controller.CONTROL_OPERATOR, "LC-8.1a", Controller.NOBODY),
        (LD, Controller.HOST_SITE_OPERATOR, "LD-13.3b", Controller.CONTROL_OPERATOR),
        (BD, Controller.HOST_SITE_OPERATOR, "BD-11.2a", Controller.CONTROL_OPERATOR),
        (HUE, Controller.CONTROL_OPERATOR, "HUE-5.1c", Controller.NOBODY),
    ],
)
def test_layout_is_controlled_by_whom_the_text_names(
    key: str, layout: Controller, clause: str, above: Controller
) -> None:
    control = profile(key).control
    assert (control.layout_by.effective, control.layout_by.clause) == (layout, clause)
    assert control.escalation.effective is above


@pytest.mark.requirement("LD-10.1")
def test_only_lam_dong_grants_control_to_sites_and_never_to_communes() -> None:
    control = profile(LD).control
    assert control.delegation.effective is Delegation.GRANTED
    assert control.delegation_tiers.effective == (Tier.PROVINCE, Tier.DISTRICT)
    for key in (KH, LC, BD, HUE):
        assert profile(key).control.delegation.effective is not Delegation.GRANTED


@pytest.mark.requirement("KH-9.2a")
@pytest.mark.requirement("LC-8.2a2")
@pytest.mark.requirement("BD-11.3b1")
@pytest.mark.requirement("HUE-6.4a")
@pytest.mark.parametrize(
    ("key", "opens", "clause"),
    [
        (KH, MicrophoneRule.HOST_REQUEST, "KH-9.2a"),
        (LC, MicrophoneRule.HOST_REQUEST, "LC-8.2a"),
        (LD, MicrophoneRule.HOST_REQUEST, None),
        (BD, MicrophoneRule.WHEN_CALLED, "BD-11.3b"),
        (HUE, MicrophoneRule.CHAIR_PERMISSION, "HUE-6.4"),
    ],
)
def test_a_member_microphone_opens_as_the_text_says(
    key: str, opens: MicrophoneRule, clause: str | None
) -> None:
    mic = profile(key).mic
    assert (mic.member_open.effective, mic.member_open.clause) == (opens, clause)
    assert mic.closed_on_join.effective
    assert mic.self_toggle_with_floor.effective


@pytest.mark.requirement("BD-11.2b")
def test_only_binh_dinh_mutes_the_members_when_the_main_site_speaks() -> None:
    muting = [one.key for one in load_profiles() if one.mic.mute_members_when_host_speaks.effective]
    assert muting == [BD]


@pytest.mark.requirement("KH-9.2c")
@pytest.mark.requirement("LC-8.2c")
@pytest.mark.parametrize(
    ("key", "clause"), [(KH, "KH-9.2c"), (LC, "LC-8.2c"), (LD, None), (BD, None), (HUE, None)]
)
def test_members_never_dial_on_their_own_and_only_two_texts_say_so(
    key: str, clause: str | None
) -> None:
    member = profile(key).dial.member
    assert (member.effective, member.clause) == (Dialling.CONTROL_REQUEST, clause)


@pytest.mark.requirement("LC-7.2b")
@pytest.mark.requirement("LD-3.7")
@pytest.mark.requirement("BD-3.5-6")
@pytest.mark.requirement("HUE-5.3a3")
def test_admission_follows_the_text() -> None:
    manual = {one.key: one.admission.manual.clause for one in load_profiles()}
    assert manual == {KH: None, LC: "LC-7.2b", LD: None, BD: "BD-3.5", HUE: None}
    listed = {one.key: one.admission.only_listed.clause for one in load_profiles()}
    assert listed == {KH: None, LC: None, LD: "LD-3.7", BD: None, HUE: "HUE-5.3a"}
    assert all(one.admission.only_listed.effective for one in load_profiles())
    assert profile(HUE).admission.exception_by.effective is Admitter.CHAIR


@pytest.mark.requirement("KH-9.1c")
@pytest.mark.requirement("BD-11.2dd")
@pytest.mark.requirement("HUE-6.4c")
def test_a_request_to_speak_goes_the_way_that_the_text_draws() -> None:
    assert profile(KH).speak.path.effective == (
        SpeakStep.LOCAL_CHAIR,
        SpeakStep.SITE_OPERATOR,
        SpeakStep.CONTROL_OPERATOR,
        SpeakStep.SUBJECT_SPECIALIST,
        SpeakStep.CHAIR,
    )
    assert profile(LC).speak.path.is_silent
    assert profile(LD).speak.path.effective == (SpeakStep.MEMBER_SITE, SpeakStep.HOST_SITE_OPERATOR)
    assert profile(BD).speak.path.effective[-1] is SpeakStep.CHAIR
    assert profile(HUE).speak.path.effective == (SpeakStep.PARTICIPANT, SpeakStep.CHAIR)


@pytest.mark.requirement("HUE-6.4b")
@pytest.mark.requirement("HUE-6.2a")
def test_only_hue_limits_speeches_and_requires_a_shown_identity() -> None:
    for one in load_profiles():
        is_hue = one.key == HUE
        assert one.speak.time_limit.is_silent is not is_hue
        assert one.participant.identity.is_silent is not is_hue
    assert profile(HUE).speak.time_limit.effective is TimeLimit.CHAIR
    assert profile(HUE).participant.identity.effective == tuple(IdentityPart)


@pytest.mark.requirement("KH-2.b")
@pytest.mark.requirement("LC-2.1b")
@pytest.mark.requirement("HUE-3.2")
def test_topology_has_the_numbers_and_kinds_of_the_text() -> None:
    assert profile(KH).topology.expected_sites.effective == 9
    assert profile(LC).topology.expected_sites.effective == 11
    assert all(profile(key).topology.expected_sites.is_silent for key in (LD, BD, HUE))
    assert profile(HUE).topology.site_kinds.effective == (SiteKind.ROOM, SiteKind.PERSON)
    assert profile(LD).topology.host_site.effective is HostSite.ANY
    assert profile(KH).topology.host_site.effective is HostSite.CENTRAL


def test_no_text_limits_the_floor_or_the_sites_so_both_are_defaults() -> None:
    for one in load_profiles():
        assert (one.floor.max_holders.is_silent, one.floor.max_holders.effective) == (True, 2)
        assert (one.conference.max_sites.is_silent, one.conference.max_sites.effective) == (
            True,
            200,
        )
