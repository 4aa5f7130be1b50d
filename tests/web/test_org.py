"""The pages of organisations, persons and rights."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from diemcau.accounts.first_admin import make_first_admin
from diemcau.accounts.models import RoleHolding, User
from diemcau.accounts.queries import HoldingState, holdings
from diemcau.accounts.roles import delegate, give_role
from diemcau.accounts.services import actor_of, user_for
from diemcau.accounts.services_people import create_person, disable_person
from diemcau.audit.actor import SYSTEM, Role
from diemcau.audit.models import Event
from diemcau.conference import services as conferences
from diemcau.directory import services, source
from diemcau.directory.models import Organisation, OrganisationPast, Site
from diemcau.web import texts, texts_org
from tests.signing_in import by_factor

DIC = "so-khoa-hoc-va-cong-nghe"


@pytest.fixture
def lam_dong(db: None) -> None:
    """The register of Lâm Đồng, with An as its administrator."""
    services.load(source.load_directory("lam-dong"))
    make_first_admin(name="An", username="an", province="lam-dong", now=timezone.now())


@pytest.fixture
def browser(lam_dong: None) -> Callable[[str], Client]:
    """Return the browser of somebody by user name."""

    def of(username: str) -> Client:
        return by_factor(User.objects.get(username=username))

    return of


def person(name: str, body: str = DIC) -> User:
    return create_person(display_name=name, organisation=body, actor=SYSTEM, now=timezone.now())


def give(user: User, role: Role, body: str = DIC, **more: object) -> RoleHolding:
    return give_role(
        user_id=user.pk,
        role=role,
        organisation=body,
        province="lam-dong",
        actor=SYSTEM,
        now=timezone.now(),
        **more,
    )


def alert(page: str) -> str:
    found = re.search(r'role="alert">(.*?)</div>', page, re.S)
    assert found, "no alert"
    return found[1]


PAGES = ("/to-chuc", f"/to-chuc/{DIC}", "/nguoi-dung", "/quyen", f"/quyen?to-chuc={DIC}")


@pytest.mark.parametrize("path", PAGES)
def test_pages_with_people_are_for_those_who_need_them(
    path: str, browser: Callable[[str], Client]
) -> None:
    assert browser("an").get(path).status_code == 200
    minh = user_for(Role.SITE_OPERATOR, Site.objects.get(key="xa-da-teh"), now=timezone.now())
    assert browser(minh.username).get(path).status_code == 403
    assert Client().get(path).status_code == 302
    assert 'href="/nguoi-dung"' not in browser(minh.username).get("/").text
    assert 'href="/nguoi-dung"' in browser("an").get("/").text


def test_the_tree_is_that_of_the_day_asked_for(browser: Callable[[str], Client]) -> None:
    page = browser("an").get("/to-chuc?ngay=2025-06-30").text
    assert "Sở Y tế" not in page
    assert "Công ty Điện lực Lâm Đồng" in page
    assert "Sở Y tế" in browser("an").get("/to-chuc?ngay=hom-qua").text
    found = browser("an").get("/to-chuc?q=da teh").text
    assert "UBND xã Đạ Tẻh" in found
    assert "Sở Y tế" not in found


def test_a_change_is_shown_first_and_done_when_confirmed(browser: Callable[[str], Client]) -> None:
    an, path = browser("an"), "/to-chuc/so-y-te/doi-ten"
    form = {"name": "Sở Y tế và Xã hội", "short_name": "Sở YT", "on": "2026-11-01"}
    form |= {"document": "5/QĐ-UBND"}
    shown = an.post(path, form).text
    assert "Sẽ xảy ra" in shown
    assert "Sở Y tế và Xã hội · Sở YT" in shown
    assert Organisation.objects.get(key="so-y-te").name == "Sở Y tế"
    assert not OrganisationPast.objects.exists()
    assert not Event.objects.filter(verb="organisation.renamed").exists()
    done = an.post(path, form | {"confirm": "1"})
    assert done.headers["Location"] == "/to-chuc/so-y-te?xong=1"
    page = an.get("/to-chuc/so-y-te").text
    assert "Sở Y tế và Xã hội" in page
    assert "31/10/2026" in page
    assert "5/QĐ-UBND" in page


def test_the_preview_of_a_merger_names_sites_duties_and_roles(
    browser: Callable[[str], Client],
) -> None:
    give(person("Bình", "so-tai-chinh"), Role.SITE_OPERATOR, "so-tai-chinh", site="so-tai-chinh")
    form = {"keys": ["so-tai-chinh"], "on": "2026-11-01", "document": "6/QĐ", "holdings": "move"}
    shown = browser("an").post("/to-chuc/so-cong-thuong/hop-nhat", form).text
    preview = shown.split("Sẽ xảy ra")[2]
    for words in ("Sở Tài chính (31/10/2026)", "Tài chính", "Bình (Vận hành điểm cầu)"):
        assert words in preview
    assert Organisation.objects.get(key="so-tai-chinh").valid_to is None
    refused = browser("an").post(
        "/to-chuc/so-cong-thuong/hop-nhat", form | {"holdings": "refuse", "confirm": "1"}
    )
    assert refused.status_code == 409
    assert "Bình" in alert(refused.text)


@pytest.mark.parametrize("act", ["chuyen", "loai-cap", "ket-thuc", "giao-nhiem-vu", "hop-nhat"])
def test_a_form_with_nothing_in_it_says_what_to_enter(
    act: str, browser: Callable[[str], Client]
) -> None:
    assert browser("an").get(f"/to-chuc/{DIC}/{act}").status_code == 200
    assert "Nhập ngày." in alert(browser("an").post(f"/to-chuc/{DIC}/{act}", {}).text)


def test_only_an_administrator_reaches_the_acts(browser: Callable[[str], Client]) -> None:
    hoa = person("Hoa")
    give(hoa, Role.CONTROL_OPERATOR)
    other = browser(hoa.username)
    assert "/doi-ten" not in other.get(f"/to-chuc/{DIC}").text
    assert other.post(f"/to-chuc/{DIC}/doi-ten", {}).status_code == 403
    assert other.get("/to-chuc/moi").status_code == 403
    assert other.get("/nguoi-dung/moi").status_code == 403
    given = {"giao-role": "auditor", "giao-organisation": DIC}
    assert other.post(f"/nguoi-dung/{person('Chi').pk}/giao", given).status_code == 403
    assert not RoleHolding.objects.filter(role="auditor").exists()


def test_a_person_is_made_given_a_role_and_revoked_on_the_pages(
    browser: Callable[[str], Client],
) -> None:
    an = browser("an")
    made = an.post("/nguoi-dung/moi", {"display_name": "Lê Thị Hoa", "organisation": DIC})
    path = made.headers["Location"]
    given = {"giao-role": "control_operator", "giao-organisation": DIC}
    assert an.post(f"{path}/giao", given).status_code == 302
    page = an.get(path).text
    assert "Điều khiển trung tâm" in page
    assert "LĐ 3.10" in page
    refused = an.post(f"{path}/giao", {"giao-role": "approver", "giao-organisation": "so-y-te"})
    assert "LĐ 12.2b" in alert(refused.text)
    link = re.search(r'value="(http://testserver/vao/[^"]+)"', an.post(f"{path}/lien-ket").text)
    assert link and Client().post(link[1]).status_code == 302
    an.post(f"{path}/khoa", {"reason": "Dùng chung tài khoản"})
    assert "Dùng chung tài khoản" in an.get(path).text
    an.post(f"{path}/mo-lai")
    held = RoleHolding.objects.get(user__username="le.thi.hoa")
    an.post(f"{path}/ket-thuc", {"holding": held.pk, "reason": "Chuyển công tác"})
    assert "Chuyển công tác" in an.get(path).text
    assert "Chưa giữ vai trò nào." in an.get(path).text


def test_a_holder_passes_the_role_on_from_the_own_page(browser: Callable[[str], Client]) -> None:
    hoa, lan = person("Hoa"), person("Lan")
    chair = give(hoa, Role.CHAIR, "so-y-te")
    own = browser(hoa.username)
    assert own.get(f"/nguoi-dung/{lan.pk}").status_code == 403
    assert own.get(f"/nguoi-dung/{hoa.pk}").status_code == 200
    path = f"/nguoi-dung/{hoa.pk}/uy-quyen"
    form = {"uy-quyen-holding": chair.pk, "uy-quyen-to_user": lan.pk}
    assert "Nhập ngày và giờ kết thúc." in own.post(path, form).text
    assert own.post(path, form | {"uy-quyen-until": "2099-01-01T08:00"}).status_code == 302
    made = RoleHolding.objects.get(user=lan)
    assert made.delegated_from == chair
    assert f"ủy quyền của {hoa}" in browser(lan.username).get(f"/nguoi-dung/{lan.pk}").text
    own.post(f"/nguoi-dung/{hoa.pk}/thu-hoi", {"holding": made.pk})
    assert actor_of(lan, now=timezone.now()).roles == frozenset()


def test_people_are_found_without_marks(browser: Callable[[str], Client]) -> None:
    person("Đặng Thị Ngọc")
    page = browser("an").get("/nguoi-dung?q=dang thi ngoc").text
    assert "Đặng Thị Ngọc" in page
    assert "Không có người nào khớp." in browser("an").get("/nguoi-dung?q=zzz").text


# ---------------------------------------------------------------- who may do what


def row(page: str, act: str) -> str:
    """The text of one act's row."""
    found = [one for one in page.split("<tr>") if f"<b>{act}</b>" in one]
    assert len(found) == 1, act
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0].split("</th>")[1]))


