"""The pages of persons: the list, one person with the roles held, and the acts on them."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from diemcau.accounts import policy, roles
from diemcau.accounts import services_people as persons
from diemcau.accounts.models import User
from diemcau.accounts.queries import Holding, HoldingState, holdings
from diemcau.accounts.queries import people as find_people
from diemcau.accounts.services import issue_personal_link
from diemcau.audit.actor import Actor, Role
from diemcau.audit.refusal import Refusal
from diemcau.directory.models import Organisation, Site
from diemcau.directory.policy import is_system_admin
from diemcau.regulation import clause_label

from . import who
from .org_forms import DelegateForm, NewPersonForm, PersonForm, RoleForm, named
from .org_pages import not_permitted, page_texts, reason
from .texts import Texts

PER_PAGE = 50


def _key(user: User) -> str:
    return user.organisation.key if user.organisation else ""


def _administers_any(actor: Actor) -> bool:
    return Role.SYSTEM_ADMIN in actor.roles


def _organisations(actor: Actor, texts: Texts) -> list[tuple[str, str]]:
    """Return the organisations that the actor administers, as choices."""
    found = Organisation.objects.filter(valid_to__isnull=True).order_by("name")
    choices = [(one.key, one.name) for one in found if policy.administers(actor, one.key)]
    return [("", texts["no_organisation"]), *choices] if is_system_admin(actor) else choices


@never_cache
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """List the persons with the roles that they hold now."""
    actor = who.actor(request)
    if actor is None:
        return redirect("home")
    texts = page_texts()
    if not policy.may_see(actor):
        return not_permitted(request, texts["only_readers"])
    words = request.GET.get("q", "")
    page = Paginator(find_people(words, now=timezone.now()), PER_PAGE).get_page(
        request.GET.get("trang")
    )
    rows = [{"user": one.user, "held": [_shown(held, texts) for held in one.held]} for one in page]
    context = {"rows": rows, "page": page, "words": words, "may_make": _administers_any(actor)}
    return render(request, "web/people_list.html", context)


def _shown(held: Holding, texts: Texts) -> dict[str, Any]:
    return {
        "held": held,
        "role": texts[f"role_{held.role}"],
        "scope": texts[f"scope_{held.scope}"],
        "state": texts[f"holding_{held.state}"],
        "clause": clause_label(held.clause) if held.clause else "",
        "kind": {HoldingState.IN_FORCE: "ok", HoldingState.ENDED: "off"}.get(held.state, "warn"),
    }


@never_cache
@require_GET
def one(request: HttpRequest, user_id: int) -> HttpResponse:
    """Show one person; everybody may see his own page and pass his own roles on there."""
    return _person_page(request, user_id)


def _person_page(
    request: HttpRequest,
    user_id: int,
    *,
    refusal: Refusal | None = None,
    forms: dict[str, Any] | None = None,
    link: str = "",
) -> HttpResponse:
    actor = who.actor(request)
    if actor is None:
        return redirect("home")
    texts, now = page_texts(), timezone.now()
    if not policy.may_see(actor) and actor.id != user_id:
        return not_permitted(request, texts["only_readers"])
    user = User.objects.select_related("organisation").filter(pk=user_id).first()
    if user is None:
        raise Http404
    held = holdings(now=now, user=user_id)
    current = [one for one in held if one.state is not HoldingState.ENDED]
    manages = policy.administers(actor, _key(user))
    rows = []
    for one in current:
        may_end = policy.administers(actor, one.organisation, one.site or None)
        row = _shown(one, texts)
        row["end"] = may_end and not one.delegated_by and one.state is not HoldingState.ENDED
        row["withdraw"] = bool(one.delegated_by) and (may_end or actor.id == user_id)
        rows.append(row)
    passable = [
        (str(one.id), f"{texts[f'role_{one.role}']} · {one.organisation_name or one.site_name}")
        for one in current
        if one.state is HoldingState.IN_FORCE
        and not one.delegated_by
        and (actor.id == user_id or policy.administers(actor, one.organisation, one.site or None))
    ]
    passed = [
        _shown(given, texts)
        for given in holdings(now=now, delegated_from=[one.id for one in held])
        if given.state is HoldingState.IN_FORCE
    ]
    forms = forms or {}
    context = {
        "person": user,
        "rows": rows,
        "passed": passed,
        "before": [_shown(one, texts) for one in held if one.state is HoldingState.ENDED],
        "manages": manages and actor.id != user_id,
        "give": _administers_any(actor)
        and actor.id != user_id
        and (forms.get("give") or _role_form(None, actor, user, texts)),
        "delegate": bool(passable)
        and (forms.get("delegate") or _delegate_form(None, passable, actor, user_id, texts)),
        "opened": set(forms),
        "problem": reason(refusal) if refusal else "",
        "refusal": refusal,
        "link": link,
        "done": request.GET.get("xong") == "1",
    }
    status = 200
    if refusal:
        status = 403 if refusal.code == "not_permitted" else 409
    return render(request, "web/people_one.html", context, status=status)


def _role_form(data: Any, actor: Actor, user: User, texts: Texts) -> RoleForm:
    sites = Site.objects.order_by("number").values_list("key", "name", "organisation__name")
    return RoleForm(
        data,
        texts=texts,
        choices={
            "role": named(texts, "role", Role),
            "organisation": _organisations(actor, texts),
            "site": [("", texts["all_of_it"]), *((key, f"{n} ({o})") for key, n, o in sites)],
        },
        initial={"organisation": _key(user), "role": Role.SITE_OPERATOR},
        prefix="giao",
    )


def _with_body(user: User) -> str:
    return f"{user} ({user.organisation.short_name})" if user.organisation else str(user)


def _delegate_form(
    data: Any, passable: list[tuple[str, str]], actor: Actor, holder: int, texts: Texts
) -> DelegateForm:
    users = User.objects.filter(is_active=True).exclude(pk__in=[holder, actor.id or 0])
    users = users.select_related("organisation").order_by("display_name")
    return DelegateForm(
        data,
        texts=texts,
        choices={
            "holding": passable,
            "to_user": [("", texts["choose"]), *((str(one.pk), _with_body(one)) for one in users)],
        },
        prefix="uy-quyen",
    )


@never_cache
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make a personal account."""
    actor = who.actor(request)
    if actor is None:
        return redirect("home")
    texts = page_texts()
    if not _administers_any(actor):
        return not_permitted(request, texts["only_admins"])
    choices = {"organisation": _organisations(actor, texts)}
    form = NewPersonForm(
        request.POST if request.method == "POST" else None,
        texts=texts,
        choices=choices,
        initial={"organisation": request.GET.get("to-chuc", "")},
    )
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            made = persons.create_person(**form.cleaned_data, actor=actor, now=timezone.now())
        except Refusal as error:
            refusal = error
        else:
            return redirect("person", user_id=made.pk)
    return _form(request, form, texts["new_person"], "/nguoi-dung", refusal)


