"""Conferences, their roster, the seats that devices hold, and the turns that were spoken."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from pydantic import TypeAdapter

from diemcau.audit.refusal import Refusal
from diemcau.directory.models import Organisation, Site
from diemcau.protocol.card import Identity, ParticipantKind
from diemcau.protocol.word import ConferenceState

from .desired import Desired
from .reconcile import talk_room
from .workflow import SeatState

_DESIRED: TypeAdapter[Desired] = TypeAdapter(Desired)


class ConferenceQuerySet(models.QuerySet["Conference"]):
    """Ways to find conferences."""

    def claim(self, pk: int) -> Conference:
        """Return the conference locked for this transaction. Raises Refusal when there is none.

        SQLite takes the write lock at the start of every transaction, PostgreSQL the row's here:
        two commands on one conference run one after the other on both.
        """
        found = (
            self.select_for_update(of=("self",))
            .select_related("host_site", "host_body")
            .filter(pk=pk)
            .first()
        )
        if found is None:
            raise Refusal("no_conference", "Không có hội nghị này.", "There is no such conference.")
        return found

    def in_session(self) -> ConferenceQuerySet:
        """Conferences whose rooms should exist in the engine."""
        return self.filter(state__in=[ConferenceState.JOINING, ConferenceState.LIVE])


class Conference(models.Model):
    """One conference. What it should be stands in ``desired``; the engine is made to follow."""

    title = models.CharField(max_length=200)
    host_body = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    host_site = models.ForeignKey(Site, on_delete=models.PROTECT)
    profile = models.CharField(max_length=60)
    """Version of the regulation under which it was registered, ``lam-dong@1``."""
    connect_at = models.DateTimeField()
    opening_at = models.DateTimeField()
    state = models.CharField(max_length=12, default=ConferenceState.SCHEDULED.value)
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    close_reason = models.CharField(max_length=300, blank=True)
    is_drill = models.BooleanField(default=False)
    host_held_back = models.BooleanField(default=False)
    """The control centre has taken control out of the host site's hands."""
    room = models.CharField(max_length=40, unique=True)
    desired_json = models.JSONField(default=dict)
    version = models.BigIntegerField(default=1)

    objects = ConferenceQuerySet.as_manager()

    class Meta:
        """Constraints: the states once more, over their time stamps."""

        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in ConferenceState]),
                name="conference_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state=ConferenceState.LIVE.value)
                | Q(opened_at__isnull=False, closed_at__isnull=True),
                name="conference_live_was_opened",
            ),
            models.CheckConstraint(
                condition=Q(state=ConferenceState.CLOSED.value, closed_at__isnull=False)
                | (~Q(state=ConferenceState.CLOSED.value) & Q(closed_at__isnull=True)),
                name="conference_closed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(connect_at__lte=F("opening_at")), name="conference_connects_first"
            ),
        ]
        indexes = [models.Index(fields=["state", "connect_at"], name="conference_state")]

    def __str__(self) -> str:
        return self.title

    @property
    def desired(self) -> Desired:
        """The desired state."""
        return _DESIRED.validate_python(self.desired_json or {}, strict=False)

    def want(self, desired: Desired) -> None:
        """Set the desired state; saved with ``touch``."""
        self.desired_json = _DESIRED.dump_python(desired, mode="json")

    def touch(self) -> None:
        """Save, and let everybody who watches this conference know that it changed."""
        self.version += 1
        self.save()

    @property
    def talk_room(self) -> str:
        """The second room, in which control centre and technicians talk beside the conference."""
        return talk_room(self.room)


class RosterEntry(models.Model):
    """A site of a conference. It keeps its number and place on the wall."""

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="roster")
    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    listed = models.BooleanField(default=True)
    barred = models.BooleanField(default=False)
    """Removed by the desk: stays out until it is admitted again."""
    bar_reason = models.CharField(max_length=300, blank=True)
    admitted = models.BooleanField(default=False)
    """Let in by the desk once; comes back without being asked again."""

    class Meta:
        """Constraints."""

        constraints = [
            models.UniqueConstraint(fields=["conference", "site"], name="roster_site_once")
        ]


class Seat(models.Model):
    """A device's claim to its site's place. At most one is active.

    The seat's code is part of the identity in the engine: the token of a replaced or removed
    seat names somebody who does not belong in the room any more.
    """

    entry = models.ForeignKey(RosterEntry, on_delete=models.CASCADE, related_name="seats")
    code = models.CharField(max_length=24, unique=True)
    device = models.CharField(max_length=64)
    """Hash of the device's secret cookie."""
    device_label = models.CharField(max_length=80, blank=True)
    person = models.CharField(max_length=80)
    unit = models.CharField(max_length=120)
    state = models.CharField(max_length=12)
    state_at = models.DateTimeField()
    waiting_for = models.CharField(max_length=20, blank=True)
    connected = models.BooleanField(default=False)
    connected_at = models.DateTimeField(null=True)
    lost_at = models.DateTimeField(null=True)
    simulated = models.BooleanField(default=False)
    account_id = models.BigIntegerField(null=True)
    """Primary key of the user who asked for the place: it falls with that person's role."""

    class Meta:
        """Constraints."""

        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in SeatState]), name="seat_state_known"
            ),
            models.UniqueConstraint(
                fields=["entry"], condition=Q(state=SeatState.ACTIVE.value), name="seat_one_active"
            ),
            models.UniqueConstraint(
                fields=["entry", "device"],
                condition=Q(state__in=[SeatState.ACTIVE.value, SeatState.WAITING.value]),
                name="seat_one_claim_per_device",
            ),
        ]

    @property
    def identity(self) -> str:
        """Participant identity in the engine."""
        return identity_of(self.entry.site.key, self.code)


def identity_of(site: str, code: str) -> str:
    """Return the participant identity of a seat."""
    return str(Identity(kind=ParticipantKind.SITE, who=site, seat=code))


class FloorTurn(models.Model):
    """A turn to speak, as it happened."""

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="turns")
    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """Constraints."""

        constraints = [
            models.UniqueConstraint(
                fields=["conference", "site"],
                condition=Q(ended_at__isnull=True),
                name="turn_one_open_per_site",
            )
        ]


class ControlGrant(models.Model):
    """Control of one conference, given to a site by the control centre (LD-5.6, LD-10.1, BD-3.5).

    It counts until it is withdrawn, and lapses when the conference is closed.
    """

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="grants")
    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    given_at = models.DateTimeField()
    given_by = models.CharField(max_length=160)
    clause = models.CharField(max_length=40, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """Constraints."""

        constraints = [
            models.UniqueConstraint(
                fields=["conference", "site"],
                condition=Q(ended_at__isnull=True),
                name="control_granted_once",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("given_at")),
                name="control_grant_dates_in_order",
            ),
        ]


class DeskSeat(models.Model):
    """A desk at which a person runs a conference, until its right to see it ends."""

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="desks")
    account_id = models.BigIntegerField()
    person = models.CharField(max_length=160)
    code = models.CharField(max_length=24, unique=True)
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """Indexes."""

        indexes = [models.Index(fields=["conference", "ended_at"], name="desk_of_conference")]

    @property
    def identity(self) -> str:
        """Participant identity in the engine."""
        who = str(self.account_id)
        return str(Identity(kind=ParticipantKind.DESK, who=who, seat=self.code))
