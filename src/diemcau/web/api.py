"""The API: parse, call one service, answer. Its description is docs/openapi.json."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Schema, Status
from ninja.errors import HttpError, ValidationError
from ninja.security import APIKeyCookie, SessionAuth
from pydantic import AwareDatetime, Field

from diemcau.accounts.roles import role_at
from diemcau.accounts.services import issue_link
from diemcau.audit.actor import Actor, Role, Scope
from diemcau.audit.refusal import Refusal
from diemcau.conference import commands, desks, joining, passes, queries, services
from diemcau.conference.models import Conference
from diemcau.conference.policy import Act
from diemcau.directory.models import Site
from diemcau.media.tokens import InvalidToken, read
from diemcau.protocol.base import Line
from diemcau.protocol.commands import CommandRequest, CommandResult
from diemcau.protocol.desk import DeskSnapshot, DeskTokens
from diemcau.protocol.joining import Elsewhere, JoinAnswer, JoinRequest, Replaced
from diemcau.telemetry import web_metrics

from . import login_live, who
from .client import VERSION
from .described import DescribedAPI
from .gate import only_token, still_holds

api = DescribedAPI(
    title="diemcau",
    version=VERSION,
    description="Plans, holds and records the government conferences of a province.",
    auth=SessionAuth(csrf=True),
    docs_url=None,
    openapi_url=None,
    urls_namespace="api",
)


class Problem(Schema):
    """Why a request was not carried out, and what to do."""

    code: str
    detail_vi: str
    detail_en: str
    clause: str = ""


def _status(refusal: Refusal) -> int:
    return {"not_permitted": 403, "site_only": 403, "no_conference": 404, "no_site": 404}.get(
        refusal.code, 409
    )


@api.exception_handler(Refusal)
def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    web_metrics.REFUSALS.labels(refusal.code).inc()
    body = Problem(
        code=refusal.code, detail_vi=refusal.vi, detail_en=refusal.en, clause=refusal.clause
    )
    return api.create_response(request, body.model_dump(), status=_status(refusal))


@api.exception_handler(HttpError)
def _not_let_in(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Say in both languages why a request never reached its operation."""
    if error.status_code == 401:
        body = Problem(
            code="not_signed_in",
            detail_vi="Chưa đăng nhập, hoặc phiên đã hết. Mở liên kết đăng nhập mới.",
            detail_en="Not signed in, or the session has ended. Open a new sign-in link.",
        )
    else:
        body = Problem(
            code="not_accepted",
            detail_vi="Máy chủ không nhận yêu cầu này. Tải lại trang rồi làm lại.",
            detail_en="The server does not accept this request. Reload the page and try again.",
        )
    return api.create_response(request, body.model_dump(), status=error.status_code)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields = ", ".join(".".join(str(p) for p in e["loc"][2:]) or "body" for e in error.errors)
    body = Problem(
        code="invalid",
        detail_vi=f"Dữ liệu gửi lên không đúng: {fields[:200]}. Kiểm tra và gửi lại.",
        detail_en=f"The data sent is not valid: {fields[:200]}. Check it and send it again.",
    )
    return api.create_response(request, body.model_dump(), status=422)


def _actor(request: HttpRequest) -> Actor:
    found = who.actor(request)
    if found is None:  # SessionAuth let only signed-in users through
        raise Refusal("not_permitted", "Đăng nhập lại.", "Sign in again.")
    return found


def _sensible(conference_id: int) -> int:
    """Return the number; one that no row can have is no conference. Raises Refusal."""
    if conference_id >= 1 << 63:
        raise Refusal("no_conference", "Không có hội nghị này.", "There is no such conference.")
    return conference_id


def _conference(conference_id: int) -> Conference:
    found = queries.find(conference_id)
    if found is None:
        raise Refusal("no_conference", "Không có hội nghị này.", "There is no such conference.")
    return found


class Me(Schema):
    """Who is signed in."""

    name: str
    role: str
    site: str | None
    site_name: str | None
    unit: str
    province: str


