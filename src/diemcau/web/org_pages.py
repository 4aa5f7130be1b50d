"""The pages of organisations: the tree of a day, one with its history, and the acts on them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from diemcau.accounts.queries import HoldingState, holdings
from diemcau.accounts.services_reorganise import (
    Holdings,
    close_organisation,
    merge_organisations,
    open_holdings,
)
from diemcau.audit.actor import Actor
from diemcau.audit.refusal import Refusal
from diemcau.directory import organisations as acts
from diemcau.directory import policy
from diemcau.directory.models import Organisation, Tier
from diemcau.directory.queries import as_of, duties_on, history, matching, tree
from diemcau.directory.timeline import ONE
from diemcau.regulation import Duty, OrganisationKind

from . import org_forms, who
from .org_forms import PageForm, named
from .texts import Texts

SHOWN_SITES = 12
"""How many sites an organisation's page names before it counts."""


def page_texts() -> Texts:
    """Return the words in the language of the page."""
    return Texts("en" if get_language() == "en" else "vi")


def reason(refusal: Refusal) -> str:
    """Return why something was refused, in the language of the page."""
    return refusal.en if get_language() == "en" else refusal.vi


def not_permitted(request: HttpRequest, text: str) -> HttpResponse:
    """Say that the person may not open the page."""
    return render(request, "web/not_permitted.html", {"reason": text}, status=403)


def _day(request: HttpRequest) -> date:
    try:
        return parse_date(request.GET.get("ngay", "")) or timezone.localdate()
    except ValueError:
        return timezone.localdate()


def _tier_names() -> dict[str, str]:
    english = get_language() == "en"
    return {one.key: one.name_en if english else one.name for one in Tier.objects.all()}


def _kind(texts: Texts, kind: str) -> str:
    return texts[f"kind_{kind}"] if kind in set(OrganisationKind) else kind


@never_cache
@require_GET
def organisations(request: HttpRequest) -> HttpResponse:
    """Show the organisations of a day, each under its parent, or those that answer a search."""
    actor = who.actor(request)
    if actor is None:
        return redirect("home")
    texts = page_texts()
    if not policy.may(actor, policy.Act.SEE):
        return not_permitted(request, texts["only_readers"])
    day, words = _day(request), request.GET.get("q", "")
    nodes = matching(tree(day), words)
    tiers, duties = _tier_names(), duties_on(day)
    rows = [
        {
            "state": node.state,
            "depth": min(node.depth, 4),
            "kind": _kind(texts, node.state.kind),
            "tier": tiers.get(node.state.tier, node.state.tier),
            "duties": [texts[f"duty_{duty}"] for duty in sorted(duties.get(node.state.key, ()))],
        }
        for node in nodes
    ]
    context = {
        "rows": rows,
        "day": day,
        "words": words,
        "may_change": policy.may(actor, policy.Act.CHANGE),
    }
    return render(request, "web/org_list.html", context)


@never_cache
@require_GET
def one(request: HttpRequest, key: str) -> HttpResponse:
    """Show one organisation: what it is, what it was, its duties, sites and people."""
    actor = who.actor(request)
    if actor is None:
        return redirect("home")
    texts = page_texts()
    if not policy.may(actor, policy.Act.SEE):
        return not_permitted(request, texts["only_readers"])
    found = Organisation.objects.select_related("parent", "successor").filter(key=key).first()
    if found is None:
        raise Http404
    now, tiers = timezone.now(), _tier_names()
    known = history(key)
    parents = {state.parent for state in known if state.parent}
    names = dict(Organisation.objects.filter(key__in=parents).values_list("key", "name"))
    sites = list(found.sites.order_by("number"))
    context = {
        "organisation": found,
        "kind": _kind(texts, found.kind),
        "tier": tiers.get(found.tier, found.tier),
        "history": [
            {
                "state": state,
                "kind": _kind(texts, state.kind),
                "tier": tiers.get(state.tier, state.tier),
                "parent": names.get(state.parent or "", ""),
            }
            for state in reversed(known)
        ],
        "duties": [
            {"duty": duty, "name": texts[f"duty_{duty.duty}"]}
            for duty in found.duties.order_by("valid_to", "duty")
        ],
        "sites": sites[:SHOWN_SITES],
        "more_sites": max(0, len(sites) - SHOWN_SITES),
        "units": list(found.children.filter(valid_to__isnull=True).order_by("name")[:200]),
        "people": [
            {"held": held, "role": texts[f"role_{held.role}"]}
            for held in holdings(now=now, organisation=key)
            if held.state is HoldingState.IN_FORCE
        ],
        "acts": [
            (act, texts[change.label])
            for act, change in CHANGES.items()
            if found.valid_to is None and policy.may(actor, policy.Act.CHANGE)
        ],
        "done": request.GET.get("xong") == "1",
    }
    return render(request, "web/org_one.html", context)