def test_a_conference_names_who_may_act_by_which_role_and_clause(
    browser: Callable[[str], Client],
) -> None:
    hoa, lan = person("Hoa"), person("Lan")
    held = give(hoa, Role.CONTROL_OPERATOR)
    now = timezone.now()
    delegate(
        holding_id=held.pk,
        to_user=lan.pk,
        until=now + timezone.timedelta(days=1),
        actor=SYSTEM,
        now=now,
    )
    host = give(
        person("Quý", "ubnd-tinh"), Role.HOST_SITE_OPERATOR, "ubnd-tinh", site="ubnd-tinh-p1"
    )
    minh = give(person("Minh", "xa-da-teh"), Role.SITE_OPERATOR, "xa-da-teh", site="xa-da-teh")
    gone = person("Tú")
    give(gone, Role.CONTROL_OPERATOR)
    disable_person(user_id=gone.pk, reason="Thử", actor=SYSTEM, now=now)
    made = conferences.schedule(
        title="Giao ban",
        host_site="ubnd-tinh-p1",
        sites=["xa-da-teh"],
        connect_at=now,
        opening_at=now + timezone.timedelta(hours=1),
        province="lam-dong",
        actor=SYSTEM,
        now=now,
    )
    page = browser("an").get(f"/quyen?hop={made.pk}").text
    floor = row(page, "Trao quyền phát biểu")
    assert "Hoa" in floor
    assert "ủy quyền của Hoa" in floor
    assert "Quý" in floor, "the host site controls its conference in Lâm Đồng"
    assert "LĐ 13.3b" in floor
    assert "Minh" not in floor.split("Vì sao không")[0]
    assert "Tú" in floor.split("Vì sao không")[1]
    assert "tài khoản bị khóa" in floor
    asks = row(page, "Xin phát biểu")
    assert "Minh" in asks
    assert "Hoa" not in asks.split("Vì sao không")[0]
    assert "không quy định" in row(page, "Kết thúc lượt của mình")
    # What the page says is what the policy does.
    for holding, allowed in ((held, True), (host, True), (minh, False)):
        actor = actor_of(holding.user, now=timezone.now())
        try:
            conferences.authorise(made, actor, conferences.Act.GIVE_FLOOR)
            may = True
        except conferences.Refusal:
            may = False
        assert may is allowed