@api.get("/me", response={200: Me})
def me(request: HttpRequest) -> Me:
    """Say who is signed in, and for which site."""
    actor = _actor(request)
    site = Site.objects.filter(key=actor.site).select_related("organisation").first()
    centre = actor.holds(Role.CONTROL_OPERATOR, Scope.SYSTEM)
    role = Role.CONTROL_OPERATOR if centre else Role.SITE_OPERATOR
    return Me(
        name=actor.name,
        role=role,
        site=actor.site,
        site_name=site.name if site else None,
        unit=site.organisation.name if site else "",
        province=settings.PROVINCE,
    )


class SiteOut(Schema):
    """A site of the directory."""

    site: str
    number: int
    name: str
    short_name: str
    area: str


@api.get("/sites", response={200: list[SiteOut], 403: Problem})
def sites(request: HttpRequest) -> list[SiteOut]:
    """List the sites of the directory by number, to whoever holds a role."""
    if not _actor(request).holdings:
        raise Refusal(
            "not_permitted",
            "Tài khoản chưa có vai trò. Đề nghị quản trị viên giao vai trò.",
            "The account holds no role. Ask the administrator for one.",
        )
    return [
        SiteOut(site=s.key, number=s.number, name=s.name, short_name=s.short_name, area=s.area)
        for s in Site.objects.order_by("number")
    ]


class Booking(Schema):
    """A conference to be held."""

    title: Line = Field(min_length=1, max_length=200)
    host_site: str
    sites: list[str] = Field(max_length=400)
    connect_at: AwareDatetime
    opening_at: AwareDatetime
    drill: bool = False


class Booked(Schema):
    """The booked conference."""

    id: int


@api.post(
    "/conferences", response={201: Booked, 403: Problem, 409: Problem, 422: Problem, 429: Problem}
)
def book(request: HttpRequest, booking: Booking) -> Status:
    """Book a conference."""
    conference = services.schedule(
        title=booking.title,
        host_site=booking.host_site,
        sites=booking.sites,
        connect_at=booking.connect_at,
        opening_at=booking.opening_at,
        province=settings.PROVINCE,
        actor=_actor(request),
        now=timezone.now(),
        drill=booking.drill,
    )
    return Status(201, Booked(id=conference.pk))


@api.post(
    "/conferences/{int:conference_id}/join",
    response={
        200: JoinAnswer,
        403: Problem,
        404: Problem,
        409: Problem,
        422: Problem,
        429: Problem,
    },
)
def join(request: HttpRequest, conference_id: int, body: JoinRequest) -> JoinAnswer:
    """Ask for the place of the site for which one is signed in."""
    now = timezone.now()
    device = who.device(request, conference_id)
    if not device.hash:
        raise Refusal(
            "no_device",
            "Trình duyệt chưa nhận diện được máy này. Bật cookie rồi tải lại trang.",
            "This device is not known. Allow cookies and reload the page.",
        )
    actor = _actor(request)
    login_live.require_free(request, actor, conference_id, actor.site or "")
    answer = joining.join(
        conference_id=conference_id, actor=actor, device=device, request=body, now=now
    )
    login_live.answered(request, actor, conference_id, answer)
    if isinstance(answer, Elsewhere | Replaced):
        who.note_elsewhere(request, conference_id, now)
    return answer


@api.post(
    "/conferences/{int:conference_id}/leave",
    response={204: None, 403: Problem, 404: Problem, 429: Problem},
)
def leave(request: HttpRequest, conference_id: int) -> Status:
    """Give the site's place back."""
    joining.leave(
        conference_id=_sensible(conference_id),
        actor=_actor(request),
        device=who.device(request, conference_id),
        now=timezone.now(),
    )
    login_live.left(request, conference_id)
    return Status(204, None)


@api.get(
    "/conferences/{int:conference_id}/desk",
    response={200: DeskSnapshot, 204: None, 403: Problem, 404: Problem},
)
def desk(request: HttpRequest, conference_id: int, since: int = 0) -> Status:
    """Return everything the desk shows, or nothing when it has not changed since a version."""
    conference = _conference(conference_id)
    actor = _actor(request)
    services.authorise(conference, actor, Act.SEE_DESK)
    if conference.version == since:
        return Status(204, None)
    return Status(200, queries.snapshot(conference, operator=actor.name))


