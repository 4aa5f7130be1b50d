"""The first system administrator, made at the server's terminal."""

from datetime import datetime

from django.utils import timezone

from diemcau.audit.actor import SYSTEM, Role, Scope
from diemcau.audit.refusal import Refusal
from diemcau.audit.services import transaction
from diemcau.directory.models import Organisation
from diemcau.directory.queries import duties_on
from diemcau.regulation import load_profile, may_carry

from .login.invitations import invite
from .models import RoleHolding, User
from .roles import give_role
from .services_people import create_person


def manager(*, province: str, now: datetime) -> str:
    """Return the key of the organisation that administers the whole system, "" if there is none.

    The first in the order of the directory data whom the regulation lets carry the role.
    """
    today = timezone.localdate(now)
    profile = load_profile(province, on=today)
    duties = duties_on(today)
    for body in Organisation.objects.filter(valid_to__isnull=True).order_by("pk"):
        answer = may_carry(
            profile,
            Role.SYSTEM_ADMIN,
            duties=duties.get(body.key, set()),
            kind=body.kind,
            tier=body.tier,
        )
        if answer.scope is Scope.SYSTEM:
            return body.key
    return ""


def make_first_admin(
    *, name: str, username: str, organisation: str = "", province: str, now: datetime
) -> str:
    """Make the person, give the role, and return the path of a link to set a password.

    Where the person exists and administers the system already, only a new link is made: whoever
    has the terminal helps an administrator who lost the way in.

    Args:
        name: of the person.
        username: for signing in.
        organisation: key of the one that carries the role; "" for the one that the regulation
            names.
        province: whose regulation says so.
        now: time of the act.

    Raises Refusal, also when another person administers the system: that one gives the role.
    """
    with transaction(SYSTEM, "admin.made", now=now, object=username) as entry:
        admins = RoleHolding.objects.in_force(now).filter(
            role=Role.SYSTEM_ADMIN, scope=Scope.SYSTEM
        )
        user = User.objects.filter(username=username.strip().lower()).first()
        if user is not None and admins.filter(user=user).exists():
            entry.about(after={"link": True})
            return _link(user, now)
        if admins.exists():
            names = ", ".join(sorted({str(held.user) for held in admins.select_related("user")}))
            raise Refusal(
                "admin_exists",
                f"Đã có quản trị hệ thống: {names}. Người đó giao vai trò ở trang Người dùng.",
                f"There is a system administrator: {names}, who gives the role on the page of "
                "persons.",
            )
        body = organisation or manager(province=province, now=now)
        if user is None:
            user = create_person(
                display_name=name, username=username, organisation=body, actor=SYSTEM, now=now
            )
        held = give_role(
            user_id=user.pk,
            role=Role.SYSTEM_ADMIN,
            organisation=body,
            reason="Quản trị đầu tiên",
            province=province,
            actor=SYSTEM,
            now=now,
        )
        if held.scope != Scope.SYSTEM:
            raise Refusal(
                "not_carried",
                "Tổ chức này chỉ quản trị tại đơn vị mình. Chọn tổ chức quản lý toàn hệ thống.",
                "This organisation administers its own seat only. Choose the system's manager.",
            )
        return _link(user, now)


def _link(user: User, now: datetime) -> str:
    return invite(user=user, actor=SYSTEM, now=now).path
