"""Personal accounts: made, changed, revoked on misuse. Closing and merging where roles are held."""

from datetime import date, timedelta

import pytest
from django.test import Client

from diemcau.accounts.first_admin import make_first_admin
from diemcau.accounts.models import RoleHolding, SignInLink, User
from diemcau.accounts.roles import delegate, end_role
from diemcau.accounts.services import actor_of, issue_personal_link, user_for
from diemcau.accounts.services_people import (
    change_person,
    create_person,
    disable_person,
    enable_person,
)
from diemcau.accounts.services_reorganise import (
    Holdings,
    close_organisation,
    merge_organisations,
)
from diemcau.audit.actor import SYSTEM, Actor, Role, Scope
from diemcau.audit.models import Event
from diemcau.audit.refusal import Refusal
from diemcau.directory.models import Site
from tests.conference.test_commands import at_the_same_time

from .conftest import NOW, Town

DIC = "so-khoa-hoc-va-cong-nghe"
COMPANY = "doanh-nghiep-dich-vu-van-hanh"
PAPER = "9/QĐ-UBND"


def test_an_account_is_one_persons_and_has_neither_password_nor_role(lam_dong: Town) -> None:
    an = create_person(
        display_name="Lê Văn Ân",
        title="Chuyên viên",
        phone="0900 000 001",
        organisation=DIC,
        actor=SYSTEM,
        now=NOW,
    )
    assert (an.username, an.has_usable_password(), an.holdings.count()) == ("le.van.an", False, 0)
    assert lam_dong.person("Lê Văn Ân").username == "le.van.an.2"
    lam_dong.refused(
        "username_taken", create_person, display_name="X", username="le.van.an", actor=SYSTEM,
        now=NOW,
    )  # fmt: skip
    lam_dong.refused("name_missing", lam_dong.person, " ")
    for wrong, code in (
        ({"phone": "gọi sau"}, "phone_invalid"),
        ({"username": "a b"}, "username_invalid"),
    ):
        lam_dong.refused(code, create_person, display_name="X", actor=SYSTEM, now=NOW, **wrong)


@pytest.mark.requirement("KH-5.4")
def test_a_misused_account_is_revoked_at_once_with_its_session_links_and_delegations(
    khanh_hoa: Town,
) -> None:
    office = "van-phong-ubnd-tinh"
    admin = khanh_hoa.admin("An", office)
    hoa, lan = khanh_hoa.person("Hoa", office), khanh_hoa.person("Lan", office)
    held = khanh_hoa.give(hoa, Role.CONTROL_OPERATOR, office, actor=admin)
    delegate(
        holding_id=held.pk, to_user=lan.pk, until=NOW + timedelta(days=3000),
        actor=actor_of(hoa, now=NOW), now=NOW,
    )  # fmt: skip
    browser = Client()
    browser.force_login(hoa)
    assert browser.get("/api/me").status_code == 200
    link = issue_personal_link(user_id=hoa.pk, actor=admin, now=NOW)
    khanh_hoa.refused(
        "reason_missing", disable_person, user_id=hoa.pk, reason="", actor=admin, now=NOW
    )
    disable_person(user_id=hoa.pk, reason="Cho người khác dùng chung", actor=admin, now=NOW)
    assert browser.get("/api/me").status_code == 401
    assert SignInLink.objects.get().withdrawn_at == NOW
    assert Client().post(link.path).status_code == 410
    assert not actor_of(hoa, now=NOW).roles
    assert not actor_of(lan, now=NOW).roles, "what stood on it falls too"
    event = Event.objects.filter(verb="person.disabled").latest("id")
    assert event.after == {"reason": "Cho người khác dùng chung"}
    khanh_hoa.refused("person_disabled", khanh_hoa.give, hoa, Role.AUDITOR, office, actor=admin)
    enable_person(user_id=hoa.pk, actor=admin, now=NOW)
    assert actor_of(User.objects.get(pk=hoa.pk), now=NOW).roles == {Role.CONTROL_OPERATOR}


def test_an_administrator_of_one_seat_does_not_touch_the_systems_administrator(
    khanh_hoa: Town,
) -> None:
    own = khanh_hoa.admin("Bình", "huyen-cam-lam")
    system = khanh_hoa.person("An", "huyen-cam-lam")
    khanh_hoa.give(system, Role.SYSTEM_ADMIN, "van-phong-ubnd-tinh")
    common = {"user_id": system.pk, "actor": own, "now": NOW}
    khanh_hoa.refused("not_permitted", disable_person, reason="Thử", **common)
    khanh_hoa.refused("not_permitted", issue_personal_link, **common)
    assert User.objects.get(pk=system.pk).is_active