@api.post(
    "/conferences/{int:conference_id}/desk/tokens",
    response={200: DeskTokens, 403: Problem, 404: Problem, 409: Problem, 429: Problem},
)
def desk_tokens(request: HttpRequest, conference_id: int) -> DeskTokens:
    """Return the tokens with which the desk enters the engine, hidden."""
    actor = _actor(request)
    services.authorise(_conference(conference_id), actor, Act.SEE_DESK)
    login_live.take_desk(request, actor, conference_id)
    desk = desks.take_desk(conference_id=conference_id, actor=actor, now=timezone.now())
    return passes.desk_tokens(desk.conference, desk)


@api.post(
    "/conferences/{int:conference_id}/commands",
    response={200: CommandResult, 403: Problem, 404: Problem, 422: Problem, 429: Problem},
)
def command(request: HttpRequest, conference_id: int, body: CommandRequest) -> CommandResult:
    """Carry out a command, once however often it is sent."""
    result = commands.execute(
        conference_id=_sensible(conference_id),
        request=body,
        actor=_actor(request),
        now=timezone.now(),
    )
    web_metrics.COMMANDS.labels(body.command.type, result.outcome).inc()
    if result.code:
        web_metrics.REFUSALS.labels(result.code).inc()
    return result


@api.get("/commands/{uuid:command_id}", response={200: CommandResult})
def outcome(request: HttpRequest, command_id: UUID) -> CommandResult:
    """Say what became of a command whose answer was lost."""
    return commands.outcome(command_id, _actor(request))


class LinkRequest(Schema):
    """For which site a sign-in link is wanted."""

    site: str


class Link(Schema):
    """A one-time sign-in link, shown this once."""

    url: str
    expires_at: datetime


@api.post(
    "/sign-in-links", response={201: Link, 403: Problem, 404: Problem, 422: Problem, 429: Problem}
)
def sign_in_link(request: HttpRequest, body: LinkRequest) -> Status:
    """Issue a one-time sign-in link for a site."""
    site = Site.objects.filter(key=body.site).select_related("organisation").first()
    if site is None:
        raise Refusal("no_site", "Không có điểm cầu này.", "There is no such site.")
    now = timezone.now()
    role = role_at(site, province=settings.PROVINCE, now=now)
    made = issue_link(
        role=role, site=site, actor=_actor(request), now=now, province=settings.PROVINCE
    )
    return Status(201, Link(url=request.build_absolute_uri(made.path), expires_at=made.expires_at))


class Language(Schema):
    """The language of the pages."""

    language: str = Field(pattern="^(vi|en)$")


class Proven(APIKeyCookie):
    """Anybody, signed in or not, whose request is not forged."""

    param_name = settings.CSRF_COOKIE_NAME

    def authenticate(self, request: HttpRequest, key: str | None) -> bool:
        """Let everybody in: the proof was checked before."""
        return True


@api.post(
    "/language", response={204: None, 403: Problem, 422: Problem, 429: Problem}, auth=Proven()
)
def language(request: HttpRequest, body: Language, response: HttpResponse) -> HttpResponse:
    """Choose the language of the pages."""
    answer = HttpResponse(status=204)
    who.remember_language(answer, body.language)
    return answer


class Health(Schema):
    """The web process serves."""

    status: str


@api.get("/health", response={200: Health}, auth=None)
def health(request: HttpRequest) -> Health:
    """Say that the web process serves: what a device check measures its round trip by."""
    return Health(status="ok")


@api.get("/engine-gate", response={204: None, 403: Problem}, auth=None, include_in_schema=False)
def engine_gate(request: HttpRequest) -> Status:
    """Say to the edge whether this token's rights still hold, before the engine sees it."""
    try:
        token = only_token(request.META.get("QUERY_STRING", ""))
        claim = read(token, key=settings.ENGINE_KEY, secret=settings.ENGINE_SECRET)
    except InvalidToken:
        claim = None
    # A browser names the page that connects; a page of another origin has no business here.
    origin = request.headers.get("Origin")
    own = origin is None or origin == f"{request.scheme}://{request.get_host()}"
    if not own or claim is None or not still_holds(claim):
        return Status(
            403,
            Problem(
                code="token_outdated",
                detail_vi="Phiên vào phòng không còn hiệu lực. Trang tự lấy phiên mới.",
                detail_en="This token no longer holds. The page fetches a new one by itself.",
            ),
        )
    return Status(204, None)
