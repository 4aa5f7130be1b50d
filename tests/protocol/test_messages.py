"""Messages: immutable, strict, and identities that spell what they say."""

import inspect
import json
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from diemcau.protocol import card, commands, desk, joining, scene, word
from diemcau.protocol.base import Message
from diemcau.protocol.card import Identity, ParticipantKind, parse_identity
from diemcau.protocol.commands import CommandRequest
from diemcau.protocol.scene import PANES, Layout, Pane, Scene

MESSAGES = sorted(
    {
        found
        for module in (card, commands, desk, joining, scene, word)
        for found in vars(module).values()
        if inspect.isclass(found) and issubclass(found, Message) and found is not Message
    },
    key=lambda found: found.__name__,
)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda found: found.__name__)
def test_a_message_says_what_it_is_and_cannot_be_changed(message: type[Message]) -> None:
    assert message.__doc__
    assert message.model_config["frozen"]
    assert message.model_config["extra"] == "forbid"


def test_no_message_for_sites_has_room_for_a_telephone_number() -> None:
    for message in (word.Word, card.Card, word.Holder, word.Request, scene.Pane):
        assert not any("phone" in name for name in message.model_fields)


names = st.from_regex(r"[a-z0-9][a-z0-9-]{0,30}", fullmatch=True)
seats = st.from_regex(r"[A-Za-z0-9_-]{1,20}", fullmatch=True)


@given(st.sampled_from(ParticipantKind), names, seats)
def test_an_identity_is_read_as_it_was_written(kind: ParticipantKind, who: str, seat: str) -> None:
    identity = Identity(kind=kind, who=who, seat=seat)
    assert parse_identity(str(identity)) == identity


@pytest.mark.parametrize(
    "text",
    ["", "site:a", "site::b", "site:a:", "host:a:b", "site:A:b", "site:a:b:c", "site:a:b\n", " "],
)
def test_what_spells_no_identity_is_none(text: str) -> None:
    assert parse_identity(text) is None


@pytest.mark.parametrize(
    "command",
    [
        {"type": "khong_co"},
        {},
        {"type": "give_floor"},
        {"type": "give_floor", "site": "Xã Đạ Tẻh"},
        {"type": "give_floor", "site": "a" * 64},
        {"type": "mute_all", "site": "xa-da-teh"},
        {"type": "remove", "site": "xa-da-teh", "reason": ""},
        {"type": "remove", "site": "xa-da-teh", "reason": "x" * 301},
        {"type": "add_simulated", "count": 0},
        {"type": "add_simulated", "count": 201},
        {"type": "set_preview", "panes": ["a"] * 10},
        {"type": "set_preview", "layout": "4x4"},
    ],
    ids=json.dumps,
)
def test_a_command_that_is_not_one_is_refused(command: dict) -> None:
    with pytest.raises(ValidationError):
        CommandRequest.model_validate({"id": str(uuid4()), "command": command})


def test_every_command_is_told_by_its_type() -> None:
    types = [part.model_fields["type"].default for part in commands.Command.__origin__.__args__]
    assert len(types) == len(set(types))
    adapter = TypeAdapter(commands.Command)
    for part, type_ in zip(commands.Command.__origin__.__args__, types, strict=True):
        schema = part.model_json_schema()
        required = set(schema.get("required", [])) - {"type"}
        values = {"site": "xa-da-teh", "reason": "x", "open": True, "locked": True}
        given = {name: values.get(name, 1) for name in required} | {"type": type_}
        given |= {"allowed": True} if "allowed" in required else {}
        assert type(adapter.validate_python(given)) is part


def test_every_layout_has_its_number_of_panes() -> None:
    assert set(PANES) == set(Layout)
    assert all(1 <= count <= 9 for count in PANES.values())


def test_a_scene_names_its_lead_and_its_sites() -> None:
    panes = tuple(Pane(site=key, caption=key) for key in ("a", "b", "a"))
    assert (Scene(panes=panes).lead, Scene(panes=panes).sites) == ("a", {"a", "b"})
    assert (Scene().lead, Scene().sites) == (None, frozenset())