# ---------------------------------------------------------------- acts


@dataclass(frozen=True)
class Change:
    """An act on an organisation: its word, its form, and how the form's values do it."""

    label: str
    form: type[PageForm]
    carry_out: Callable[[str, dict[str, Any], dict[str, Any]], Any]


def _rename(key: str, given: dict[str, Any], common: dict[str, Any]) -> Any:
    return acts.rename_organisation(key=key, **given, **common)


def _move(key: str, given: dict[str, Any], common: dict[str, Any]) -> Any:
    return acts.move_organisation(
        key=key, **(given | {"parent": given["parent"] or None}), **common
    )


def _reclassify(key: str, given: dict[str, Any], common: dict[str, Any]) -> Any:
    return acts.reclassify_organisation(key=key, **given, **common)


def _close(key: str, given: dict[str, Any], common: dict[str, Any]) -> Any:
    return close_organisation(
        key=key, **(given | {"holdings": Holdings(given["holdings"])}), **common
    )


def _merge(key: str, given: dict[str, Any], common: dict[str, Any]) -> Any:
    values = given | {"holdings": Holdings(given["holdings"])}
    return merge_organisations(into=key, province=settings.PROVINCE, **values, **common)


def _give_duty(key: str, given: dict[str, Any], common: dict[str, Any]) -> Any:
    return acts.give_duty(key=key, **(given | {"duty": Duty(given["duty"])}), **common)


def _end_duty(key: str, given: dict[str, Any], common: dict[str, Any]) -> Any:
    return acts.end_duty(key=key, **(given | {"duty": Duty(given["duty"])}), **common)


CHANGES = {
    "doi-ten": Change("act_rename", org_forms.RenameForm, _rename),
    "chuyen": Change("act_move", org_forms.MoveForm, _move),
    "loai-cap": Change("act_kind", org_forms.KindForm, _reclassify),
    "giao-nhiem-vu": Change("act_duty", org_forms.DutyForm, _give_duty),
    "thoi-nhiem-vu": Change("act_duty_end", org_forms.DutyForm, _end_duty),
    "hop-nhat": Change("act_merge", org_forms.MergeForm, _merge),
    "ket-thuc": Change("act_close", org_forms.CloseForm, _close),
}
"""Word of the address → act."""


def _choices(texts: Texts, key: str = "") -> dict[str, list[tuple[str, str]]]:
    bodies = list(
        Organisation.objects.filter(valid_to__isnull=True)
        .exclude(key=key)
        .order_by("name")
        .values_list("key", "name")
    )
    return {
        "kind": named(texts, "kind", OrganisationKind),
        "tier": list(_tier_names().items()),
        "parent": [("", texts["org_top"]), *bodies],
        "keys": bodies,
        "holdings": named(texts, "fate", Holdings),
        "duty": named(texts, "duty", Duty),
    }


