"""From a command message to the service that carries it out: one readable table."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError

from diemcau.audit.actor import Actor
from diemcau.audit.models import Event
from diemcau.audit.refusal import Refusal
from diemcau.protocol import commands as c
from diemcau.protocol.base import Message

from . import control, services

Handler = Callable[[Any, Actor], tuple[Callable[..., None], dict[str, Any]]]

TABLE: dict[type[Message], Handler] = {
    c.GiveFloor: lambda m, a: (services.give_floor, {"site": m.site, "add": m.add}),
    c.TakeBackFloor: lambda m, a: (services.take_back_floor, {"site": m.site}),
    c.EndTurn: lambda m, a: (services.end_turn, {}),
    c.MuteAll: lambda m, a: (services.mute_all, {}),
    c.SetHostMic: lambda m, a: (services.set_host_mic, {"open_": m.open}),
    c.LockMic: lambda m, a: (services.lock_mic, {"site": m.site, "locked": m.locked}),
    c.SetPreview: lambda m, a: (
        services.set_preview,
        {"layout": m.layout, "lead": m.lead, "panes": m.panes},
    ),
    c.Take: lambda m, a: (services.take, {}),
    c.Undo: lambda m, a: (services.undo, {"back": True}),
    c.Redo: lambda m, a: (services.undo, {"back": False}),
    c.Admit: lambda m, a: (services.admit, {"site": m.site}),
    c.AdmitAll: lambda m, a: (services.admit_all, {}),
    c.Remove: lambda m, a: (services.remove, {"site": m.site, "reason": m.reason}),
    c.AllowTakeover: lambda m, a: (
        services.answer_takeover,
        {"site": m.site, "allow": m.allow},
    ),
    c.AskToSpeak: lambda m, a: (services.ask_to_speak, {}),
    c.WithdrawRequest: lambda m, a: (services.drop_request, {"site": a.site or ""}),
    c.DeclineRequest: lambda m, a: (services.drop_request, {"site": m.site}),
    c.PermitShare: lambda m, a: (
        services.permit_share,
        {"site": m.site, "allowed": m.allowed},
    ),
    c.StartJoining: lambda m, a: (services.start_joining, {}),
    c.Open: lambda m, a: (services.declare_open, {}),
    c.Close: lambda m, a: (services.close, {"reason": m.reason}),
    c.GrantControl: lambda m, a: (control.grant_control, {"site": m.site}),
    c.WithdrawControl: lambda m, a: (control.withdraw_control, {"site": m.site}),
    c.AddSimulated: lambda m, a: (services.add_simulated, {"count": m.count}),
}
"""Message → service and its arguments."""


def execute(
    *, conference_id: int, request: c.CommandRequest, actor: Actor, now: datetime
) -> c.CommandResult:
    """Carry a command out once, however often it is sent, and return its outcome.

    Args:
        conference_id: the conference it is for.
        request: the command with the client's id.
        actor: who commands.
        now: time of the command.
    """
    known = outcome(request.id, actor)
    if known.outcome is not c.Outcome.UNKNOWN:
        return known
    service, arguments = TABLE[type(request.command)](request.command, actor)
    try:
        service(
            conference_id=conference_id,
            actor=actor,
            now=now,
            command_id=request.id,
            **arguments,
        )
    except Refusal:
        pass  # recorded under the command's id, and answered from that record
    except IntegrityError:
        # The same id was carried out by another request at this moment.
        known = outcome(request.id, actor)
        if known.outcome is not c.Outcome.UNKNOWN:
            return known
        if Event.objects.filter(command_id=request.id).exists():
            return c.CommandResult(
                id=request.id,
                outcome=c.Outcome.REFUSED,
                code="id_taken",
                reason_vi="Mã lệnh trùng với lệnh của người khác. Gửi lại lệnh.",
                reason_en="The id of this command is somebody else's. Send the command again.",
            )
        raise
    return outcome(request.id, actor)


def outcome(command_id: UUID, actor: Actor) -> c.CommandResult:
    """Return what became of a command: *unknown* means that it was not carried out.

    A command is told only to whoever gave it.
    """
    event = Event.objects.filter(command_id=command_id, actor_id=actor.id).first()
    if event is None:
        return c.CommandResult(id=command_id, outcome=c.Outcome.UNKNOWN)
    return c.CommandResult(
        id=command_id,
        outcome=c.Outcome.REFUSED if event.refused else c.Outcome.DONE,
        version=event.version,
        code=event.code,
        reason_vi=event.reason_vi,
        reason_en=event.reason_en,
        clause=event.clause,
    )
