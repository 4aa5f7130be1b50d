"""Read the register of organisations as it is and as it was."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from django.db.models import Q

from .models import Organisation, OrganisationDuty, OrganisationPast, Tier
from .search import fold, rank_name
from .timeline import Node, State, Then, as_tree, on

_STATE = ("name", "short_name", "kind", "tier", "area", "parent__key")


def states(keys: Collection[str] | None = None) -> dict[str, list[State]]:
    """Return every state of the organisations (of all, or of those with ``keys``), oldest first."""
    present = Organisation.objects.order_by("id")
    past = OrganisationPast.objects.order_by("valid_to")
    if keys is not None:
        present = present.filter(key__in=keys)
        past = past.filter(organisation__key__in=keys)
    earlier: dict[str, list[State]] = defaultdict(list)
    documents = dict(Organisation.objects.values_list("key", "founded_by"))
    for row in past.values(*_STATE, "organisation__key", "valid_from", "valid_to", "document"):
        key = row["organisation__key"]
        first, last, document = row["valid_from"], row["valid_to"], documents[key]
        earlier[key].append(_state(key, row, first, last, document))
        documents[key] = row["document"]
    found = {}
    for row in present.values(*_STATE, "key", "since", "valid_from", "valid_to"):
        key = row["key"]
        first = row["since"] or row["valid_from"]
        now = _state(key, row, first, row["valid_to"], documents[key])
        found[key] = [*earlier[key], now]
    return found


def _state(
    key: str, row: dict[str, str], first: date | None, last: date | None, document: str
) -> State:
    return State(
        key=key,
        name=row["name"],
        short_name=row["short_name"],
        kind=row["kind"],
        tier=row["tier"],
        parent=row["parent__key"],
        area=row["area"],
        first=first,
        last=last,
        document=document,
    )


def as_of(day: date) -> dict[str, Then]:
    """Return every organisation as it was on a day, by key, and whether it existed."""
    return {key: on(known, day) for key, known in states().items()}


def history(key: str) -> list[State]:
    """Return the states of one organisation, oldest first. Raises LookupError."""
    found = states({key})
    if key not in found:
        raise LookupError(key)
    return found[key]


def tree(day: date) -> list[Node]:
    """Return the organisations that existed on a day, each under its parent of that day."""
    return as_tree(then.state for then in as_of(day).values() if then.exists)


def matching(nodes: list[Node], words: str) -> list[Node]:
    """Return the organisations whose name answers the words, best first; all for no words.

    Marks and case do not matter: "da teh" finds Đạ Tẻh.
    """
    if not fold(words):
        return nodes
    ranked = [
        (max(rank_name(words, node.state.name), rank_name(words, node.state.short_name)), node)
        for node in nodes
    ]
    found = [(rank, node) for rank, node in ranked if rank]
    return [Node(node.state, 0) for _, node in sorted(found, key=lambda pair: -pair[0])]


def duties_on(day: date, keys: Collection[str] | None = None) -> dict[str, set[str]]:
    """Return what organisations are for the system on a day, by key of the organisation."""
    held = OrganisationDuty.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=day),
        Q(valid_to__isnull=True) | Q(valid_to__gte=day),
    )
    if keys is not None:
        held = held.filter(organisation__key__in=keys)
    found: dict[str, set[str]] = defaultdict(set)
    for key, duty in held.values_list("organisation__key", "duty"):
        found[key].add(duty)
    return dict(found)


def tiers_on(day: date) -> list[Tier]:
    """Return the levels of organisations in force on a day, the highest first."""
    return list(
        Tier.objects.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day),
            Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        ).order_by("rank")
    )
