"""Passwords: invited, set by a one-time link, used, changed; and who is locked out."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from diemcau.accounts.login import attempts, credentials, invitations, sessions
from diemcau.accounts.login.models import Acknowledgement, Failure, PasswordUsed, Session
from diemcau.accounts.models import SignInLink, User
from diemcau.accounts.services import issue_link, peek_link
from diemcau.audit.actor import SYSTEM, Role
from diemcau.audit.models import Event
from diemcau.audit.refusal import Refusal
from diemcau.telemetry.redact import redactor

from .conftest import PASSWORD, acts, enter, make, verbs

OTHER = "Thuyền về bến cũ 8"


def signed_in(client: Client) -> bool:
    return client.get("/api/me").status_code == 200


# ---------------------------------------------------------------- invited


def invited(now=None) -> tuple[User, str]:
    now = now or timezone.now()
    user = invitations.new_account(username="lan", name="Lan", email="", actor=SYSTEM, now=now)
    return user, invitations.invite(user=user, actor=SYSTEM, now=now).path


def test_an_invited_person_sets_a_password_once_and_signs_in(db: None) -> None:
    user, path = invited()
    assert not user.has_usable_password()
    client = Client()
    assert "lan" in client.get(path).text
    assert SignInLink.objects.get().consumed_at is None, "looking does not use it up"
    given = {"password1": PASSWORD, "password2": PASSWORD}
    assert client.post(path, given).headers["Location"].startswith("/dang-nhap?")
    user.refresh_from_db()
    assert user.password.startswith("argon2$argon2id$")
    assert "đã được dùng" in client.post(path, given).text
    assert enter("lan").answer.headers["Location"] == "/"
    assert verbs()[:4] == ["account.made", "invitation.issued", "password.set", "invitation.used"]


@pytest.mark.parametrize(
    ("one", "two", "words"),
    [
        ("ngắn", "ngắn", "nhập ít nhất 14 ký tự"),
        ("ngựa chạy nhanh quá", "ngựa chạy nhanh quá", "Dùng đủ bốn loại ký tự"),
        ("Xx1! lan xx yy zz", "Xx1! lan xx yy zz", ""),
        (PASSWORD, OTHER, "không giống nhau"),
    ],
)
def test_a_password_that_is_not_good_is_refused_with_what_to_do(
    db: None, one: str, two: str, words: str
) -> None:
    _user, path = invited()
    answer = Client().post(path, {"password1": one, "password2": two})
    assert (answer.status_code == 302) is (words == "")
    assert words in answer.text
    assert (SignInLink.objects.get().consumed_at is None) is (words != "")


def test_an_invitation_that_was_withdrawn_replaced_or_is_old_says_so(db: None) -> None:
    user, path = invited()
    newer = invitations.invite(user=user, actor=SYSTEM, now=timezone.now()).path
    assert "đã bị thu hồi" in Client().get(path).text
    invitations.withdraw(user=user, actor=SYSTEM, now=timezone.now())
    assert "đã bị thu hồi" in Client().get(newer).text
    last = invitations.invite(user=user, actor=SYSTEM, now=timezone.now()).path
    with time_machine.travel(timezone.now() + invitations.LIFETIME, tick=False):
        assert "đã hết hạn" in Client().get(last).text


def test_a_link_serves_its_own_purpose_only(lan: User) -> None:
    path = invitations.invite(user=lan, actor=SYSTEM, now=timezone.now()).path
    assert Client().post(path.replace("/dat-mat-khau/", "/vao/")).status_code == 410
    secret = path.rsplit("/", 1)[1]
    with pytest.raises(Refusal):
        peek_link(secret, now=timezone.now())


def test_only_an_administrator_invites(lan: User, huong: User) -> None:
    for actor, may in ((acts(huong), True), (acts(lan), False)):
        try:
            invitations.invite(user=lan, actor=actor, now=timezone.now())
        except Refusal as refusal:
            assert refusal.code == "not_permitted"
            assert not may
        else:
            assert may
    assert Event.objects.filter(verb="invitation.issued", refused=True).count() == 1


# ---------------------------------------------------------------- signing in


@pytest.mark.parametrize("name", ["lan", "LAN", " lan ", "lan@tinh.example"])
def test_user_name_or_e_mail_and_password_sign_in(lan: User, name: str) -> None:
    client = enter(name)
    assert client.answer.status_code == 302
    assert signed_in(client)
    row = Session.objects.get()
    assert (row.method, row.device, row.address) == ("password", "Chrome · Windows", "127.0.0.1")
    event = Event.objects.get(verb="login.passed")
    assert (event.actor_name, event.object, event.refused) == ("Lan", "lan", False)


def test_there_is_no_sign_up_and_no_reset_by_mail(lan: User) -> None:
    for path in ("/dang-ky", "/accounts/signup/", "/signup/", "/password/reset/"):
        assert Client().get(path).status_code == 404
    assert "dang-ky" not in Client().get("/dang-nhap").text


def test_a_wrong_password_and_an_unknown_account_get_the_same_answer(lan: User) -> None:
    def told(name: str) -> str:
        answer = enter(name, "sai").answer
        assert answer.status_code == 200
        text = answer.text.split("<main")[1].replace(name, "")
        return re.sub(r'csrfmiddlewaretoken" value="\w+"', "", text)

    assert "Tên đăng nhập hoặc mật khẩu không đúng" in told("lan")
    assert told("lan") == told("nobody")
    refused = Event.objects.filter(verb="login.refused")
    assert refused.count() == 3
    assert all(e.refused and e.code == "wrong_credentials" for e in refused)


@pytest.mark.requirement("LC-4.4")
@pytest.mark.requirement("BD-6.2")
def test_no_password_and_no_unknown_name_stands_in_an_event_or_a_row(lan: User) -> None:
    enter("MatKhauNhapNham", "BiMat-987!")
    enter("lan", "BiMat-987!")
    everything = str(list(Event.objects.values())) + str(list(Failure.objects.values()))
    assert "BiMat" not in everything
    assert "MatKhauNhapNham" not in everything


def test_the_session_changes_its_key_at_sign_in(lan: User) -> None:
    client = Client()
    client.get("/dang-nhap")
    session = client.session
    session["x"] = 1
    session.save()
    before = session.session_key
    client.post("/dang-nhap", {"login": "lan", "password": PASSWORD})
    assert client.session.session_key != before


def test_a_disabled_account_is_told_so_with_the_right_password_only(lan: User) -> None:
    lan.is_active = False
    lan.save()
    assert enter("lan").answer.headers["Location"] == "/dang-nhap/bi-khoa"
    assert "đang bị khóa" in Client().get("/dang-nhap/bi-khoa").text
    assert "không đúng" in enter("lan", "sai").answer.text
    assert Event.objects.filter(code="account_disabled", refused=True).exists()


# ---------------------------------------------------------------- rules of use


@pytest.mark.requirement("LD-5.3")
def test_the_rules_of_use_are_shown_once_per_version(db: None, monkeypatch) -> None:
    make("lan", accepted=False)
    client = enter("lan")
    shown = client.get("/", follow=True)
    assert shown.redirect_chain[-1][0].startswith("/cam-ket")
    assert "LĐ 5.3" in shown.text
    assert client.get("/api/me").status_code == 403
    assert client.post("/cam-ket", {"next": "/tai-khoan"}).headers["Location"] == "/tai-khoan"
    assert client.get("/").status_code == 200
    assert enter("lan").get("/").status_code == 200
    assert Event.objects.filter(verb="terms.accepted").count() == 1
    monkeypatch.setattr("diemcau.accounts.login.acknowledgement.VERSION", "2")
    assert client.get("/").status_code == 302


@pytest.mark.requirement("LD-5.3")
def test_the_button_of_a_link_accepts_the_rules(db: None) -> None:
    made = issue_link(role=Role.CONTROL_OPERATOR, site=None, actor=SYSTEM, now=timezone.now())
    client = Client()
    assert "cam kết dùng đúng mục đích" in client.get(made.path).text
    client.post(made.path)
    assert Acknowledgement.objects.get().by_link
    assert "terms.accepted" in verbs()


def test_a_page_to_go_on_to_is_never_elsewhere(db: None) -> None:
    make("lan", accepted=False)
    answer = enter("lan").post("/cam-ket", {"next": "https://lua-dao.example/"})
    assert answer.headers["Location"] == "/"


# ---------------------------------------------------------------- changing


def change(client: Client, new: str, old: str = PASSWORD) -> object:
    given = {"oldpassword": old, "password1": new, "password2": new}
    return client.post("/tai-khoan/mat-khau", given)


@pytest.mark.requirement("LD-6.7")
def test_a_changed_password_ends_every_other_session(lan: User) -> None:
    here, there = enter("lan"), enter("lan")
    assert change(here, OTHER).status_code == 302
    assert signed_in(here)
    assert not signed_in(there)
    assert list(Session.objects.filter(ended_at__isnull=True)) == [Session.objects.earliest("id")]
    assert enter("lan", OTHER).answer.status_code == 302
    assert Event.objects.get(verb="password.changed").after == {"sessions_ended": 1}


def test_the_last_ten_passwords_do_not_come_back(lan: User) -> None:
    client = enter("lan")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        words, now = [f"Ngựa chạy nhanh {n}" for n in range(10, 21)], PASSWORD
        for word in words[:10]:
            # allauth limits how fast one person changes passwords.
            clock.shift(timedelta(seconds=20))
            assert change(client, word, now).status_code == 302, word
            now = word
        clock.shift(timedelta(seconds=61))
        assert "đã dùng gần đây" in change(client, words[0], now).text
        clock.shift(timedelta(seconds=20))
        assert change(client, PASSWORD, now).status_code == 302, "the eleventh back is free"
    assert PasswordUsed.objects.filter(user=lan).count() == 12


def test_the_present_password_is_asked_for_and_failures_count(lan: User) -> None:
    client = enter("lan")
    assert "Mật khẩu đang dùng không đúng" in change(client, OTHER, "sai").text
    assert Failure.objects.get(user=lan).count == 1


def test_an_administrator_with_an_old_password_changes_it_first(huong: User) -> None:
    from allauth.mfa.models import Authenticator

    Authenticator.objects.create(user=huong, type="totp", data={"secret": "x"})
    client = enter("huong")
    PasswordUsed.objects.update(set_at=timezone.now() - timedelta(days=70))
    client.force_login(huong)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": 1}]
    session["account_authentication_methods_user"] = str(huong.pk)
    row = Session.objects.create(
        key="k",
        user=huong,
        method="password",
        **dict.fromkeys(
            ("since", "seen_at", "authenticated_at", "business_at", "administration_at"),
            timezone.now(),
        ),
    )
    session[sessions.KEY] = row.key
    session.save()
    assert client.get("/").headers["Location"].startswith("/tai-khoan/mat-khau")
    assert client.get("/api/me").json()["code"] == "password_due"
    assert client.get("/tai-khoan/mat-khau").status_code == 200
    assert change(client, "mới tinh 9!").status_code == 302
    assert client.get("/").status_code == 200


def test_a_common_password_is_refused(lan: User) -> None:
    assert "password123" in credentials.common()
    assert [s.code for s in credentials.wrong_with("iloveyou1", lan)][-1] in (
        "password_common",
        "password_classes",
    )


# ---------------------------------------------------------------- locked out


def test_after_five_failures_a_stranger_waits_and_the_chair_gets_in(lan: User) -> None:
    for _ in range(5):
        enter("lan", "sai", address="203.0.113.9")
    assert "tạm khóa từ máy này" in enter("lan", address="203.0.113.9").answer.text
    assert enter("lan", address="10.0.0.5").answer.status_code == 302
    assert verbs().count("login.locked") == 1


def test_the_pause_passes_by_itself_grows_and_is_the_same_for_unknown_accounts(lan: User) -> None:
    for name in ("lan", "nobody"):
        with time_machine.travel(timezone.now(), tick=False) as clock:
            for _ in range(5):
                enter(name, "sai", address="203.0.113.9")
            assert "tạm khóa" in enter(name, address="203.0.113.9").answer.text
            clock.shift(timedelta(seconds=61))
            assert "không đúng" in enter(name, "sai", address="203.0.113.9").answer.text
            clock.shift(timedelta(seconds=61))
            assert "tạm khóa" in enter(name, address="203.0.113.9").answer.text
            clock.shift(timedelta(seconds=60))
            assert "tạm khóa" not in enter(name, "sai", address="203.0.113.9").answer.text


def test_the_e_mail_address_counts_with_the_user_name(lan: User) -> None:
    for name in ("lan", "lan@tinh.example", "LAN", "lan", "lan"):
        enter(name, "sai")
    assert "tạm khóa" in enter("lan").answer.text


def test_one_address_that_tries_many_accounts_waits(
    lan: User, sign_in: Callable[..., None]
) -> None:
    sign_in(lock_source_after=6)
    for number in range(6):
        enter(f"nguoi-{number}", "sai", address="203.0.113.9")
    assert "tạm khóa" in enter("lan", address="203.0.113.9").answer.text
    assert enter("lan", address="10.0.0.5").answer.status_code == 302


def test_the_right_password_forgets_the_failures_of_this_address(lan: User) -> None:
    for _ in range(4):
        enter("lan", "sai")
    enter("lan")
    for _ in range(4):
        enter("lan", "sai")
    assert enter("lan").answer.status_code == 302


def test_who_knocks_during_a_pause_is_recorded_once(lan: User) -> None:
    for _ in range(12):
        enter("lan", "sai")
    assert Event.objects.filter(verb="login.refused", code="login_locked").count() == 1
    assert Event.objects.filter(verb="login.refused", code="wrong_credentials").count() == 5


def test_an_operator_sees_the_lock_and_opens_it_in_one_recorded_act(lan: User) -> None:
    hoa = make("hoa", role=Role.CONTROL_OPERATOR)
    for _ in range(5):
        enter("lan", "sai", address="203.0.113.9")
    desk = enter("hoa")
    page = desk.get("/quan-tri/dang-nhap").text
    assert "203.0.113.9" in page
    lock = Failure.objects.get(user=lan)
    assert lock in attempts.locks(now=timezone.now())
    desk.post("/quan-tri/dang-nhap", {"act": "unlock", "lock": lock.pk})
    assert enter("lan", address="203.0.113.9").answer.status_code == 302
    event = Event.objects.get(verb="login.unlocked")
    assert (event.actor_id, event.object) == (hoa.pk, "lan")
    assert event.before["address"] == "203.0.113.9"


def test_nobody_else_sees_or_opens_locks(lan: User) -> None:
    client = enter("lan")
    assert client.get("/quan-tri/dang-nhap").status_code == 403
    with pytest.raises(Refusal):
        attempts.unlock(lock=1, actor=acts(lan), now=timezone.now())


def test_no_link_stands_in_a_log() -> None:
    for said in ("Gone: /dat-mat-khau/bi-mat", "Gone: /vao/bi-mat now"):
        assert "bi-mat" not in redactor()(said)
