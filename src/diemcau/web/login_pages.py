"""Pages of signing in that allauth does not bring: the account, sessions, rules of use, locks."""

from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from diemcau.accounts.login import (
    acknowledgement,
    attempts,
    credentials,
    dormancy,
    invitations,
    live,
    policy,
    sessions,
)
from diemcau.accounts.login import idle as idle_rules
from diemcau.accounts.login.idle import PageClass
from diemcau.accounts.login.models import Session, Standing
from diemcau.accounts.login.words import DIFFERENT, ELSEWHERE, STRANGER
from diemcau.accounts.models import User
from diemcau.accounts.services import DESK_USER, IssuedLink
from diemcau.accounts.services_people import disable_person, enable_person
from diemcau.audit.actor import Actor
from diemcau.audit.refusal import Refusal
from diemcau.conference.expected import sites_expected

from . import login_live, who
from .login_gate import limits, prove_url, row_of
from .texts import Texts


def _texts() -> Texts:
    return Texts("en" if get_language() == "en" else "vi")


def _reason(refusal: Refusal) -> str:
    return refusal.en if get_language() == "en" else refusal.vi


def _actor(request: HttpRequest) -> Actor:
    found = who.actor(request)
    assert found is not None
    return found


def _user(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User)
    return user


def _back(request: HttpRequest) -> str:
    """Return the path to go back to, of this installation only."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else "/"


# ---------------------------------------------------------------- setting a password


@never_cache
@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Set the first password, or a new one, by a one-time link."""
    now = timezone.now()
    problems: list[str] = []
    try:
        user = invitations.peek(secret, now=now)
        if request.method == "POST":
            one, two = request.POST.get("password1", ""), request.POST.get("password2", "")
            if one != two:
                problems = [str(DIFFERENT)]
            else:
                invitations.accept(secret, password=one, address=who.address(request), now=now)
                return redirect(f"{reverse('account_login')}?{urlencode({'ten': user.username})}")
    except ValidationError as error:
        problems = list(error.messages)
    except Refusal as refusal:
        return render(request, "web/link_problem.html", {"reason": _reason(refusal)}, status=410)
    context = {"user_shown": user, "problems": problems, "rules": str(credentials.rules_said())}
    return render(request, "web/login_invitation.html", context, status=422 if problems else 200)


# ---------------------------------------------------------------- the own account


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """The person's password, second factors and sessions."""
    user, now, row = _user(request), timezone.now(), row_of(request)
    if request.method == "POST":
        actor = _actor(request)
        if request.POST.get("act") == "end-others":
            sessions.end_others(user=user, keep=row, actor=actor, now=now)
        elif request.POST.get("session", "").isdigit():
            sessions.end(user=user, rows=[int(request.POST["session"])], actor=actor, now=now)
        return redirect("mfa_index")
    found = Authenticator.objects.filter(user=user).order_by("created_at")
    factors = {kind: [a for a in found if a.type == kind] for kind in Authenticator.Type}
    codes = factors[Authenticator.Type.RECOVERY_CODES]
    set_on, _strong = credentials.last_change(user)
    context = {
        "actor": _actor(request),
        "app": factors[Authenticator.Type.TOTP],
        "keys": [a.wrap() for a in factors[Authenticator.Type.WEBAUTHN]],
        "codes_left": len(codes[0].wrap().get_unused_codes()) if codes else None,
        "has_factor": credentials.has_factor(user),
        "password_set_on": set_on,
        "sessions": sessions.of(user),
        "own": row,
        "sleep_days": settings.SIGN_IN.dormant_disable_days,
        "slept": _slept(user, row, now),
    }
    return render(request, "web/login_account.html", context)


def _slept(user: User, row: Session, now: datetime) -> bool:
    """Whether so long passed before this sign-in that the account was near being disabled."""
    before = Session.objects.filter(user=user, since__lt=row.since).order_by("-since").first()
    warn = timedelta(days=settings.SIGN_IN.dormant_warn_days)
    return before is not None and row.since - before.seen_at > warn


