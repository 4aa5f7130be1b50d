"""The one place where a request is asked whether its session may go on.

Ended session, what the session owes (second factor, password, rules of use), idle lock: in this
order. The rules are pure and stand in accounts/login; here they meet the addresses of the pages.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import suspend_request
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import ResolverMatch, reverse
from django.utils import timezone
from django.utils.http import urlencode

from diemcau.accounts.login import credentials, idle, sessions
from diemcau.accounts.login.acknowledgement import acknowledged
from diemcau.accounts.login.devices import address
from diemcau.accounts.login.idle import Limits, PageClass
from diemcau.accounts.login.models import LiveClaim, Session
from diemcau.accounts.login.rules import Need, Situation, first, is_trusted, needs
from diemcau.accounts.login.words import PUT_OUT, Said
from diemcau.accounts.models import RoleHolding, User
from diemcau.audit.actor import Role
from diemcau.conference.models import Conference

PROVING = ("account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn")
"""Where a person proves again who they are."""

OPEN = frozenset(
    {
        *("language", "health", "sign-in", "sign-out"),
        *("account_login", "account_logout", "account_inactive"),
        *("mfa_authenticate", "mfa_login_webauthn"),
        *PROVING,
        *("openid_connect_login", "openid_connect_callback"),
        *("socialaccount_login_cancelled", "socialaccount_login_error", "socialaccount_signup"),
        *("login-stranger", "login-invitation", "login-locked", "login-idle"),
    }
)
"""Pages without which nobody could sign in, prove who they are, or sign out."""

SCREENS = frozenset({"desk", "room"})
"""The live conference screens."""

LIVE = frozenset({"login-live"})

WHERE: dict[Need, tuple[str, frozenset[str]]] = {
    Need.STEP_UP: ("mfa_reauthenticate", frozenset()),
    Need.SET_UP_FACTOR: (
        "login-set-up",
        frozenset(
            {"login-set-up", "mfa_activate_totp", "mfa_add_webauthn", "mfa_view_recovery_codes"}
        ),
    ),
    Need.CHANGE_PASSWORD: ("account_change_password", frozenset({"account_change_password"})),
    Need.ACKNOWLEDGE: ("login-acknowledge", frozenset({"login-acknowledge"})),
}
"""Where a need is met, and the pages that are open meanwhile beside OPEN."""

OWED: dict[Need, Said] = {
    Need.STEP_UP: Said(
        "second_factor_needed",
        "Cần mã xác thực của tài khoản. Về trang đầu và nhập mã.",
        "The account's second factor is needed. Go to the start page and enter the code.",
    ),
    Need.SET_UP_FACTOR: Said(
        "second_factor_missing",
        "Tài khoản chưa có lớp xác thực thứ hai. Về trang đầu để thiết lập.",
        "The account has no second factor yet. Go to the start page to set it up.",
    ),
    Need.CHANGE_PASSWORD: Said(
        "password_due",
        "Đã đến hạn đổi mật khẩu. Về trang đầu để đổi.",
        "The password must be changed. Go to the start page to change it.",
    ),
    Need.ACKNOWLEDGE: Said(
        "terms_missing",
        "Chưa xác nhận quy định sử dụng. Về trang đầu để xác nhận.",
        "The rules of use are not accepted yet. Go to the start page to accept them.",
    ),
}

ADMINISTRATION = "quan-tri/"
"""Addresses of administration begin so."""

SECRETS = frozenset({"account_change_password", "login-invitation"})
"""What is typed there is not kept over a lock."""


def page_class(match: ResolverMatch) -> PageClass:
    """Return the kind of a page. A page that nobody named is business."""
    if "api" in match.namespaces or match.url_name in LIVE:
        return PageClass.LIVE
    if match.url_name in OPEN:
        return PageClass.OPEN
    if match.route.startswith(ADMINISTRATION):
        return PageClass.ADMINISTRATION
    return PageClass.BUSINESS


def limits() -> Limits:
    """Return after how long pages lock in this installation."""
    rules = settings.SIGN_IN
    return Limits(
        timedelta(seconds=rules.idle_seconds), timedelta(seconds=rules.idle_admin_seconds)
    )


def situation(request: HttpRequest, row: Session, user: User, now: datetime) -> Situation:
    """Gather what the rule asks about."""
    administrator = (
        RoleHolding.objects.in_force(now).filter(user=user, role=Role.SYSTEM_ADMIN).exists()
    )
    by_link = row.method == "link"
    set_on, strong = (None, False) if by_link else credentials.last_change(user)
    return Situation(
        administrator=administrator,
        trusted=is_trusted(address(request), settings.SIGN_IN.trusted_networks),
        has_factor=credentials.has_factor(user),
        factor_used=sessions.factor_used(request, user),
        by_link=by_link,
        password_set_on=set_on,
        password_strong=strong,
        acknowledged=by_link or acknowledged(user),
        today=timezone.localdate(now),
    )


def prove_url(request: HttpRequest, *, factor: bool, back: str) -> str:
    """Return where the person proves again who they are, and comes back from.

    Args:
        request: of the person.
        factor: only a second factor will do.
        back: the path to come back to.
    """
    methods = _methods(request)
    if factor:
        methods = [m for m in methods if m["id"].startswith("mfa")]
    url = methods[0]["url"] if methods else reverse("login-locked")
    return f"{url}?{urlencode({'next': back})}"


def _methods(request: HttpRequest) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = get_adapter(request).get_reauthentication_methods(request.user)
    return found


def row_of(request: HttpRequest) -> Session:
    """Return the session's row: the gate has put it there."""
    row: Session = request.sign_in_row  # type: ignore[attr-defined]
    return row


