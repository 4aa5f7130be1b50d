"""Who may do what here, and why: pure questions over plain values, for the page of rights."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from diemcau.accounts.policy import Act as AccountAct
from diemcau.accounts.queries import Holding, HoldingState
from diemcau.audit.actor import Role, Scope
from diemcau.conference.policy import RIGHTS, Right, Where
from diemcau.conference.policy import Act as ConferenceAct
from diemcau.directory.policy import READERS
from diemcau.directory.policy import Act as DirectoryAct
from diemcau.regulation import Delegation, Profile


class Reach(StrEnum):
    """Where a holding gives the right."""

    ANYWHERE = "anywhere"
    ORGANISATION = "organisation"
    SITE = "site"
    HOST_SITE = "host_site"
    GRANTED = "granted"
    HOLDER = "holder"


@dataclass(frozen=True, slots=True)
class By:
    """Who may: by a role (None: any), held with one of the scopes (empty: any), so far.

    ``clause`` is where the regulation says so, "" where it is silent.
    """

    role: Role | None
    reach: Reach
    scopes: frozenset[Scope] = frozenset()
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """An act of the product, and who may do it."""

    act: str
    by: tuple[By, ...]

    @property
    def clauses(self) -> tuple[str, ...]:
        """The clauses that say so, each once; empty where the regulation is silent."""
        return tuple(dict.fromkeys(by.clause for by in self.by if by.clause))


@dataclass(frozen=True, slots=True)
class Place:
    """Where one asks. Empty sets and words stand for what is not part of the question.

    Args:
        organisations: keys of the organisations that it is about.
        sites: keys of the sites.
        host_site: key of the host site where it controls the conference, else "".
        granted: keys of the sites that have control by a grant.
    """

    organisations: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()
    host_site: str = ""
    granted: frozenset[str] = frozenset()


class Why(StrEnum):
    """Why a holding does not give the right."""

    OTHER_ROLE = "other_role"
    NARROWER = "narrower"
    ELSEWHERE = "elsewhere"
    NOT_BEGUN = HoldingState.NOT_BEGUN.value
    ENDED = HoldingState.ENDED.value
    DISABLED = HoldingState.DISABLED.value
    BODY_CLOSED = HoldingState.BODY_CLOSED.value
    BASE_FELL = HoldingState.BASE_FELL.value


@dataclass(frozen=True, slots=True)
class Grant:
    """A holding that gives the right, where, and by which clause ("": none says so)."""

    holding: Holding
    reach: Reach
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Not:
    """A holding that comes near but gives no right, and why."""

    holding: Holding
    why: Why


@dataclass(frozen=True, slots=True)
class Answer:
    """Who may do an act, by which holdings, and which holdings do not suffice."""

    rule: Rule
    may: tuple[Grant, ...]
    may_not: tuple[Not, ...]

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles that would give the right, each once."""
        return tuple(dict.fromkeys(by.role for by in self.rule.by if by.role is not None))


def explain(
    rules: Iterable[Rule], holdings: Collection[Holding], place: Place | None
) -> list[Answer]:
    """Say for each act who may do it and why others with a role may not.

    Args:
        rules: the acts.
        holdings: the roles of everybody, or of the one person that is asked about, also those that
            are not in force.
        place: where; None asks for anywhere that the holding itself reaches.
    """
    answers = []
    for rule in rules:
        judged = [_judge(rule, held, place) for held in holdings]
        may = tuple(found for found in judged if isinstance(found, Grant))
        not_so = tuple(found for found in judged if isinstance(found, Not))
        answers.append(Answer(rule, may, not_so))
    return answers


def _judge(rule: Rule, held: Holding, place: Place | None) -> Grant | Not:
    """Say that the holding gives the right, or the nearest reason why not."""
    nearest = Why.OTHER_ROLE
    for by in rule.by:
        if by.role is not None and by.role is not held.role:
            continue
        if by.scopes and held.scope not in by.scopes:
            nearest = Why.NARROWER if nearest is Why.OTHER_ROLE else nearest
            continue
        if not _reaches(by.reach, held, place):
            # Where any role will do, everybody elsewhere would come "near".
            nearest = nearest if by.role is None else Why.ELSEWHERE
            continue
        if held.state is not HoldingState.IN_FORCE:
            return Not(held, Why(held.state.value))
        return Grant(held, by.reach, by.clause)
    return Not(held, nearest)


