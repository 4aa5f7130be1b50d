"""The page that answers who may do what here, and why."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from diemcau.accounts import policy
from diemcau.accounts.models import User
from diemcau.accounts.queries import Holding, HoldingState, holdings
from diemcau.conference.models import Conference
from diemcau.conference.queries import profile_of, situation
from diemcau.directory.models import Organisation, Site
from diemcau.regulation import (
    Controller,
    Profile,
    load_profile,
    may_be_granted_control,
    who_controls,
)

from . import who
from .org_pages import not_permitted, page_texts
from .rights import (
    Answer,
    By,
    Grant,
    Not,
    Place,
    Rule,
    Why,
    conference_rules,
    explain,
    register_rules,
)
from .texts import Texts

SHOWN = 6
"""How many people an act names before the rest stands behind a line to open."""

NEAR = 20
"""How many of those that come near an act names."""


@dataclass(frozen=True)
class Question:
    """What is asked: a title, the acts, whose roles, and where (None: wherever they reach)."""

    title: str
    groups: tuple[tuple[str, list[Rule]], ...]
    holdings: list[Holding]
    place: Place | None


@never_cache
@require_GET
def rights(request: HttpRequest) -> HttpResponse:
    """Say for an organisation, a site, a conference or a person who may do what, and why."""
    actor = who.actor(request)
    if actor is None:
        return redirect("home")
    texts = page_texts()
    if not policy.may_see(actor):
        return not_permitted(request, texts["only_readers"])
    given = {name: request.GET.get(name, "") for name in ("to-chuc", "diem-cau", "nguoi", "hop")}
    question = _question(given, texts)
    groups = []
    if question:
        for title, rules in question.groups:
            found = explain(rules, question.holdings, question.place)
            groups.append((title, _rows(found, texts, bool(given["nguoi"]))))
    context = {
        "given": {name.replace("-", "_"): value for name, value in given.items()},
        "organisations": Organisation.objects.filter(valid_to__isnull=True)
        .order_by("name")
        .values_list("key", "name"),
        "sites": Site.objects.order_by("number").values_list("key", "number", "name"),
        "people": User.objects.order_by("display_name", "username"),
        "conferences": Conference.objects.order_by("-opening_at")[:100],
        "question": question,
        "groups": groups,
        "by_person": bool(given["nguoi"]),
    }
    return render(request, "web/rights.html", context)


def _question(given: dict[str, str], texts: Texts) -> Question | None:
    """Return what the address asks: the first of its parts that names something."""
    now = timezone.now()
    today = load_profile(settings.PROVINCE, on=timezone.localdate(now))
    number = given["hop"] if given["hop"].isdecimal() and len(given["hop"]) < 18 else ""
    user = given["nguoi"] if given["nguoi"].isdecimal() and len(given["nguoi"]) < 18 else ""
    if number:
        found = Conference.objects.select_related("host_site", "host_body").filter(pk=number)
        return _of_conference(found[0], texts) if found else None
    if user:
        person = User.objects.filter(pk=user).first()
        held = holdings(now=now, user=int(user))
        return Question(str(person), _both(today, texts), held, None) if person else None
    if given["diem-cau"]:
        site = Site.objects.select_related("organisation").filter(key=given["diem-cau"]).first()
        if site is None:
            return None
        body = site.organisation
        keys = frozenset({site.key})
        granted = keys if may_be_granted_control(today, body.tier).allowed else frozenset[str]()
        place = Place(frozenset({body.key}), keys, site.key, granted)
        groups = _both(today, texts, body.tier)
        return Question(site.name, groups, holdings(now=now), place)
    body_found = Organisation.objects.filter(key=given["to-chuc"]).first()
    if body_found is None:
        return None
    place = Place(frozenset({body_found.key}))
    rules = ((texts["acts_register"], register_rules(today)),)
    return Question(body_found.name, rules, holdings(now=now), place)


def _both(
    profile: Profile, texts: Texts, tier: str = "province"
) -> tuple[tuple[str, list[Rule]], ...]:
    hosts = who_controls(profile, tier).layout is Controller.HOST_SITE_OPERATOR
    return (
        (texts["acts_conference"], conference_rules(profile, host_controls=hosts)),
        (texts["acts_register"], register_rules(profile)),
    )


def _of_conference(conference: Conference, texts: Texts) -> Question:
    now = situation(conference)
    sites = frozenset(conference.roster.values_list("site__key", flat=True)) | {now.host}
    rules = conference_rules(profile_of(conference), host_controls=now.host_controls)
    place = Place(frozenset({conference.host_body.key}), sites, now.host, now.granted)
    held = holdings(now=timezone.now())
    return Question(conference.title, ((texts["acts_conference"], rules),), held, place)


def _rows(answers: list[Answer], texts: Texts, by_person: bool) -> list[dict[str, Any]]:
    """Return a row for each different answer, with the acts that it is given to."""
    rows: dict[tuple[By, ...], dict[str, Any]] = {}
    for answer in answers:
        alike = answer.rule.by
        row = rows.get(alike) or rows.setdefault(alike, _row(answer, texts, by_person))
        row["acts"].append(_named(texts, answer.rule.act))
    return list(rows.values())


def _row(answer: Answer, texts: Texts, by_person: bool) -> dict[str, Any]:
    near = [one for one in answer.may_not if by_person or _comes_near(one)]
    # Whose role ended long ago does not come near: those of the same person and role that hold.
    holding = {(grant.holding.user, grant.holding.role) for grant in answer.may}
    near = [one for one in near if (one.holding.user, one.holding.role) not in holding]
    needed = [texts[f"role_{role}"] for role in answer.roles]
    if any(by.role is None for by in answer.rule.by):
        needed.append(texts["any_own_role"])
    return {
        "acts": [],
        "clause": ", ".join(answer.rule.clauses),
        "may": [_grant(grant, texts) for grant in answer.may[:SHOWN]],
        "more": [_grant(grant, texts) for grant in answer.may[SHOWN:]],
        "near": [_not(one, texts) for one in near[:NEAR]],
        "near_more": max(0, len(near) - NEAR),
        "needed": ", ".join(needed),
    }


def _comes_near(one: Not) -> bool:
    """Leave out other roles, and the two hundred who look after other sites."""
    elsewhere = one.why is Why.ELSEWHERE and bool(one.holding.site)
    return one.why is not Why.OTHER_ROLE and not elsewhere


def _named(texts: Texts, act: str) -> str:
    try:
        return texts[f"right_{act}"]
    except KeyError:
        return act


def _grant(grant: Grant, texts: Texts) -> dict[str, Any]:
    reach = texts[f"reach_{grant.reach}"]
    return _holding(grant.holding, texts) | {"reach": reach, "clause": grant.clause}


def _not(one: Not, texts: Texts) -> dict[str, Any]:
    when = one.holding.valid_to if one.holding.state is HoldingState.ENDED else None
    return _holding(one.holding, texts) | {"why": texts[f"why_{one.why}"], "when": when}


def _holding(held: Holding, texts: Texts) -> dict[str, Any]:
    return {
        "user": held.user,
        "person": held.person,
        "role": texts[f"role_{held.role}"],
        "scope": texts[f"scope_{held.scope}"],
        "where": held.site_name or held.organisation_name,
        "delegated_by": held.delegated_by,
        "until": held.valid_to,
    }