class LoginGate:
    """Ask the rules before every view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._next(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Return what stands in for the view, or None to let it answer."""
        user, now = request.user, timezone.now()
        match = request.resolver_match
        if not isinstance(user, User) or match is None:
            return None
        row = sessions.current(request, now=now)
        if row is None:
            logout(request)
            return None
        request.sign_in_row = row  # type: ignore[attr-defined]
        page = page_class(match)
        if page is PageClass.OPEN:
            # Who signs in by links only has nothing to prove with: another page says what to do.
            asked = match.url_name in PROVING and not _methods(request)
            return redirect("login-locked") if asked else None
        api = "api" in match.namespaces
        owed = first(needs(situation(request, row, user, now), admin_months=self._months()))
        if owed is not None and match.url_name not in WHERE[owed][1]:
            return _denied(OWED[owed]) if api else self._lead(request, owed)
        if row.put_out_at is not None and api and _acts_in_conference(request):
            return _denied(PUT_OUT)
        return self._idle(request, row, page, match, kwargs, now)

    def _months(self) -> int:
        months: int = settings.SIGN_IN.password_admin_months
        return months

    def _lead(self, request: HttpRequest, owed: Need) -> HttpResponse:
        back = request.get_full_path() if request.method == "GET" else "/"
        if owed is Need.STEP_UP:
            return redirect(prove_url(request, factor=True, back=back))
        return redirect(f"{reverse(WHERE[owed][0])}?{urlencode({'next': back})}")

    def _idle(
        self,
        request: HttpRequest,
        row: Session,
        page: PageClass,
        match: ResolverMatch,
        kwargs: dict[str, Any],
        now: datetime,
    ) -> HttpResponse | None:
        rules, clocks = limits(), sessions.clocks(row)
        if idle.locked(page, clocks, limits=rules, now=now) and not (
            match.url_name in SCREENS and _still_live(row, kwargs.get("conference_id", 0))
        ):
            return _lock(request, match)
        new = idle.used(page, clocks, limits=rules, now=now)
        sessions.seen(row, new, address=address(request), limits=rules, now=now)
        if match.url_name not in SCREENS and page is not PageClass.LIVE:
            rest = idle.left(page, new, limits=rules, now=now)
            request.idle_seconds = int(rest.total_seconds()) + 1  # type: ignore[attr-defined]
        return None


def _still_live(row: Session, conference: int) -> bool:
    """Whether this session takes part in that conference: its screen comes back without asking."""
    return (
        LiveClaim.objects.filter(session=row, conference_id=conference).exists()
        and Conference.objects.in_session().filter(pk=conference).exists()
    )


def _acts_in_conference(request: HttpRequest) -> bool:
    # These two ask by themselves whether the account is live elsewhere.
    asks_itself = request.path.endswith(("/join", "/desk/tokens"))
    return request.path.startswith("/api/conferences/") and not asks_itself


def _denied(said: Said) -> HttpResponse:
    body = {"code": said.code, "detail_vi": said.vi, "detail_en": said.en, "clause": ""}
    return JsonResponse(body, status=403)


def _lock(request: HttpRequest, match: ResolverMatch) -> HttpResponse:
    """Ask for the password or the factor; a form that was sent is sent again afterwards."""
    url = prove_url(request, factor=False, back=request.get_full_path())
    if request.method != "POST" or match.url_name in SECRETS:
        back = request.get_full_path() if request.method == "GET" else "/"
        return redirect(prove_url(request, factor=False, back=back))
    # What is kept in the session must not hold the cookies: the device's secret is one.
    request.META = {k: v for k, v in request.META.items() if k != "HTTP_COOKIE"}
    response: HttpResponse = suspend_request(request, url.partition("?")[0])
    return response