def _reaches(reach: Reach, held: Holding, place: Place | None) -> bool:
    if reach is Reach.ANYWHERE:
        return True
    if reach is Reach.HOLDER:
        own = not held.delegated_by
        return own and (place is None or held.organisation in place.organisations)
    if reach is Reach.ORGANISATION:
        return bool(held.organisation) and (
            place is None or held.organisation in place.organisations
        )
    if not held.site:
        return False
    if reach is Reach.SITE:
        return place is None or held.site in place.sites
    if reach is Reach.GRANTED:
        return place is None or held.site in place.granted
    return place is None or held.site == place.host_site


# ---------------------------------------------------------------- the acts of the product


_REACH = {
    Where.EVERYWHERE: Reach.ANYWHERE,
    Where.HOST: Reach.HOST_SITE,
    Where.GRANTED: Reach.GRANTED,
    Where.OWN_SITE: Reach.SITE,
}


def conference_rules(profile: Profile, *, host_controls: bool) -> list[Rule]:
    """Return the acts on a conference, as the table of rights and a regulation have them.

    Args:
        profile: the regulation.
        host_controls: whether it puts control into the hands of the host site.
    """
    delegated = profile.control.delegation.effective is not Delegation.NONE
    possible = {
        Where.EVERYWHERE: True,
        Where.OWN_SITE: True,
        Where.HOST: host_controls,
        Where.GRANTED: delegated,
    }
    return [
        Rule(
            act.value,
            tuple(
                by for right in rights if possible[right.where] for by in _by(profile, act, right)
            ),
        )
        for act, rights in RIGHTS.items()
    ]


def _by(profile: Profile, act: ConferenceAct, right: Right) -> list[By]:
    scopes = frozenset({Scope.SYSTEM}) if right.where is Where.EVERYWHERE else frozenset[Scope]()
    clause = _clause(profile, right.basis or _OWN_SITE.get(act, ""))
    reach = _REACH[right.where]
    return [By(role, reach, scopes, clause) for role in Role if role in right.roles]


_OWN_SITE = {
    ConferenceAct.JOIN: "admission.only_listed",
    ConferenceAct.ASK_TO_SPEAK: "speak.path",
    ConferenceAct.WITHDRAW_REQUEST: "speak.path",
    ConferenceAct.END_TURN: "mic.close_after_turn",
}
"""The rules behind what a site does for itself."""


def _clause(profile: Profile, basis: str) -> str:
    if not basis:
        return ""
    section, _, rule = basis.partition(".")
    clause = getattr(getattr(profile, section), rule).clause
    return profile.clause_label(clause) if clause else ""


def register_rules(profile: Profile) -> list[Rule]:
    """Return the acts on organisations, persons and roles under a regulation."""
    clause = _clause(profile, "roles.system_admin")
    system = By(Role.SYSTEM_ADMIN, Reach.ANYWHERE, frozenset({Scope.SYSTEM}), clause)
    own = By(Role.SYSTEM_ADMIN, Reach.ORGANISATION, frozenset({Scope.OWN}), clause)
    holder = By(None, Reach.HOLDER)
    operator = By(Role.CONTROL_OPERATOR, Reach.ANYWHERE)
    readers = tuple(By(role, Reach.ANYWHERE) for role in Role if role in READERS)
    by_act: dict[str, tuple[By, ...]] = {
        DirectoryAct.SEE: readers,
        DirectoryAct.CHANGE: (system,),
        AccountAct.SEE: readers,
        AccountAct.DELEGATE: (system, own, holder),
        AccountAct.WITHDRAW: (system, own, holder),
        AccountAct.ISSUE_LINK: (operator, system, own),
    }
    return [Rule(act.value, by_act.get(act, (system, own))) for act in (*DirectoryAct, *AccountAct)]