def test_nobody_disables_himself_or_the_last_administrator(lam_dong: Town) -> None:
    an = lam_dong.admin("An", DIC)
    given = {"reason": "Thử", "now": NOW}
    lam_dong.refused("not_oneself", disable_person, user_id=an.id, actor=an, **given)
    lam_dong.refused("last_admin", disable_person, user_id=an.id, actor=SYSTEM, **given)


def test_a_person_moves_only_between_bodies_that_the_administrator_has(khanh_hoa: Town) -> None:
    own = khanh_hoa.admin("Bình", "huyen-cam-lam")
    person = khanh_hoa.person("Chi", "huyen-cam-lam", actor=own)
    values = {"user_id": person.pk, "display_name": "Chi", "title": "", "phone": "", "now": NOW}
    khanh_hoa.refused(
        "not_permitted", change_person, organisation="huyen-van-ninh", actor=own, **values
    )
    change_person(organisation="huyen-van-ninh", actor=SYSTEM, **values)
    khanh_hoa.refused(
        "not_permitted", change_person, organisation="huyen-cam-lam", actor=own, **values
    )


# ---------------------------------------------------------------- where roles are held


def close(actor: Actor, key: str, **more: object):
    return close_organisation(
        key=key, on=date(2026, 11, 1), document=PAPER, actor=actor, now=NOW, **more
    )


def merge(actor: Actor, keys: list[str], into: str, **more: object):
    return merge_organisations(
        keys=keys, into=into, on=date(2026, 11, 1), document=PAPER, province="lam-dong",
        actor=actor, now=NOW, **more,
    )  # fmt: skip


def test_an_organisation_with_roles_closes_only_when_they_are_dealt_with(lam_dong: Town) -> None:
    admin = lam_dong.admin("An", DIC)
    lan = lam_dong.person("Lan", "ban-noi-chinh-tinh-uy")
    lam_dong.give(lan, Role.LOCAL_CHAIR, "ban-noi-chinh-tinh-uy")
    refusal = lam_dong.refused(
        "has_holdings", merge, admin, ["ban-noi-chinh-tinh-uy"], "van-phong-tinh-uy"
    )
    assert "Lan" in refusal.vi
    assert actor_of(lan, now=NOW).roles
    merge(admin, ["ban-noi-chinh-tinh-uy"], "van-phong-tinh-uy", holdings=Holdings.END)
    assert not actor_of(lan, now=NOW).roles
    assert RoleHolding.objects.get(user=lan).ended_by == "An"
    assert User.objects.get(pk=lan.pk).organisation.key == "van-phong-tinh-uy"


def test_roles_move_to_the_successor_with_their_site_and_its_clause(lam_dong: Town) -> None:
    admin = lam_dong.admin("An", DIC)
    minh = lam_dong.person("Minh", "so-y-te")
    old = lam_dong.give(minh, Role.SITE_OPERATOR, "so-y-te", site="so-y-te")
    merge(admin, ["so-y-te"], "so-noi-vu", holdings=Holdings.MOVE)
    new = RoleHolding.objects.in_force(NOW).get(user=minh)
    assert (new.organisation.key, new.site.key, new.clause) == ("so-noi-vu", "so-y-te", "LD-3.11")
    assert RoleHolding.objects.get(pk=old.pk).valid_to == NOW
    assert actor_of(minh, now=NOW).site == "so-y-te"


def test_roles_do_not_move_to_a_body_that_may_not_carry_them(lam_dong: Town) -> None:
    admin = lam_dong.admin("An", DIC)
    hoa = lam_dong.person("Hoa", COMPANY)
    lam_dong.give(hoa, Role.CONTROL_OPERATOR, COMPANY)
    from diemcau.directory.models import OrganisationDuty

    OrganisationDuty.objects.filter(organisation__key=COMPANY).delete()
    refusal = lam_dong.refused(
        "not_carried", merge, admin, [COMPANY], "so-noi-vu", holdings=Holdings.MOVE
    )
    assert refusal.clause == "LĐ 3.10"
    assert actor_of(hoa, now=NOW).roles == {Role.CONTROL_OPERATOR}