@never_cache
@login_required
@require_GET
def set_up(request: HttpRequest) -> HttpResponse:
    """Choose a second factor: the only pages open to who needs one and has none."""
    return render(request, "web/login_set_up.html", {"back": _back(request)})


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def acknowledge(request: HttpRequest) -> HttpResponse:
    """Show the rules of use once per version, and record that they are accepted."""
    if request.method == "POST":
        acknowledgement.acknowledge(
            user=_user(request), actor=_actor(request), by_link=False, now=timezone.now()
        )
        return redirect(_back(request))
    return render(request, "web/login_acknowledge.html", {"back": _back(request)})


@never_cache
@require_GET
def stranger(request: HttpRequest) -> HttpResponse:
    """The provincial sign-on knows the person, this installation does not."""
    return render(request, "web/link_problem.html", {"reason": str(STRANGER)}, status=403)


# ---------------------------------------------------------------- idle lock


@never_cache
@require_GET
def locked(request: HttpRequest) -> HttpResponse:
    """Lead to the password or the factor; who has neither needs a new one-time link."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    url = prove_url(request, factor=False, back=_back(request))
    if not url.startswith(reverse("login-locked") + "?"):
        return redirect(url)
    return render(request, "web/login_locked.html")


@never_cache
@require_GET
def idle(request: HttpRequest) -> JsonResponse:
    """Say how long the page that asks stays open; asking is no use of it."""
    if not request.user.is_authenticated:
        return JsonResponse({"seconds": 0})
    kind = PageClass.ADMINISTRATION if "quan-tri" in request.GET else PageClass.BUSINESS
    rest = idle_rules.left(
        kind, sessions.clocks(row_of(request)), limits=limits(), now=timezone.now()
    )
    return JsonResponse({"seconds": rest.total_seconds()})


# ---------------------------------------------------------------- one live session


@never_cache
@login_required
@require_POST
def live_sign(request: HttpRequest) -> JsonResponse:
    """A live screen says that it is open, and hears whether the account came elsewhere."""
    row, now = row_of(request), timezone.now()
    conference = request.POST.get("conference", "")
    claim = live.seen(row, int(conference), now=now) if conference.isdigit() else None
    alert = ""
    if claim is not None and claim.alert_at and now - claim.alert_at < live.ALERT_FOR:
        where = f"{claim.alert_device}, {claim.alert_address}"
        at = timezone.localtime(claim.alert_at)
        alert = _texts()["live_alert"].format(where=where, at=f"{at:%H:%M}")
    return JsonResponse({"alert": alert, "put_out": row.put_out_at is not None})


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def elsewhere(request: HttpRequest) -> HttpResponse:
    """The account takes part on another device: go on here after proving who one is."""
    row, now, back = row_of(request), timezone.now(), _back(request)
    if request.method == "POST":
        try:
            login_live.move_here(request, _actor(request))
        except Refusal:
            return redirect(request.get_full_path())
        return redirect(back)
    claim = live.holder(row, now=now)
    here = f"{reverse('login-elsewhere')}?{urlencode({'next': back})}"
    prove = prove_url(request, factor=False, back=here)
    context = {
        "reason": str(ELSEWHERE),
        "claim": claim,
        "may_move": live.may_move(row),
        "put_out": row.put_out_at is not None,
        "prove": "" if prove.startswith(reverse("login-locked") + "?") else prove,
        "back": back,
    }
    return render(request, "web/login_elsewhere.html", context, status=409 if claim else 200)


# ---------------------------------------------------------------- administration


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def administration(request: HttpRequest) -> HttpResponse:
    """Locks, sleeping and disabled accounts, invitations: for those who look after sign-in."""
    actor, now = _actor(request), timezone.now()
    problem, link = "", None
    try:
        policy.require(actor, policy.Act.SEE_SIGN_INS)
    except Refusal as refusal:
        return render(request, "web/not_permitted.html", {"reason": _reason(refusal)}, status=403)
    if request.method == "POST":
        try:
            link = _administer(request, actor, now)
            if link is None:
                return redirect("login-administration")
        except Refusal as refusal:
            problem = _reason(refusal)
    rules = settings.SIGN_IN
    asleep = {
        s.user: dormancy.judge(
            s, warn=rules.dormant_warn_days, disable=rules.dormant_disable_days, now=now
        )
        for s in dormancy.sleepers(needed_sites=sites_expected(now=now), now=now)
    }
    factors = set(
        Authenticator.objects.filter(type__in=credentials.FACTORS).values_list("user", flat=True)
    )
    open_sessions = Session.objects.filter(ended_at__isnull=True).values_list("user", flat=True)
    counts: dict[int, int] = {}
    for number in open_sessions:
        counts[number] = counts.get(number, 0) + 1
    standing = {s.user_id: s for s in Standing.objects.filter(disabled_at__isnull=False)}
    word = _texts()
    # Accounts of sites and of the desk, into which only a one-time link leads: nobody's own.
    of_the_desk = (
        User.objects.filter(password__startswith="!", is_active=True, socialaccount=None)
        .filter(authenticator=None)
        .filter(Q(holdings__site__isnull=False) | Q(username=DESK_USER))
        .values("pk")
    )
    everybody = "tat-ca" in request.GET
    shown = User.objects.all() if everybody else User.objects.exclude(pk__in=of_the_desk)
    people = [
        {
            "user": user,
            "state": _state(user, asleep.get(user.pk), word),
            "standing": standing.get(user.pk),
            "factor": user.pk in factors,
            "sessions": counts.get(user.pk, 0),
            "password": user.has_usable_password(),
        }
        for user in shown.order_by("-last_login", "username")
    ]
    context = {
        "actor": actor,
        "locks": attempts.locks(now=now),
        "people": people,
        "problem": problem,
        "everybody": everybody,
        "link": request.build_absolute_uri(link.path) if link else "",
        "link_until": link.expires_at if link else None,
        "administrator": policy.may(actor, policy.Act.INVITE),
        "accounts_text": word["accounts_text"].format(
            warn=rules.dormant_warn_days, disable=rules.dormant_disable_days
        ),
    }
    status = 409 if problem else 200
    return render(request, "web/login_administration.html", context, status=status)


def _state(user: User, asleep: dormancy.Dormant | None, word: Texts) -> tuple[str, str]:
    if not user.is_active:
        return "bad", word["login_disabled"]
    if asleep in (dormancy.Dormant.WARNED, dormancy.Dormant.DUE):
        return "warn", word["login_asleep"]
    return "ok", word["login_active"]


def _administer(request: HttpRequest, actor: Actor, now: datetime) -> IssuedLink | None:
    act, given = request.POST.get("act", ""), request.POST.get("user", "")
    if act == "unlock":
        lock = request.POST.get("lock", "")
        attempts.unlock(lock=int(lock) if lock.isdigit() else 0, actor=actor, now=now)
        return None
    if act == "new":
        user = invitations.new_account(
            username=request.POST.get("username", "").strip(),
            name=request.POST.get("name", "").strip(),
            email=request.POST.get("email", "").strip(),
            actor=actor,
            now=now,
        )
        return invitations.invite(user=user, actor=actor, now=now)
    found = User.objects.filter(pk=int(given)).first() if given.isdigit() else None
    if found is None:
        raise Refusal("no_account", "Không có tài khoản này.", "There is no such account.")
    if act == "invite":
        return invitations.invite(user=found, actor=actor, now=now)
    if act == "withdraw":
        invitations.withdraw(user=found, actor=actor, now=now)
    elif act == "end-all":
        sessions.end_all(user=found, actor=actor, now=now)
    elif act == "disable":
        disable_person(user_id=found.pk, reason="by_administrator", actor=actor, now=now)
    elif act == "enable":
        enable_person(user_id=found.pk, actor=actor, now=now)
    elif act == "reset-factors":
        credentials.reset_factors(user=found, actor=actor, now=now)
    return None