def test_a_person_learns_why_not(browser: Callable[[str], Client]) -> None:
    minh = person("Minh", "xa-da-teh")
    give(minh, Role.SITE_OPERATOR, "xa-da-teh", site="xa-da-teh")
    page = browser("an").get(f"/quyen?nguoi={minh.pk}").text
    assert "Được" in row(page, "Vào với tư cách điểm cầu")
    refused = row(page, "Tạo hội nghị")
    assert "Không" in refused
    assert "cần vai trò : Điều khiển trung tâm" in refused.replace("trò:", "trò :")
    assert "vai trò này không có quyền đó" in refused


@pytest.mark.parametrize("path", ["/quyen?hop=9999", "/quyen?nguoi=x", "/quyen?diem-cau=khong"])
def test_a_question_about_nothing_is_no_error(path: str, browser: Callable[[str], Client]) -> None:
    assert browser("an").get(path).status_code == 200


@pytest.mark.parametrize("path", ["/quyen?diem-cau=xa-da-teh", "/nguoi-dung", "/to-chuc"])
def test_pages_ask_no_more_with_many_sites_and_people(
    path: str, browser: Callable[[str], Client]
) -> None:
    an = browser("an")

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert an.get(path).status_code == 200
        return len(seen)

    asked()  # the first request of a session writes that it began
    before = asked()
    now = timezone.now()
    for site in Site.objects.order_by("number")[:30]:
        user_for(Role.SITE_OPERATOR, site, now=now)
    assert asked() == before


