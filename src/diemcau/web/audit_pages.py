"""The log for administrators and auditors: find, read, export."""

import csv
import io
import json
import re
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from asgiref.sync import sync_to_async
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from diemcau.audit import canonical, policy, queries, retention
from diemcau.audit.actor import Actor
from diemcau.audit.models import Event
from diemcau.audit.refusal import Refusal
from diemcau.audit.services import transaction
from diemcau.conference import journal
from diemcau.conference.models import Conference
from diemcau.directory.models import Organisation, Site

from . import texts_audit, who
from .audit_diff import changes
from .forms import MOMENT
from .texts import Texts

CONFERENCES = 200
"""How many of the newest conferences can be chosen."""

SHORT = 3
"""How many changes of an event are shown without asking."""

VERBS = {**texts_audit.VERBS, **journal.VERBS}

COLUMNS = (
    *("number", "at", "actor", "address", "held", "verb", "act", "conference", "object"),
    *("before", "after", "refused", "code", "reason", "clause", "request", "hash"),
)
"""Of the export as a table."""


_FORMULA = re.compile(r"\s*[=+\-@]|[\t\r]")


class FilterForm(forms.Form):
    """What is looked for."""

    since = forms.DateTimeField(required=False, input_formats=[MOMENT])
    until = forms.DateTimeField(required=False, input_formats=[MOMENT])
    actor = forms.CharField(required=False, max_length=160)
    verb = forms.ChoiceField(required=False)
    conference = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    object = forms.CharField(required=False, max_length=120)
    text = forms.CharField(required=False, max_length=200)
    refused = forms.BooleanField(required=False)
    before = forms.IntegerField(required=False, min_value=0, max_value=2**63 - 1)
    after = forms.IntegerField(required=False, min_value=0, max_value=2**63 - 1)

    def __init__(self, *args: Any, texts: Texts, english: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._texts = texts
        kinds = {
            "since": ("audit_since", "audit_time_wrong"),
            "until": ("audit_until", "audit_time_wrong"),
            "actor": ("audit_actor", "audit_too_long"),
            "verb": ("audit_verb", "audit_choice_wrong"),
            "conference": ("audit_conference", "audit_choice_wrong"),
            "object": ("audit_object", "audit_too_long"),
            "text": ("audit_text", "audit_too_long"),
            "refused": ("audit_refused_only", "audit_choice_wrong"),
            "before": ("audit_older", "audit_page_wrong"),
            "after": ("audit_newer", "audit_page_wrong"),
        }
        for name, (label, problem) in kinds.items():
            field = self.fields[name]
            field.label = texts[label]
            codes = ("required", "invalid", "max_length", "min_value", "max_value")
            field.error_messages = dict.fromkeys((*codes, "invalid_choice"), texts[problem])
            for validator in field.validators:
                if hasattr(validator, "message"):
                    validator.message = texts[problem]
        for name in ("since", "until"):
            self.fields[name].widget.input_type = "datetime-local"
        any_ = [("", texts["audit_any"])]
        verbs = sorted((_capital(_plain(key, english)), key) for key in VERBS)
        self._choose("verb", any_ + [(key, words) for words, key in verbs])
        newest = Conference.objects.order_by("-opening_at")[:CONFERENCES]
        self._choose("conference", any_ + [(str(c.pk), _dated(c)) for c in newest])

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        """See that the times are in order."""
        given = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and until <= since:
            self.add_error("until", self._texts["audit_times_order"])
        return given

    def wanted(self) -> queries.Filter:
        """Return what is looked for, of a valid form."""
        given = self.cleaned_data
        return queries.Filter(
            since=given["since"],
            until=given["until"],
            actor=given["actor"],
            verb=given["verb"],
            conference_id=given["conference"],
            object=given["object"],
            refused=given["refused"],
            text=given["text"],
        )

    def shown(self) -> list[forms.BoundField]:
        """The fields that a person fills in, but for the box that is ticked."""
        return [self[name] for name in self.fields if name not in ("refused", "before", "after")]

    def kept(self) -> dict[str, str]:
        """What was filled in, for links to other pages and for the export."""
        names = [name for name in self.fields if name not in ("before", "after")]
        return {name: self.data[name] for name in names if self.data.get(name)}


def _english() -> bool:
    return get_language() == "en"


def _reason(refusal: Refusal) -> str:
    return refusal.en if _english() else refusal.vi


def _dated(conference: Conference) -> str:
    return f"{timezone.localtime(conference.opening_at):%d/%m/%Y} {conference.title}"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _plain(verb: str, english: bool) -> str:
    """Return the words of a verb without what it is about."""
    return " ".join(VERBS[verb][english].replace("{}", "…").split()).strip(" …")


def act(event: Event, names: dict[str, str], english: bool) -> str:
    """Return what was done, in words; a verb that has none stands for itself."""
    about = names.get(event.object, event.object)
    if event.verb not in VERBS:
        return f"{event.verb} {about}".strip()
    words = VERBS[event.verb][english]
    if "{}" not in words:
        return _capital(words)
    return _capital(" ".join(words.replace("{}", about).split()))


def _held(held: str, bodies: dict[str, str], english: bool) -> str:
    role, _, body = held.partition("@")
    name = texts_audit.ROLES[role][english] if role in texts_audit.ROLES else role
    return f"{name}, {bodies.get(body, body)}" if body else name


@never_cache
@require_GET
def log(request: HttpRequest) -> HttpResponse:
    """Show the events that match, newest first, 50 at a time."""
    actor = who.actor(request)
    if actor is None:
        return redirect("home")
    try:
        policy.require_read(actor)
    except Refusal as refusal:
        return render(request, "web/not_permitted.html", {"reason": _reason(refusal)}, status=403)
    english = _english()
    texts = Texts("en" if english else "vi")
    form = FilterForm(request.GET, texts=texts, english=english)
    rows: list[dict[str, Any]] = []
    newer = older = None
    if form.is_valid():
        given = form.cleaned_data
        page = queries.page(form.wanted(), before=given["before"], after=given["after"])
        if not page.events and given["after"] is not None:
            page = queries.page(form.wanted())
        rows = _rows(page.events, english)
        newer, older = page.newer, page.older

    def link(**where: int | None) -> str:
        return "" if None in where.values() else f"?{urlencode(form.kept() | where)}"

    context = {
        "form": form,
        "rows": rows,
        "newer": link(after=newer),
        "older": link(before=older),
        "overdue": retention.overdue(timezone.now()),
        "short": SHORT,
    }
    return render(request, "web/audit.html", context, status=200 if form.is_valid() else 400)


def _rows(events: Iterable[Event], english: bool) -> list[dict[str, Any]]:
    events = list(events)
    names = dict(Site.objects.values_list("key", "name"))
    ids = {e.conference_id for e in events if e.conference_id is not None}
    titles = dict(Conference.objects.filter(pk__in=ids).values_list("pk", "title"))
    bodies = dict(Organisation.objects.values_list("key", "short_name"))
    zone = ZoneInfo(settings.TIME_ZONE)
    found = []
    for event in events:
        words = act(event, names, english)
        about = names.get(event.object, event.object)
        found.append(
            {
                "event": event,
                "act": words,
                "held": [_held(held, bodies, english) for held in event.held or ()],
                # Said once: most words name the site already.
                "about": "" if about in words else about,
                "conference": titles.get(event.conference_id or 0, ""),
                "reason": event.reason_en if english else event.reason_vi,
                "changes": changes(
                    event.before, event.after, english=english, names=names, zone=zone
                ),
            }
        )
    return found


@never_cache
@require_POST
def export(request: HttpRequest) -> HttpResponseBase:
    """Send the matching events, oldest first, as a table or as JSON Lines; this is an act too."""
    actor = who.actor(request)
    if actor is None:
        return redirect("home")
    english = _english()
    texts = Texts("en" if english else "vi")
    form = FilterForm(request.POST, texts=texts, english=english)
    kind = "csv" if request.POST.get("kind") == "csv" else "jsonl"
    if not form.is_valid():
        return redirect("audit-log")
    try:
        upto = _record(actor, form.wanted(), kind)
    except Refusal as refusal:
        return render(request, "web/not_permitted.html", {"reason": _reason(refusal)}, status=403)
    names = dict(Site.objects.values_list("key", "name"))
    if kind == "csv":
        lines = _stream(form.wanted(), upto, lambda event: _cells(event, names, english))
        first = "\ufeff" + _csv(COLUMNS)
        response = StreamingHttpResponse(_after(first, lines), content_type="text/csv")
        response.headers["Content-Type"] = "text/csv; charset=utf-8"
    else:
        lines = _stream(form.wanted(), upto, lambda event: canonical.exported(event).decode())
        response = StreamingHttpResponse(lines, content_type="application/jsonl")
    stamp = f"{timezone.localtime():%Y%m%d-%H%M%S}"
    response.headers["Content-Disposition"] = f'attachment; filename="nhat-ky-{stamp}.{kind}"'
    return response


def _record(actor: Actor, wanted: queries.Filter, kind: str) -> int:
    """Record who exports what; return the number of the last event that can be in it."""
    with transaction(actor, "audit.exported", now=timezone.now()) as entry:
        policy.require_read(actor)
        asked = {name: value for name, value in asdict(wanted).items() if value}
        for name in ("since", "until"):
            if name in asked:
                asked[name] = asked[name].isoformat()
        entry.about(after={"kind": kind, **asked})
    return entry.number - 1


async def _stream(
    wanted: queries.Filter, upto: int, line: Callable[[Event], str]
) -> AsyncIterator[str]:
    """Yield the lines, some events in memory at a time."""
    seen = 0
    while batch := await sync_to_async(queries.after)(wanted, seen=seen, upto=upto):
        yield "".join(line(event) for event in batch)
        seen = batch[-1].number


async def _after(first: str, rest: AsyncIterator[str]) -> AsyncIterator[str]:
    yield first
    async for line in rest:
        yield line


def _cells(event: Event, names: dict[str, str], english: bool) -> str:
    at = timezone.localtime(event.at).isoformat(sep=" ", timespec="microseconds")
    reason = event.reason_en if english else event.reason_vi
    return _csv(
        (
            *(event.number, at, event.actor_name, event.address, _json(event.held), event.verb),
            *(act(event, names, english), event.conference_id, event.object),
            *(_json(event.before), _json(event.after), event.refused, event.code, reason),
            *(event.clause, event.request, event.hash),
        )
    )


def _json(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _csv(cells: Iterable[object]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(["" if cell is None else _safe(str(cell)) for cell in cells])
    return out.getvalue()


def _safe(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell
