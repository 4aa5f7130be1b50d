"""Who may do what here, and why: pure questions over plain values, for the page of rights."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from diemcau.accounts.policy import Act as AccountAct
from diemcau.accounts.queries import Holding, HoldingState
from diemcau.audit.actor import Role, Scope
from diemcau.conference.policy import HOST_ACTS, SITE_ACTS
from diemcau.conference.policy import Act as ConferenceAct
from diemcau.directory.policy import READERS
from diemcau.directory.policy import Act as DirectoryAct
from diemcau.regulation import Controller, Profile, who_controls


class Reach(StrEnum):
    """Where a holding gives the right."""

    ANYWHERE = "anywhere"
    ORGANISATION = "organisation"
    SITE = "site"
    HOST_SITE = "host_site"
    HOLDER = "holder"


@dataclass(frozen=True, slots=True)
class By:
    """Who may: by a role (None: any), held with one of the scopes (empty: any), so far."""

    role: Role | None
    reach: Reach
    scopes: frozenset[Scope] = frozenset()


@dataclass(frozen=True, slots=True)
class Rule:
    """An act of the product, who may do it, and the clause, "" where the regulation is silent."""

    act: str
    by: tuple[By, ...]
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one asks. Empty sets and words stand for what is not part of the question.

    Args:
        organisations: keys of the organisations that it is about.
        sites: keys of the sites.
        host_site: key of the host site of the conference.
    """

    organisations: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()
    host_site: str = ""


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
    """A holding that gives the right, and where."""

    holding: Holding
    reach: Reach


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
        return Grant(held, by.reach)
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
    return place is None or held.site == place.host_site


# ---------------------------------------------------------------- the acts of the product


_SYSTEM = By(Role.SYSTEM_ADMIN, Reach.ANYWHERE, frozenset({Scope.SYSTEM}))
_OWN = By(Role.SYSTEM_ADMIN, Reach.ORGANISATION, frozenset({Scope.OWN}))
_OPERATOR = By(Role.CONTROL_OPERATOR, Reach.ANYWHERE)
_READERS = tuple(By(role, Reach.ANYWHERE) for role in Role if role in READERS)


def conference_rules(profile: Profile, *, host_tier: str = "province") -> list[Rule]:
    """Return the acts on a conference under a regulation, hosted by a body of that tier."""
    who = who_controls(profile, host_tier)
    hosts = who.layout is Controller.HOST_SITE_OPERATOR
    rules = []
    for act in ConferenceAct:
        by: tuple[By, ...] = (_OPERATOR,)
        if act in SITE_ACTS:
            by = (By(None, Reach.SITE),)
        elif hosts and act in HOST_ACTS:
            by = (_OPERATOR, By(None, Reach.HOST_SITE))
        rules.append(Rule(act.value, by, _clause(profile, act, who.clause)))
    return rules


def _clause(profile: Profile, act: ConferenceAct, control: str | None) -> str:
    values = {
        ConferenceAct.SCHEDULE: profile.roles.scheduler.clause,
        ConferenceAct.ADMIT: profile.admission.manual.clause
        or profile.admission.only_listed.clause,
        ConferenceAct.JOIN: profile.admission.only_listed.clause,
        ConferenceAct.ASK_TO_SPEAK: profile.speak.path.clause,
        ConferenceAct.WITHDRAW_REQUEST: profile.speak.path.clause,
        ConferenceAct.DECLINE_REQUEST: profile.speak.path.clause,
        ConferenceAct.END_TURN: profile.mic.close_after_turn.clause,
        ConferenceAct.LOCK_MIC: profile.mic.member_open.clause,
        ConferenceAct.ADD_SIMULATED: None,
        ConferenceAct.CONSENT_TAKEOVER: None,
        ConferenceAct.PERMIT_SHARE: None,
    }
    clause = values.get(act, control)
    return profile.clause_label(clause) if clause else ""


def register_rules(profile: Profile) -> list[Rule]:
    """Return the acts on organisations, persons and roles under a regulation."""
    clause = profile.roles.system_admin.clause
    admin = profile.clause_label(clause) if clause else ""
    manage = Rule("", (_SYSTEM, _OWN), admin)
    by_act: dict[str, tuple[By, ...]] = {
        DirectoryAct.SEE: _READERS,
        DirectoryAct.CHANGE: (_SYSTEM,),
        AccountAct.SEE: _READERS,
        AccountAct.DELEGATE: (_SYSTEM, _OWN, By(None, Reach.HOLDER)),
        AccountAct.WITHDRAW: (_SYSTEM, _OWN, By(None, Reach.HOLDER)),
        AccountAct.ISSUE_LINK: (_OPERATOR, _SYSTEM, _OWN),
    }
    silent = {DirectoryAct.SEE, AccountAct.SEE, AccountAct.ISSUE_LINK}
    return [
        Rule(act.value, by_act.get(act, manage.by), "" if act in silent else admin)
        for act in (*DirectoryAct, *AccountAct)
    ]
