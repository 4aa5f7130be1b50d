"""What exactly is hashed: one byte string for each event, the same on every database.

Format 1. A JSON object in UTF-8 without blanks, its keys (and those of objects within) sorted by
code point, with exactly the keys of ``FIELDS`` and ``"format": 1``:

- text and absent values as they are stored (text is brought to NFC when it is written, so that a
  changed byte shows, whatever it means to the eye);
- ``at`` in whole microseconds since 1970-01-01T00:00:00Z, whatever the column keeps;
- ``command_id`` as 32 hexadecimal digits in groups, lower case;
- a whole number as digits, also where it was written as 2.0; any other number in the shortest
  form that reads back as the same double; NaN and infinities are refused.

The hash of an event is the SHA-256 of these bytes, in lower-case hexadecimal. As ``number`` and
``previous`` (the hash of the event before, ``GENESIS`` for the first) are among the keys, an
event cannot be changed, left out, moved or put in between without every later hash changing.

A new field makes a new format; the old ones stay, because old events keep theirs.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

FORMAT = 1
GENESIS = "0" * 64
"""What stands before the first event."""

FIELDS = (
    "number",
    "previous",
    "at",
    "actor_id",
    "actor_name",
    "address",
    "request",
    "held",
    "verb",
    "conference_id",
    "object",
    "before",
    "after",
    "version",
    "refused",
    "code",
    "reason_vi",
    "reason_en",
    "clause",
    "command_id",
)
"""The fields of format 1."""

SEARCH_LENGTH = 1500

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class UnknownFormat(Exception):
    """The event was written in a format that this program does not know."""


def contents(event: Any) -> dict[str, Any]:
    """Return what is hashed of an event (a row, or anything with its fields), as plain values.

    Raises UnknownFormat.
    """
    if event.format != FORMAT:
        raise UnknownFormat(f"format {event.format}")
    values = {name: getattr(event, name) for name in FIELDS}
    values["at"] = (values["at"] - _EPOCH) // _MICROSECOND
    if values["command_id"] is not None:
        values["command_id"] = str(UUID(str(values["command_id"])))
    values["refused"] = bool(values["refused"])
    return {"format": FORMAT, **values}


def encode(values: Any) -> bytes:
    """Return the one byte string of plain values. Raises ValueError for NaN and infinities."""
    text = json.dumps(
        _numbers(values),
        ensure_ascii=False,
        allow_nan=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return text.encode()


def digest(event: Any) -> str:
    """Return the hash of an event. Raises UnknownFormat."""
    return digest_of(contents(event))


def digest_of(values: dict[str, Any]) -> str:
    """Return the hash of the contents of an event."""
    return hashlib.sha256(encode(values)).hexdigest()


def exported(event: Any) -> bytes:
    """Return an event as one line of an export: its contents and its hash, and a line feed."""
    return encode({**contents(event), "hash": event.hash}) + b"\n"


def plain(value: Any) -> Any:
    """Return a value as JSON keeps it, its text in NFC: what is written into the table."""
    return _composed(json.loads(json.dumps(value)))


def text(value: str) -> str:
    """Return text in NFC."""
    return unicodedata.normalize("NFC", value)


def folded(value: str) -> str:
    """Return text without diacritics, in small letters, its words parted by one blank.

    ``"Xã Đạ Tẻh"`` and ``"xa-da-teh"`` become the same.
    """
    bare = unicodedata.normalize("NFD", value.replace("đ", "d").replace("Đ", "D"))
    kept = "".join(c for c in bare if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", " ", kept).strip().lower()


def searched(event: Any) -> str:
    """Return what the search of the page looks at: who, what, where, why, and the values' text."""
    parts = [event.actor_name, event.object, event.verb, event.code, event.clause]
    parts += [event.reason_vi, event.reason_en, event.address, event.request]
    parts += dict.fromkeys(_texts([event.held, event.after, event.before]))
    return folded(" ".join(parts))[:SEARCH_LENGTH].rstrip()


def _numbers(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _numbers(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_numbers(item) for item in value]
    return value


def _composed(value: Any) -> Any:
    if isinstance(value, str):
        return text(value)
    if isinstance(value, dict):
        return {text(key): _composed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_composed(item) for item in value]
    return value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
