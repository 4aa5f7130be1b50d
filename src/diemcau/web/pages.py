"""The server's pages: sign in, list of conferences, and the two live screens."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from diemcau.accounts.login import sessions
from diemcau.accounts.login.acknowledgement import acknowledge
from diemcau.accounts.login.live import DESK
from diemcau.accounts.login.words import ELSEWHERE
from diemcau.accounts.services import consume_link, peek_link
from diemcau.audit.actor import Role, Scope
from diemcau.audit.refusal import Refusal
from diemcau.conference import services
from diemcau.conference.models import Conference
from diemcau.conference.policy import Act, Situation, may
from diemcau.directory.models import Site
from diemcau.protocol.word import ConferenceState

from . import login_live, who
from .client import ClientMissing, assets
from .forms import BookingForm
from .texts import Texts

RECENT = 20
"""How many closed conferences the start page lists."""


def texts_now() -> Texts:
    """Return the words in the language of this request."""
    return Texts("en" if get_language() == "en" else "vi")


def reason_of(refusal: Refusal) -> str:
    """Return why something was refused, in the language of this request."""
    return refusal.en if get_language() == "en" else refusal.vi


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest, secret: str) -> HttpResponse:
    """Show who the link signs in; pressing the button uses it up.

    Opening the page does nothing, so that the preview of a chat program does not burn the link.
    """
    now = timezone.now()
    try:
        if request.method == "POST":
            user, issued_at = consume_link(secret, address=who.address(request), now=now)
            login(request, user)
            request.session[who.LINK_ISSUED] = issued_at.isoformat()
            sessions.begin(request, method="link", now=now)
            actor = sessions.acting(request, user)
            acknowledge(user=user, actor=actor, by_link=True, now=now)
            response: HttpResponse = redirect("home")
            who.ensure_device(request, response)
            return response
        link = peek_link(secret, now=now)
    except Refusal as refusal:
        return render(request, "web/link_problem.html", {"reason": reason_of(refusal)}, status=410)
    site = Site.objects.filter(roleholding__user=link.user).first()
    return render(request, "web/sign_in.html", {"user_shown": link.user, "site": site})


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    logout(request)
    return redirect("home")


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Switch between Vietnamese and English."""
    response = redirect("home")
    other = "vi" if get_language() == "en" else "en"
    who.remember_language(response, other)
    return response


@never_cache
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """List the conferences that the signed-in person may enter."""
    actor = who.actor(request)
    if actor is None:
        return render(request, "web/welcome.html")
    site = Site.objects.filter(key=actor.site).first()
    operator = actor.holds(Role.CONTROL_OPERATOR, Scope.SYSTEM)
    found = Conference.objects.select_related("host_body", "host_site").order_by("-opening_at")
    if not operator:
        found = found.filter(roster__site=site)
    running = list(found.exclude(state=ConferenceState.CLOSED))
    closed = list(found.filter(state=ConferenceState.CLOSED)[:RECENT])
    cards = []
    for conference in (*running, *closed):
        try:
            services.authorise(conference, actor, Act.SEE_DESK)
            desk_allowed = True
        except Refusal:
            desk_allowed = False
        cards.append(
            {
                "conference": conference,
                "state": texts_now()[f"state_{conference.state}"],
                "sites": conference.roster.count(),
                "desk": desk_allowed,
                "guests": desk_allowed and conference.state != ConferenceState.CLOSED,
                "site": site is not None and conference.state != ConferenceState.CLOSED,
            }
        )
    context = {
        "actor": actor,
        "site": site,
        "cards": cards,
        "operator": operator,
        "books": may(actor, Act.SCHEDULE, Situation()),
    }
    response = render(request, "web/home.html", context)
    who.ensure_device(request, response)
    return response


@never_cache
@require_http_methods(["GET", "POST"])
def new_conference(request: HttpRequest) -> HttpResponse:
    """Book a conference by a short form."""
    actor = who.actor(request)
    if actor is None:
        return redirect("home")
    if not may(actor, Act.SCHEDULE, Situation()):
        reason = texts_now()["centre_only"]
        return render(request, "web/not_permitted.html", {"reason": reason}, status=403)
    now = timezone.localtime()
    form = BookingForm(
        request.POST or None,
        texts=texts_now(),
        initial={
            "connect_at": now.strftime("%Y-%m-%dT%H:%M"),
            "opening_at": (now + timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%M"),
            "count": 48,
            "drill": True,
        },
    )
    refusal = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            conference = services.schedule(
                title=given["title"],
                host_site=given["host_site"],
                sites=Site.objects.order_by("number").values_list("key", flat=True)[
                    : given["count"]
                ],
                connect_at=given["connect_at"],
                opening_at=given["opening_at"],
                province=settings.PROVINCE,
                actor=actor,
                now=timezone.now(),
                drill=given["drill"],
            )
        except Refusal as error:
            refusal = error
        else:
            return HttpResponseRedirect(reverse("desk", args=[conference.pk]))
    context = {"form": form, "problem": reason_of(refusal) if refusal else "", "refusal": refusal}
    return render(request, "web/new_conference.html", context, status=200 if not refusal else 409)


def _live(
    request: HttpRequest, conference_id: int, act: Act, page: str, entry: str
) -> HttpResponse:
    actor = who.actor(request)
    if actor is None:
        return redirect("home")
    conference = Conference.objects.select_related("host_site", "host_body").filter(
        pk=conference_id
    )
    if not conference:
        return not_found(request)
    try:
        services.authorise(conference[0], actor, act)
        place = DESK if page == "desk" else actor.site or ""
        login_live.require_free(request, actor, conference_id, place)
    except Refusal as refusal:
        if refusal.code == ELSEWHERE.code:
            return redirect(f"{reverse('login-elsewhere')}?{urlencode({'next': request.path})}")
        return render(request, "web/not_permitted.html", {"reason": reason_of(refusal)}, status=403)
    try:
        scripts, styles = assets(entry)
    except ClientMissing:
        return render(request, "web/client_missing.html", status=503)
    context = {
        "conference": conference[0],
        "page": page,
        "scripts": scripts,
        "styles": styles,
        "signal_url": settings.SIGNAL_URL,
    }
    response = render(request, "web/live.html", context)
    who.ensure_device(request, response)
    return response


@never_cache
@ensure_csrf_cookie
@require_GET
def desk(request: HttpRequest, conference_id: int) -> HttpResponse:
    """The control desk."""
    return _live(request, conference_id, Act.SEE_DESK, "desk", "src/desk/main.tsx")


@never_cache
@ensure_csrf_cookie
@require_GET
def room(request: HttpRequest, conference_id: int) -> HttpResponse:
    """The site screen."""
    return _live(request, conference_id, Act.JOIN, "site", "src/room/main.tsx")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """There is no such page."""
    return render(request, "web/not_found.html", status=404)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The proof against forged requests is missing: mostly a page that was open for long."""
    text = {"reason": texts_now()["page_outdated"]}
    return render(request, "web/not_permitted.html", text, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Something failed on the server."""
    return render(request, "web/server_error.html", {"navigation": []}, status=500)
