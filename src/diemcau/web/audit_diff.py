"""What an act changed, as a person reads it: one line for each value. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from .texts_audit import VALUES

ABSENT = "–"

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)\Z")


@dataclass(frozen=True)
class Change:
    """A value before and after; one of them is empty where there was nothing.

    Args:
        label: what the value is.
        old: before, as text.
        new: after, as text.
    """

    label: str
    old: str
    new: str


def changes(
    before: Any, after: Any, *, english: bool, names: Mapping[str, str], zone: ZoneInfo
) -> list[Change]:
    """Return what differs.

    Args:
        before: value before the act; None: only ``after`` is shown.
        after: value after it.
        english: in which language.
        names: key of a site → its name.
        zone: in which times are shown.
    """

    def text(value: Any) -> str:
        if value in (None, "", [], {}):
            return ABSENT
        match value:
            case bool():
                return (("không", "có"), ("no", "yes"))[english][value]
            case float():
                return str(value) if english else str(value).replace(".", ",")
            case str() if _MOMENT.match(value):
                return f"{datetime.fromisoformat(value).astimezone(zone):%H:%M:%S %d/%m/%Y}"
            case str():
                return names.get(value, value)
            case list():
                return "; ".join(text(item) for item in value)
            case dict():
                return " · ".join(text(item) for item in value.values())
        return str(value)

    old, new = dict(_leaves(before)), dict(_leaves(after))
    found = []
    for path in dict.fromkeys([*old, *new]):
        if old.get(path) != new.get(path):
            label = VALUES.get(path, (path, path))[english]
            earlier = text(old[path]) if path in old else ""
            later = text(new[path]) if path in new else ""
            found.append(Change(label, earlier, later))
    return found


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield path and value; a list is one value, as its order has a meaning."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _leaves(item, f"{path}.{key}" if path else key)
    elif value is not None or path:
        yield path, value
