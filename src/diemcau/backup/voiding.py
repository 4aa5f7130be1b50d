"""What a restore does with the rows of each model. Every model has its line; a test asks for it.

The database is held as a whole. What opens a door without a person having to prove anything anew
(a session, a link, a device's place) is void after a restore: between the moment of the backup and
the restore it may have been withdrawn, and the backup does not know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
from django.db.models import Model, QuerySet

from diemcau.conference.workflow import SeatState

Void = Callable[["QuerySet[Model]", datetime], int]
"""Makes rows void at a time; returns how many."""


@dataclass(frozen=True)
class Line:
    """One model.

    Args:
        model: its label.
        void: makes its credentials void; None: the rows stay as they are.
        why: the reason, for people.
    """

    model: str
    void: Void | None
    why: str


def _delete(rows: QuerySet[Model], now: datetime) -> int:
    return rows.delete()[0]


def _withdraw_links(rows: QuerySet[Model], now: datetime) -> int:
    open_links = rows.filter(consumed_at__isnull=True, withdrawn_at__isnull=True)
    # A link that nobody may use stays as a record: it ends now and is marked.
    return open_links.update(withdrawn_at=now, expires_at=now)


def _leave(rows: QuerySet[Model], now: datetime) -> int:
    claims = rows.filter(state__in=[SeatState.ACTIVE, SeatState.WAITING])
    return claims.update(state=SeatState.LEFT, state_at=now, connected=False, lost_at=None)


def _end(rows: QuerySet[Model], now: datetime) -> int:
    return rows.filter(ended_at__isnull=True).update(ended_at=now, ended_why="restored")


def _end_desks(rows: QuerySet[Model], now: datetime) -> int:
    return rows.filter(ended_at__isnull=True).update(ended_at=now)


def _kept(why: str, *models: str) -> tuple[Line, ...]:
    return tuple(Line(model, None, why) for model in models)


LINES = (
    Line("sessions.Session", _delete, "everybody signs in again"),
    Line("login.Session", _end, "the record of sessions, which are gone"),
    Line("login.LiveClaim", _delete, "where an account takes part: it enters again"),
    Line("accounts.SignInLink", _withdraw_links, "may have been used or withdrawn since"),
    Line("account.EmailConfirmation", _delete, "a link in a mail"),
    Line("socialaccount.SocialToken", _delete, "a token of another sign-on"),
    Line("conference.Seat", _leave, "a device's claim: it asks for its place again"),
    Line("conference.DeskSeat", _end_desks, "a desk in the engine: it asks for a new one"),
    *_kept("proved anew at each sign-in", "accounts.User", "mfa.Authenticator"),
    *_kept(
        "who a person is, no way in",
        *("account.EmailAddress", "socialaccount.SocialAccount", "socialaccount.SocialApp"),
    ),
    *_kept(
        "what was proved, failed and accepted; locks go on",
        *("login.PasswordUsed", "login.Failure", "login.Standing", "login.Acknowledgement"),
    ),
    *_kept("append-only record", "audit.Event", "audit.Head", "audit.Segment"),
    *_kept("rights, in force by their dates", "accounts.RoleHolding"),
    *_kept(
        "the register",
        *("directory.Tier", "directory.Organisation", "directory.OrganisationPast"),
        *("directory.OrganisationDuty", "directory.Site", "directory.Technician"),
        "directory.ControlCentre",
    ),
    *_kept(
        "what was planned and held",
        *("conference.Conference", "conference.RosterEntry", "conference.FloorTurn"),
        "conference.ControlGrant",
    ),
    *_kept(
        "Django's own, without a credential",
        *("auth.Group", "auth.Permission", "contenttypes.ContentType"),
    ),
)


def void_all(now: datetime, lines: Iterable[Line] = LINES) -> dict[str, int]:
    """Make every credential void, within the caller's transaction; return how many of each."""
    found: dict[str, int] = {}
    for line in lines:
        if line.void is not None and apps.is_installed(_app(line.model)):
            rows = apps.get_model(line.model)._default_manager.all()
            if number := line.void(rows, now):
                found[line.model] = number
    return found


def _app(label: str) -> str:
    wanted = label.partition(".")[0]
    return next((a.name for a in apps.get_app_configs() if a.label == wanted), wanted)