@never_cache
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Enter a new organisation."""
    actor = who.actor(request)
    if actor is None:
        return redirect("home")
    texts = page_texts()
    if not policy.may(actor, policy.Act.CHANGE):
        return not_permitted(request, texts["only_admins"])
    form = org_forms.CreateForm(
        request.POST if request.method == "POST" else None,
        texts=texts,
        choices=_choices(texts),
        initial={"on": timezone.localdate(), "kind": "department", "tier": "province"},
    )
    refusal = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data | {"parent": form.cleaned_data["parent"] or None}
        try:
            made = acts.create_organisation(**given, actor=actor, now=timezone.now())
        except Refusal as error:
            refusal = error
        else:
            return redirect("organisation", key=made.key)
    context = {"form": form, "title": texts["new_organisation"], "back": "/to-chuc"}
    return _form_page(request, context, refusal)


@never_cache
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, key: str, act: str) -> HttpResponse:
    """Change an organisation: first what would happen, then, confirmed, the act itself."""
    actor = who.actor(request)
    if actor is None:
        return redirect("home")
    texts = page_texts()
    if not policy.may(actor, policy.Act.CHANGE):
        return not_permitted(request, texts["only_admins"])
    found = Organisation.objects.select_related("parent").filter(key=key).first()
    if found is None or act not in CHANGES:
        raise Http404
    wanted = CHANGES[act]
    form = wanted.form(
        request.POST if request.method == "POST" else None,
        texts=texts,
        choices=_choices(texts, key),
        initial={
            "name": found.name,
            "short_name": found.short_name,
            "kind": found.kind,
            "tier": found.tier,
            "parent": found.parent.key if found.parent else "",
            "on": timezone.localdate(),
        },
    )
    context: dict[str, Any] = {
        "form": form,
        "title": f"{texts[wanted.label]}: {found.name}",
        "back": f"/to-chuc/{key}",
        "previews": True,
    }
    refusal = None
    if request.method == "POST" and form.is_valid():
        given, common = form.cleaned_data, {"actor": actor, "now": timezone.now()}
        try:
            if "confirm" in request.POST:
                wanted.carry_out(key, given, common)
                return redirect(f"/to-chuc/{key}?xong=1")
            context["preview"] = _preview(texts, found, wanted, given, actor)
        except Refusal as error:
            refusal = error
    return _form_page(request, context, refusal)


def _form_page(
    request: HttpRequest, context: dict[str, Any], refusal: Refusal | None
) -> HttpResponse:
    context |= {"problem": reason(refusal) if refusal else "", "refusal": refusal}
    return render(request, "web/org_form.html", context, status=409 if refusal else 200)


def _preview(
    texts: Texts, found: Organisation, wanted: Change, given: dict[str, Any], actor: Actor
) -> list[tuple[str, str]]:
    """Do the act, look, and undo it: what is shown is what the act does. Raises its Refusal."""
    now, day = timezone.now(), given["on"]
    going = list(Organisation.objects.filter(key__in=given.get("keys", [found.key])))
    closes = "holdings" in given
    lines = []
    if closes:
        gone = ", ".join(body.name for body in going)
        lines.append((texts["closes"], f"{gone} ({day - ONE:%d/%m/%Y})"))
        sites = [site.name for body in going for site in body.sites.order_by("number")]
        duties = [
            texts[f"duty_{duty.duty}"]
            for body in going
            for duty in body.duties.filter(valid_to__isnull=True)
        ]
        roles = [
            f"{held.user} ({texts[f'role_{held.role}']})"
            for body in going
            for held in open_holdings(body, now).select_related("user")
        ]
        fate = texts[f"fate_{given['holdings']}"]
        lines += [
            (texts["sites_pass"], ", ".join(sites)),
            (texts["duties_pass"], ", ".join(duties)),
            (f"{texts['roles_touched']}: {fate}", ", ".join(roles)),
        ]
    before = _summary(texts, found.key, day - ONE)
    with transaction.atomic():
        wanted.carry_out(found.key, given, {"actor": actor, "now": now})
        after = _summary(texts, found.key, day)
        transaction.set_rollback(True)
    if before != after:
        lines += [
            (f"{texts['before']} {day:%d/%m/%Y}", before),
            (f"{texts['from_day']} {day:%d/%m/%Y}", after),
        ]
    return [(label, text) for label, text in lines if text]


def _summary(texts: Texts, key: str, day: date) -> str:
    then = as_of(day)
    state = then[key].state
    if not then[key].exists:
        return texts["org_closed"] if state.last and state.last < day else texts["org_not_yet"]
    above = then[state.parent].state.name if state.parent else texts["org_top"]
    duties = [texts[f"duty_{duty}"] for duty in sorted(duties_on(day, {key}).get(key, ()))]
    tier = _tier_names().get(state.tier, state.tier)
    words = [state.name, state.short_name, _kind(texts, state.kind), tier, above, *duties]
    return " · ".join(words)