def test_the_body_of_the_last_administrator_does_not_close(lam_dong: Town) -> None:
    admin = lam_dong.admin("An", COMPANY)
    from diemcau.directory.models import OrganisationDuty

    OrganisationDuty.objects.filter(organisation__key=COMPANY).delete()
    lam_dong.refused("last_admin", close, admin, COMPANY, holdings=Holdings.END)
    lam_dong.admin("Bình", DIC)
    close(admin, COMPANY, holdings=Holdings.END)
    assert not actor_of(User.objects.get(pk=admin.id), now=NOW).roles


# ---------------------------------------------------------------- the first administrator


@pytest.mark.parametrize(
    ("key", "body"),
    [
        ("khanh-hoa", "van-phong-ubnd-tinh"),
        ("lao-cai", DIC),
        ("lam-dong", DIC),
        ("binh-dinh", DIC),
        ("hue", "van-phong-ubnd-thanh-pho"),
    ],
)
@pytest.mark.django_db
def test_the_first_administrator_belongs_to_the_body_that_the_regulation_names(
    key: str, body: str
) -> None:
    Town(key)
    given = {"name": "Lê Văn An", "username": "an", "province": key, "now": NOW}
    path = make_first_admin(**given)
    held = RoleHolding.objects.get(role=Role.SYSTEM_ADMIN)
    assert (held.user.username, held.organisation.key, held.scope) == ("an", body, Scope.SYSTEM)
    again = make_first_admin(**given)
    assert again != path
    assert RoleHolding.objects.count() == 1
    assert Event.objects.filter(verb="admin.made").count() == 2


def test_a_second_administrator_is_not_made_at_the_terminal(lam_dong: Town) -> None:
    lam_dong.admin("An", DIC)
    refusal = lam_dong.refused(
        "admin_exists",
        make_first_admin,
        name="Bình",
        username="binh",
        province="lam-dong",
        now=NOW,
    )
    assert "An" in refusal.vi
    assert not User.objects.filter(username="binh").exists()


def test_the_first_administrator_is_not_one_of_a_single_seat(khanh_hoa: Town) -> None:
    khanh_hoa.refused(
        "not_carried",
        make_first_admin,
        name="Bình",
        username="binh",
        organisation="huyen-cam-lam",
        province="khanh-hoa",
        now=NOW,
    )
    assert not User.objects.exists()


def test_diemcau_admin_writes_the_link_to_a_file_where_there_is_no_terminal(
    lam_dong: Town, capsys: pytest.CaptureFixture[str], settings
) -> None:
    from diemcau.config.admin import main

    assert main(["--name", "Lê Văn An", "--username", "an"]) == 0
    said = capsys.readouterr()
    assert "/dat-mat-khau/" not in said.out + said.err
    path = settings.INSTALLATION.data_dir / "link.txt"
    assert path.stat().st_mode & 0o777 == 0o600
    secret = path.read_text().strip().rpartition("/dat-mat-khau/")[2]
    assert Client().get(f"/dat-mat-khau/{secret}").status_code == 200
    assert main(["--name", "Bình", "--username", "binh"]) == 2
    assert "An" in capsys.readouterr().err


# ---------------------------------------------------------------- at the same moment


@pytest.mark.django_db(transaction=True)
def test_of_two_administrators_who_end_one_another_one_stays() -> None:
    town = Town("hue")
    office = "van-phong-ubnd-thanh-pho"
    an, binh = town.admin("An", office), town.admin("Bình", office)
    of = {held.user_id: held.pk for held in RoleHolding.objects.all()}

    def end(actor: Actor, other: Actor) -> str:
        try:
            end_role(holding_id=of[other.id], reason="Thử", actor=actor, now=NOW)
        except Refusal as refusal:
            return refusal.code
        return "ended"

    done = at_the_same_time(lambda: end(an, binh), lambda: end(binh, an))
    assert sorted(done) in (["ended", "last_admin"], ["ended", "not_permitted"])
    assert RoleHolding.objects.in_force(NOW).count() == 1


def test_a_first_link_names_the_clause_that_its_role_is_carried_by(lam_dong: Town) -> None:
    site = Site.objects.get(key="so-y-te")
    user = user_for(Role.SITE_OPERATOR, site, now=NOW, province="lam-dong")
    assert RoleHolding.objects.get(user=user).clause == "LD-3.11"
