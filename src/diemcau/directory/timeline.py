"""What organisations were on a day. Pure: plain values in, plain values out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

ONE = date.resolution


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """An organisation as it was from a day to a day.

    Args:
        key: of the organisation; it never changes.
        parent: key of the parent, None at the top.
        first: first day; None where the beginning is not known.
        last: last day; None where it goes on.
        document: the decision by which it became so.
    """

    key: str
    name: str
    short_name: str
    kind: str
    tier: str
    parent: str | None
    area: str
    first: date | None
    last: date | None
    document: str = ""

    def holds_on(self, day: date) -> bool:
        """Say whether the organisation was so on that day."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Then:
    """An organisation on a day. Where it did not exist, ``state`` is the nearest that is known."""

    state: State
    exists: bool


@dataclass(frozen=True, slots=True)
class Node:
    """A place in the tree of a day; depth 0 is the top."""

    state: State
    depth: int


def on(states: Iterable[State], day: date) -> Then:
    """Return which of an organisation's states, oldest first, holds on a day."""
    nearest: State | None = None
    for state in states:
        if state.holds_on(day):
            return Then(state, True)
        if nearest is None or (state.last is not None and state.last < day):
            nearest = state
    assert nearest is not None, "an organisation has at least its present state"
    return Then(nearest, False)


def faults(states: Iterable[State]) -> list[str]:
    """Name every gap and overlap between an organisation's states, oldest first."""
    found = []
    ordered = list(states)
    for earlier, later in pairwise(ordered):
        if earlier.last is None or later.first is None or later.first != earlier.last + ONE:
            found.append(f"{earlier.key}: {earlier.last} does not lead to {later.first}")
    return found


def circle(parents: Mapping[str, str | None], start: str) -> bool:
    """Say whether the way up from ``start`` comes back to it."""
    step = parents.get(start)
    seen = set()
    while step is not None and step not in seen:
        if step == start:
            return True
        seen.add(step)
        step = parents.get(step)
    return False


def as_tree(states: Iterable[State]) -> list[Node]:
    """Put the organisations of a day under their parents, in the order given.

    One whose parent is not among them stands at the top.
    """
    given = list(states)
    keys = {state.key for state in given}
    children: dict[str | None, list[State]] = {}
    for state in given:
        parent = state.parent if state.parent in keys else None
        children.setdefault(parent, []).append(state)
    nodes: list[Node] = []
    waiting = [(state, 0) for state in reversed(children.get(None, []))]
    while waiting:
        state, depth = waiting.pop()
        nodes.append(Node(state, depth))
        waiting += [(child, depth + 1) for child in reversed(children.get(state.key, []))]
    return nodes
