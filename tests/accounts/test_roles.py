"""Roles are given, ended and delegated as the regulation lets an organisation carry them."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from diemcau.accounts.models import RoleHolding
from diemcau.accounts.roles import delegate, end_role, role_at, site_role, withdraw_delegation
from diemcau.accounts.services import actor_of
from diemcau.audit.actor import SYSTEM, Role, Scope
from diemcau.audit.models import Event
from diemcau.directory import organisations
from diemcau.directory.models import Site
from diemcau.regulation import Duty, load_profile

from .conftest import NOW, Town

ADMIN = Role.SYSTEM_ADMIN
DIC = "so-khoa-hoc-va-cong-nghe"
CENTRE = "trung-tam-tich-hop-du-lieu-va-chuyen-doi-so"
COMPANY = "doanh-nghiep-dich-vu-van-hanh"
OFFICE = "van-phong-ubnd-tinh"
DISTRICT = "huyen-cam-lam"
LATER = NOW + timedelta(days=30)


def held_by(user) -> set[Role]:
    return set(actor_of(user, now=NOW).roles)


# ---------------------------------------------------------------- what the five regulations say


@pytest.mark.requirement("KH-3.1")
def test_the_office_manages_the_system_and_a_district_its_own_site(khanh_hoa: Town) -> None:
    an = khanh_hoa.person("An", OFFICE)
    assert khanh_hoa.give(an, ADMIN, OFFICE).scope == Scope.SYSTEM
    binh = khanh_hoa.person("Bình", DISTRICT)
    held = khanh_hoa.give(binh, ADMIN, DISTRICT)
    assert (held.scope, held.clause) == (Scope.OWN, "KH-4")
    other = khanh_hoa.person("Chi", "so-khoa-hoc-va-cong-nghe")
    refusal = khanh_hoa.refused("not_carried", khanh_hoa.give, other, ADMIN, DIC)
    assert refusal.clause == "KH 10.1"
    assert held_by(other) == set()


@pytest.mark.requirement("KH-4")
def test_an_administrator_of_one_seat_acts_there_and_nowhere_else(khanh_hoa: Town) -> None:
    binh = khanh_hoa.admin("Bình", DISTRICT)
    own = khanh_hoa.person("Chi", DISTRICT, actor=binh)
    given = khanh_hoa.give(own, Role.SITE_OPERATOR, DISTRICT, site=DISTRICT, actor=binh)
    assert given.given_by == "Bình"
    khanh_hoa.refused("not_permitted", khanh_hoa.person, "Dung", "huyen-van-ninh", actor=binh)
    khanh_hoa.refused("not_permitted", khanh_hoa.person, "Dung", "", actor=binh)
    for role, body in (
        (Role.SITE_OPERATOR, "huyen-van-ninh"),
        (Role.CONTROL_OPERATOR, OFFICE),
        (ADMIN, OFFICE),
    ):
        khanh_hoa.refused("not_permitted", khanh_hoa.give, own, role, body, actor=binh)
    system = khanh_hoa.admin("An", OFFICE)
    of_office = RoleHolding.objects.get(user_id=system.id)
    common = {"reason": "Thử", "actor": binh, "now": NOW}
    khanh_hoa.refused("not_permitted", end_role, holding_id=of_office.pk, **common)
    end_role(holding_id=given.pk, **common)
    assert held_by(own) == set()


@pytest.mark.requirement("KH-4")
def test_an_administrator_of_one_site_gives_roles_at_that_site_only(lam_dong: Town) -> None:
    # No province gives one today; the rule must hold when a profile does.
    from diemcau.accounts import policy
    from diemcau.audit.actor import Actor, Held
    from diemcau.audit.refusal import Refusal

    held = Held(ADMIN, Scope.OWN, organisation=DISTRICT, site="phong-1")
    actor = Actor(7, "Bình", holdings=(held,))
    common = {"scope": Scope.OWN, "organisation": DISTRICT, "receiver": 8}
    policy.require_give(actor, Role.SITE_OPERATOR, site="phong-1", **common)
    for site in ("phong-2", None):
        with pytest.raises(Refusal):
            policy.require_give(actor, Role.SITE_OPERATOR, site=site, **common)


@pytest.mark.requirement("LC-3")
def test_in_lao_cai_the_department_alone_administers_and_so_everything(lao_cai: Town) -> None:
    an = lao_cai.person("An", DIC)
    held = lao_cai.give(an, ADMIN, DIC)
    assert (held.scope, held.clause) == (Scope.SYSTEM, "LC-3")
    binh = lao_cai.person("Bình", OFFICE)
    assert lao_cai.refused("not_carried", lao_cai.give, binh, ADMIN, OFFICE).clause == "LC 3"
    lao_cai.refused("not_carried", lao_cai.give, binh, ADMIN, "huyen-sa-pa")


@pytest.mark.requirement("LC-9.1")
def test_the_department_of_lao_cai_administers_and_operates_for_every_body(lao_cai: Town) -> None:
    an = lao_cai.admin("An", DIC)
    for number, body in enumerate((OFFICE, "huyen-sa-pa", "thanh-pho-lao-cai")):
        person = lao_cai.person(f"Người {number}", body, actor=an)
        lao_cai.give(person, Role.SITE_OPERATOR, body, actor=an)
        lao_cai.refused("not_carried", lao_cai.give, person, Role.CONTROL_OPERATOR, body, actor=an)
    operator = lao_cai.person("Hoa", DIC, actor=an)
    assert lao_cai.give(operator, Role.CONTROL_OPERATOR, DIC, actor=an).scope == Scope.SYSTEM


@pytest.mark.requirement("LD-3.8-9")
def test_department_and_company_operate_jointly_each_with_all_rights(lam_dong: Town) -> None:
    of_department, of_company = lam_dong.admin("An", DIC), lam_dong.admin("Bình", COMPANY)
    held = RoleHolding.objects.get(user_id=of_company.id)
    assert (held.scope, held.clause) == (Scope.SYSTEM, "LD-3.9")
    for actor, body in ((of_department, COMPANY), (of_company, DIC)):
        person = lam_dong.person(f"Trực {body}", body, actor=actor)
        lam_dong.give(person, Role.CONTROL_OPERATOR, body, actor=actor)
    end_role(holding_id=held.pk, reason="Hết hợp đồng", actor=of_department, now=NOW)
    assert actor_of(held.user, now=NOW).roles == frozenset()


@pytest.mark.requirement("LD-3.10")
def test_staff_of_department_or_company_operate_the_mcu_and_nobody_else(lam_dong: Town) -> None:
    for body in (DIC, COMPANY):
        person = lam_dong.person(f"Trực {body}", body)
        assert lam_dong.give(person, Role.CONTROL_OPERATOR, body).clause == "LD-3.10"
    other = lam_dong.person("Dung", "so-tai-chinh")
    refusal = lam_dong.refused(
        "not_carried", lam_dong.give, other, Role.CONTROL_OPERATOR, "so-tai-chinh"
    )
    assert refusal.clause == "LĐ 3.10"


@pytest.mark.requirement("LD-3.11")
def test_a_site_is_run_by_its_own_staff_or_by_the_companys_anywhere(lam_dong: Town) -> None:
    own = lam_dong.person("Minh", "so-tai-chinh")
    held = lam_dong.give(own, Role.SITE_OPERATOR, "so-tai-chinh", site="so-tai-chinh")
    assert (held.scope, actor_of(own, now=NOW).site) == (Scope.OWN, "so-tai-chinh")
    lam_dong.refused(
        "site_elsewhere", lam_dong.give, own, Role.SITE_OPERATOR, "so-tai-chinh", site="so-y-te"
    )
    company = lam_dong.person("Bình", COMPANY)
    held = lam_dong.give(company, Role.SITE_OPERATOR, COMPANY, site="so-y-te")
    assert (held.scope, held.clause) == (Scope.CONFERENCE, "LD-3.11")
    assert lam_dong.give(company, Role.HOST_SITE_OPERATOR, COMPANY, site="ubnd-tinh-p1").site


@pytest.mark.requirement("LD-5.1")
def test_the_model_is_central_no_body_administers_for_itself(lam_dong: Town) -> None:
    for number, body in enumerate(("so-tai-chinh", "xa-da-teh", OFFICE, "ubnd-tinh")):
        person = lam_dong.person(f"Người {number}", body)
        lam_dong.refused("not_carried", lam_dong.give, person, ADMIN, body)
    scopes = {lam_dong.give(lam_dong.person("An", b), ADMIN, b).scope for b in (DIC, COMPANY)}
    assert scopes == {Scope.SYSTEM}


@pytest.mark.requirement("LD-15.1")
def test_the_department_of_lam_dong_leads_and_manages(lam_dong: Town) -> None:
    held = lam_dong.give(lam_dong.person("An", DIC), ADMIN, DIC)
    assert (held.scope, held.clause) == (Scope.SYSTEM, "LD-15.1")


def end_duty(body: str, duty: Duty) -> None:
    organisations.end_duty(
        key=body, duty=duty, on=NOW.date(), document="1/QĐ", actor=SYSTEM, now=NOW
    )


@pytest.mark.requirement("LD-15.2a")
def test_the_data_centre_administers_the_mcu(lam_dong: Town) -> None:
    end_duty(CENTRE, Duty.OPERATOR)
    an = lam_dong.person("An", CENTRE)
    for role in (ADMIN, Role.CONTROL_OPERATOR):
        held = lam_dong.give(an, role, CENTRE)
        assert (held.scope, held.clause) == (Scope.SYSTEM, "LD-15.2a")
    end_duty(CENTRE, Duty.CONTROL_CENTRE)
    binh = lam_dong.person("Bình", CENTRE)
    lam_dong.refused("not_carried", lam_dong.give, binh, Role.CONTROL_OPERATOR, CENTRE)


@pytest.mark.requirement("BD-16.2a")
def test_the_operating_unit_of_binh_dinh_administers_and_operates(binh_dinh: Town) -> None:
    unit = "trung-tam-cong-nghe-thong-tin-va-truyen-thong"
    end_duty(unit, Duty.CONTROL_CENTRE)
    an = binh_dinh.person("An", unit)
    for role in (ADMIN, Role.CONTROL_OPERATOR):
        held = binh_dinh.give(an, role, unit)
        assert (held.scope, held.clause) == (Scope.SYSTEM, "BD-16.2a")
    end_duty(unit, Duty.OPERATOR)
    other = binh_dinh.person("Bình", unit)
    binh_dinh.refused("not_carried", binh_dinh.give, other, ADMIN, unit)


@pytest.mark.requirement("HUE-1.2")
def test_an_individual_of_no_organisation_takes_part_and_no_more(hue: Town) -> None:
    guest = hue.person("Chuyên gia")
    held = hue.give(guest, Role.PARTICIPANT)
    assert (held.scope, held.organisation, held.clause) == (Scope.CONFERENCE, None, "HUE-1.2")
    for role in (Role.SITE_OPERATOR, Role.CONTROL_OPERATOR, ADMIN):
        hue.refused("not_carried", hue.give, guest, role)


def test_an_individual_is_no_participant_where_the_regulation_names_bodies(lam_dong: Town) -> None:
    guest = lam_dong.person("Chuyên gia")
    refusal = lam_dong.refused("not_carried", lam_dong.give, guest, Role.PARTICIPANT)
    assert refusal.clause == "LĐ 3.7"


@pytest.mark.requirement("HUE-3.4")
def test_who_directs_a_conference_may_assign_another_until_a_time(hue: Town) -> None:
    chair = hue.person("Chủ tịch", "ubnd-thanh-pho")
    deputy = hue.person("Phó Chủ tịch", "ubnd-thanh-pho")
    held = hue.give(chair, Role.CHAIR, "ubnd-thanh-pho")
    made = delegate(
        holding_id=held.pk,
        to_user=deputy.pk,
        until=LATER,
        actor=actor_of(chair, now=NOW),
        now=NOW,
    )
    actor = actor_of(deputy, now=NOW)
    assert (actor.roles, actor.holdings[0].delegated) == ({Role.CHAIR}, True)
    assert made.clause == held.clause
    assert actor_of(deputy, now=LATER).roles == frozenset()
    assert hue.give(hue.person("Cá nhân"), Role.CHAIR).scope == Scope.CONFERENCE


@pytest.mark.requirement("HUE-3.5")
def test_the_operating_unit_supports_conferences_and_a_department_does_not(hue: Town) -> None:
    office = "van-phong-ubnd-thanh-pho"
    held = hue.give(hue.person("Kỹ thuật", office), Role.SERVICE_PROVIDER, office)
    assert (held.scope, held.clause) == (Scope.CONFERENCE, "HUE-3.5")
    other = hue.person("Khác", "so-tai-chinh")
    hue.refused("not_carried", hue.give, other, Role.SERVICE_PROVIDER, "so-tai-chinh")


def test_a_role_that_a_province_does_not_know_is_given_to_nobody(khanh_hoa: Town) -> None:
    an = khanh_hoa.person("An", OFFICE)
    refusal = khanh_hoa.refused("not_carried", khanh_hoa.give, an, Role.HOST_SITE_OPERATOR, OFFICE)
    assert "quy chế không quy định" in refusal.vi
    assert refusal.clause == ""
    assert Event.objects.latest("id").refused


# ---------------------------------------------------------------- giving and ending


def test_nobody_gives_a_role_to_himself(lam_dong: Town) -> None:
    an = lam_dong.admin("An", DIC)
    user = RoleHolding.objects.get(user_id=an.id).user
    lam_dong.refused("not_oneself", lam_dong.give, user, Role.CONTROL_OPERATOR, DIC, actor=an)
    held = lam_dong.give(lam_dong.person("Bình", DIC), Role.CONTROL_OPERATOR, DIC, actor=an)
    lam_dong.refused(
        "not_oneself",
        delegate,
        holding_id=held.pk,
        to_user=an.id,
        until=LATER,
        actor=an,
        now=NOW,
    )


def test_an_operator_gives_no_roles(lam_dong: Town) -> None:
    hoa = lam_dong.person("Hoa", DIC)
    lam_dong.give(hoa, Role.CONTROL_OPERATOR, DIC)
    actor = actor_of(hoa, now=NOW)
    other = lam_dong.person("Bình", DIC)
    lam_dong.refused("not_permitted", lam_dong.give, other, Role.AUDITOR, DIC, actor=actor)
    lam_dong.refused("not_permitted", lam_dong.person, "Chi", DIC, actor=actor)


def test_a_role_is_not_held_twice_and_ends_when_it_says(lam_dong: Town) -> None:
    hoa = lam_dong.person("Hoa", DIC)
    lam_dong.give(hoa, Role.CONTROL_OPERATOR, DIC, valid_to=LATER)
    lam_dong.refused("role_held", lam_dong.give, hoa, Role.CONTROL_OPERATOR, DIC)
    lam_dong.refused("end_passed", lam_dong.give, hoa, Role.AUDITOR, DIC, valid_to=NOW)
    assert actor_of(hoa, now=LATER - timedelta(seconds=1)).roles
    assert not actor_of(hoa, now=LATER).roles


def test_the_last_system_administrator_stays_until_there_is_another(lam_dong: Town) -> None:
    an = lam_dong.admin("An", DIC)
    own = RoleHolding.objects.get(user_id=an.id)
    common = {"reason": "Nghỉ", "actor": an, "now": NOW}
    lam_dong.refused("last_admin", end_role, holding_id=own.pk, **common)
    assert RoleHolding.objects.in_force(NOW).filter(pk=own.pk).exists()
    binh = lam_dong.person("Bình", DIC)
    delegate(holding_id=own.pk, to_user=binh.pk, until=LATER, actor=an, now=NOW)
    lam_dong.refused("last_admin", end_role, holding_id=own.pk, **common)
    lam_dong.give(lam_dong.person("Chi", COMPANY), ADMIN, COMPANY, actor=an)
    end_role(holding_id=own.pk, **common)
    assert held_by(binh) == set(), "what was delegated falls with the role"
    lam_dong.refused(
        "role_not_in_force", end_role, holding_id=own.pk, **(common | {"actor": SYSTEM})
    )


def test_ending_a_role_needs_a_reason_and_the_record_keeps_it(lam_dong: Town) -> None:
    held = lam_dong.give(lam_dong.person("Hoa", DIC), Role.CONTROL_OPERATOR, DIC)
    common = {"holding_id": held.pk, "actor": SYSTEM, "now": NOW}
    lam_dong.refused("reason_missing", end_role, reason=" ", **common)
    end_role(reason="Chuyển công tác", **common)
    kept = RoleHolding.objects.get(pk=held.pk)
    assert (kept.ended_reason, kept.valid_to) == ("Chuyển công tác", NOW)
    assert Event.objects.latest("id").after == {"reason": "Chuyển công tác"}


# ---------------------------------------------------------------- delegation


def test_a_delegation_goes_no_further_than_the_role_and_not_on(lam_dong: Town) -> None:
    hoa, lan = lam_dong.person("Hoa", DIC), lam_dong.person("Lan", DIC)
    held = lam_dong.give(hoa, Role.CONTROL_OPERATOR, DIC, valid_to=LATER)
    actor = actor_of(hoa, now=NOW)

    def pass_on(to, until=LATER, holding=held, by=actor):
        return delegate(holding_id=holding.pk, to_user=to.pk, until=until, actor=by, now=NOW)

    lam_dong.refused("delegated_too_long", pass_on, lan, LATER + timedelta(seconds=1))
    lam_dong.refused("end_passed", pass_on, lan, NOW)
    lam_dong.refused(
        "not_permitted", pass_on, lam_dong.person("Dung", DIC), by=actor_of(lan, now=NOW)
    )
    made = pass_on(lan)
    assert (made.scope, made.organisation) == (held.scope, held.organisation)
    lam_dong.refused("role_held", pass_on, lan)
    further = lam_dong.person("Mai", DIC)
    lam_dong.refused("delegated_on", pass_on, further, holding=made, by=actor_of(lan, now=NOW))
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleHolding.objects.filter(pk=made.pk).update(valid_to=None)


def test_a_delegation_is_withdrawn_by_holder_receiver_or_administrator(lam_dong: Town) -> None:
    hoa, lan = lam_dong.person("Hoa", DIC), lam_dong.person("Lan", DIC)
    other = lam_dong.person("Mai", DIC)
    held = lam_dong.give(hoa, Role.CONTROL_OPERATOR, DIC)
    an = lam_dong.admin("An", COMPANY)
    for who in (actor_of(hoa, now=NOW), actor_of(lan, now=NOW), an):
        made = delegate(
            holding_id=held.pk, to_user=lan.pk, until=LATER, actor=actor_of(hoa, now=NOW), now=NOW
        )
        outsider = actor_of(other, now=NOW)
        lam_dong.refused(
            "not_permitted", withdraw_delegation, holding_id=made.pk, actor=outsider, now=NOW
        )
        withdraw_delegation(holding_id=made.pk, actor=who, now=NOW)
        assert held_by(lan) == set()
    lam_dong.refused("not_a_delegation", withdraw_delegation, holding_id=held.pk, actor=an, now=NOW)


def test_a_delegated_administrator_makes_no_administrators(lam_dong: Town) -> None:
    an = lam_dong.admin("An", DIC)
    binh, chi = lam_dong.person("Bình", DIC), lam_dong.person("Chi", DIC)
    own = RoleHolding.objects.get(user_id=an.id)
    delegate(holding_id=own.pk, to_user=binh.pk, until=LATER, actor=an, now=NOW)
    acting = actor_of(binh, now=NOW)
    lam_dong.refused("delegated_admin", lam_dong.give, chi, ADMIN, DIC, actor=acting)
    lam_dong.give(chi, Role.AUDITOR, DIC, actor=acting)


# ---------------------------------------------------------------- the role of a site


@pytest.mark.parametrize(
    ("key", "role"),
    [
        ("khanh-hoa", Role.SITE_OPERATOR),
        ("lao-cai", Role.SITE_OPERATOR),
        ("hue", Role.SITE_OPERATOR),
        ("lam-dong", Role.HOST_SITE_OPERATOR),
        ("binh-dinh", Role.HOST_SITE_OPERATOR),
    ],
)
@pytest.mark.django_db
def test_the_host_site_has_an_operator_of_its_own_only_where_the_regulation_knows_one(
    key: str, role: Role
) -> None:
    town = Town(key)
    host = Site.objects.get(is_host_default=True)
    assert role_at(host, province=key, now=NOW) is role
    member = Site.objects.filter(is_host_default=False).first()
    assert role_at(member, province=key, now=NOW) is Role.SITE_OPERATOR
    body = host.organisation
    town.give(town.person("Người trực", body.key), role, body.key, site=host.key)


def test_a_commune_that_hosts_in_lam_dong_does_not_control() -> None:
    given = {"duties": (), "kind": "people_committee", "tier": "commune"}
    profile = load_profile("lam-dong", on=NOW.date())
    assert site_role(profile, hosts=True, **given) is Role.SITE_OPERATOR