@never_cache
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, user_id: int) -> HttpResponse:
    """Change what is known of a person."""
    actor = who.actor(request)
    if actor is None:
        return redirect("home")
    texts = page_texts()
    user = User.objects.select_related("organisation").filter(pk=user_id).first()
    if user is None:
        raise Http404
    if not policy.administers(actor, _key(user)):
        return not_permitted(request, texts["only_admins"])
    form = PersonForm(
        request.POST if request.method == "POST" else None,
        texts=texts,
        choices={"organisation": _organisations(actor, texts)},
        initial={
            "display_name": user.display_name,
            "title": user.title,
            "phone": user.phone,
            "organisation": _key(user),
        },
    )
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            persons.change_person(
                user_id=user_id, **form.cleaned_data, actor=actor, now=timezone.now()
            )
        except Refusal as error:
            refusal = error
        else:
            return redirect(f"/nguoi-dung/{user_id}?xong=1")
    title = f"{texts['edit_person']}: {user}"
    return _form(request, form, title, f"/nguoi-dung/{user_id}", refusal)


def _form(
    request: HttpRequest, form: PersonForm, title: str, back: str, refusal: Refusal | None
) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "back": back,
        "problem": reason(refusal) if refusal else "",
        "refusal": refusal,
    }
    return render(request, "web/org_form.html", context, status=409 if refusal else 200)


@never_cache
@require_POST
def act(request: HttpRequest, user_id: int, act: str) -> HttpResponse:
    """Give, end, delegate or withdraw a role; disable or enable the account; issue a link."""
    actor = who.actor(request)
    if actor is None:
        return redirect("home")
    now, given = timezone.now(), request.POST
    try:
        if act == "giao":
            if not _administers_any(actor):
                return not_permitted(request, page_texts()["only_admins"])
            return _give(request, user_id, actor, now)
        if act == "uy-quyen":
            return _delegate(request, user_id, actor, now)
        if act == "lien-ket":
            made = issue_personal_link(user_id=user_id, actor=actor, now=now)
            address = request.build_absolute_uri(made.path)
            return _person_page(request, user_id, link=address)
        if act == "ket-thuc":
            held, why = _number(given.get("holding")), given.get("reason", "")
            roles.end_role(holding_id=held, reason=why, actor=actor, now=now)
        elif act == "thu-hoi":
            held = _number(given.get("holding"))
            roles.withdraw_delegation(holding_id=held, actor=actor, now=now)
        elif act == "khoa":
            why = given.get("reason", "")
            persons.disable_person(user_id=user_id, reason=why, actor=actor, now=now)
        elif act == "mo-lai":
            persons.enable_person(user_id=user_id, actor=actor, now=now)
        else:
            raise Http404
    except Refusal as refusal:
        return _person_page(request, user_id, refusal=refusal)
    return redirect(f"/nguoi-dung/{user_id}?xong=1")


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 18 else 0


def _give(request: HttpRequest, user_id: int, actor: Actor, now: datetime) -> HttpResponse:
    user = User.objects.select_related("organisation").filter(pk=user_id).first()
    if user is None:
        raise Http404
    form = _role_form(request.POST, actor, user, page_texts())
    if not form.is_valid():
        return _person_page(request, user_id, forms={"give": form})
    given = form.cleaned_data | {"role": Role(form.cleaned_data["role"])}
    try:
        roles.give_role(user_id=user_id, province=settings.PROVINCE, actor=actor, now=now, **given)
    except Refusal as refusal:
        return _person_page(request, user_id, refusal=refusal, forms={"give": form})
    return redirect(f"/nguoi-dung/{user_id}?xong=1")


def _delegate(request: HttpRequest, user_id: int, actor: Actor, now: datetime) -> HttpResponse:
    held = holdings(now=now, user=user_id)
    passable = [(str(one.id), one.role.value) for one in held]
    form = _delegate_form(request.POST, passable, actor, user_id, page_texts())
    if not form.is_valid():
        return _person_page(request, user_id, forms={"delegate": form})
    given = form.cleaned_data
    try:
        roles.delegate(
            holding_id=int(given["holding"]),
            to_user=int(given["to_user"]),
            until=given["until"],
            reason=given["reason"],
            actor=actor,
            now=now,
        )
    except Refusal as refusal:
        return _person_page(request, user_id, refusal=refusal, forms={"delegate": form})
    return redirect(f"/nguoi-dung/{user_id}?xong=1")