def test_the_state_shown_is_the_one_in_force(lam_dong: None) -> None:
    now = timezone.now()
    held = [give(person(f"Người {n}"), Role.CONTROL_OPERATOR) for n in range(4)]
    disable_person(user_id=held[0].user_id, reason="Thử", actor=SYSTEM, now=now)
    RoleHolding.objects.filter(pk=held[1].pk).update(valid_to=timezone.now())
    later = now + timezone.timedelta(days=5)
    for base in (held[2], held[3]):
        delegate(
            holding_id=base.pk,
            to_user=person("X").pk,
            until=later,
            actor=SYSTEM,
            now=timezone.now(),
        )
    disable_person(user_id=held[3].user_id, reason="Thử", actor=SYSTEM, now=now)
    now = timezone.now()
    shown = {one.id for one in holdings(now=now) if one.state is HoldingState.IN_FORCE}
    assert shown == set(RoleHolding.objects.in_force(now).values_list("pk", flat=True))
    assert {one.state for one in holdings(now=now)} >= {
        HoldingState.DISABLED,
        HoldingState.ENDED,
        HoldingState.BASE_FELL,
    }


# ---------------------------------------------------------------- words


def test_every_role_act_duty_and_kind_has_words() -> None:
    from diemcau.accounts import policy as accounts
    from diemcau.conference import policy as conference
    from diemcau.directory import policy as directory
    from diemcau.regulation import Duty, OrganisationKind, Scope
    from diemcau.web import rights

    assert set(texts_org.ROLES) == set(Role)
    assert len(texts_org.ROLES) == 21
    assert set(texts_org.DUTIES) == set(Duty)
    assert set(texts_org.KINDS) == set(OrganisationKind)
    assert set(texts_org.SCOPES) == set(Scope)
    assert set(texts_org.ACTS) == {*conference.Act, *accounts.Act, *directory.Act}
    assert set(texts_org.WHY_NOT) == set(rights.Why)
    assert set(texts_org.STATES) == set(HoldingState)
    assert set(texts_org.REACHES) == set(rights.Reach)


def test_no_word_of_another_page_is_overwritten() -> None:
    for key, words in texts_org.TEXTS.items():
        assert texts.TEXTS[key] == words
