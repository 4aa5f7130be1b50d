"""Every role against every page, operation and command: a grid that a person can read through.

`table.txt` holds what was decided. Run with ``DIEMCAU_WRITE_RIGHTS=1`` after a change of rights,
and read the difference: each changed sign is a decision.
"""

import copy
import os
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from pydantic import TypeAdapter

from diemcau.conference import commands
from diemcau.conference.models import Conference
from diemcau.protocol import commands as c
from diemcau.protocol.base import Message
from tests.conference.cast import MAI_SITE, MINH_SITE, make_cast, opened
from tests.signing_in import by_factor
from tests.web.test_access import ROWS, Row, addresses, command, send

from . import people

TABLE = Path(__file__).with_name("table.txt")
WRITE = os.environ.get("DIEMCAU_WRITE_RIGHTS") == "1"

ALLOWED, REFUSED = "+", "·"
NOT_PERMITTED = {"not_permitted", "site_only"}
"""Codes that say that the person has no right. Any other answer is about the matter itself."""

COMMANDS: dict[type[Message], dict[str, object]] = {
    c.GiveFloor: {"site": MINH_SITE},
    c.TakeBackFloor: {"site": MINH_SITE},
    c.EndTurn: {},
    c.MuteAll: {},
    c.SetHostMic: {"open": False},
    c.LockMic: {"site": MINH_SITE, "locked": True},
    c.SetPreview: {"lead": MINH_SITE},
    c.Take: {},
    c.Undo: {},
    c.Redo: {},
    c.Admit: {"site": MINH_SITE},
    c.AdmitAll: {},
    c.Remove: {"site": MINH_SITE, "reason": "thử"},
    c.AllowTakeover: {"site": MINH_SITE, "allow": False},
    c.AskToSpeak: {},
    c.WithdrawRequest: {},
    c.DeclineRequest: {"site": MINH_SITE},
    c.PermitShare: {"site": MINH_SITE, "allowed": True},
    c.StartJoining: {},
    c.Open: {},
    c.Close: {},
    c.AddSimulated: {"count": 1},
    c.GrantControl: {"site": MAI_SITE},
    c.WithdrawControl: {"site": MINH_SITE},
}


def operations() -> dict[str, Row]:
    """Every page and operation, and every command, by the name of its row in the table."""
    found = {f"{row.method} /{row.path}": row for row in ROWS}
    path = "api/conferences/<int:conference_id>/commands"
    del found[f"POST /{path}"]
    for kind, said in COMMANDS.items():
        name = kind.model_fields["type"].default
        body = command(type=name, **said)
        found[f"command {name}"] = Row("POST", path, 0, 0, 0, 0, 0, body)
    return found


OPERATIONS = operations()


def sign(operation: str, answer: Any) -> str:
    """Say whether an answer means that the person may."""
    if answer.status_code in (401, 403):
        return REFUSED
    if operation.startswith("command "):
        return REFUSED if answer.json()["code"] in NOT_PERMITTED else ALLOWED
    sent_away = answer.status_code == 302 and answer.headers["Location"].split("?")[0] in (
        "/",
        "/dang-nhap",
    )
    own = operation in ("POST /ra", "POST /ngon-ngu")
    return REFUSED if sent_away and not own else ALLOWED


def read_table() -> dict[str, str]:
    """Operation → its signs, in the order of people.COLUMNS."""
    lines = TABLE.read_text("utf-8").splitlines()
    return {
        name.strip(): signs.replace(" ", "")
        for name, _, signs in (line.rpartition("|") for line in lines if "|" in line)
    }


def written(table: dict[str, str]) -> str:
    """The table for a person: a legend, then a line for each operation."""
    legend = [f"{place:>3} {name}" for place, name in enumerate(people.COLUMNS, 1)]
    width = max(len(name) for name in table)
    lines = [
        f"{name:<{width}} | " + " ".join(signs[i : i + 5] for i in range(0, len(signs), 5))
        for name, signs in table.items()
    ]
    cells = sum(len(signs) for signs in table.values())
    return "\n".join(
        [
            f"{ALLOWED} may, {REFUSED} may not. {len(table)} operations × {len(people.COLUMNS)} "
            f"people = {cells} cells, in groups of five:",
            *legend,
            "",
            *lines,
            "",
        ]
    )


@pytest.fixture
def conference(db: None) -> Conference:
    """A live drill, so that every command has something to act on."""
    return opened(make_cast(), drill=True)


def test_every_operation_and_command_has_its_row() -> None:
    assert set(COMMANDS) == set(commands.TABLE)
    assert {
        type(TypeAdapter(c.Command).validate_python(r.body["command"]))
        for n, r in OPERATIONS.items()
        if n.startswith("command ")
    } == set(commands.TABLE)
    assert addresses() - {"api/"} == {row.path for row in ROWS}
    if not WRITE:
        assert set(read_table()) == set(OPERATIONS)


def test_each_person_may_do_what_the_table_says(
    conference: Conference, record_property: Any
) -> None:
    users = people.make(conference)
    clients = {people.NOBODY: Client()}
    for name, user in users.items():
        clients[name] = by_factor(user)
        clients[name].cookies["dc_device"] = f"may-cua-{user.pk}"
    found: dict[str, str] = {}
    for operation, row in OPERATIONS.items():
        signs = []
        for name in people.COLUMNS:
            client = clients[name]
            # What a request did is undone, in the browser too: signing out ends nothing here.
            kept = copy.deepcopy(client.cookies)
            with transaction.atomic():
                answer = send(client, row, conference)
                transaction.set_rollback(True)
            client.cookies = kept
            signs.append(sign(operation, answer))
        found[operation] = "".join(signs)
    if WRITE:
        TABLE.write_text(written(found), "utf-8")
    assert found == read_table()
    cells = len(found) * len(people.COLUMNS)
    record_property("cells", cells)
    print(f"\n{len(found)} operations × {len(people.COLUMNS)} people = {cells} cells")


def test_the_table_says_of_commands_what_the_policy_says() -> None:
    table = read_table()
    order = list(people.COLUMNS)
    operator, deputy = order.index("control_operator"), order.index("deputy operator")
    for operation, signs in table.items():
        assert signs[order.index("ended operator")] == signs[order.index("no role")], operation
        assert signs[deputy] == signs[operator], operation
