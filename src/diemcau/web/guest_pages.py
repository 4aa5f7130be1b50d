"""The page on which guests are invited to a conference."""

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from diemcau.audit.refusal import Refusal
from diemcau.conference import queries, services
from diemcau.conference.guests import guests, invite_guest, withdraw_guest
from diemcau.conference.policy import Act

from . import who
from .pages import not_found, reason_of, texts_now


class GuestForm(forms.Form):
    """Who is invited."""

    name = forms.CharField(max_length=80)
    unit = forms.CharField(max_length=120)
    phone = forms.RegexField(regex=r"^[0-9 +.()-]{8,20}$", required=False)

    def __init__(self, *args: object, **named: object) -> None:
        super().__init__(*args, **named)  # type: ignore[arg-type]
        t = texts_now()
        for field, missing in (("name", "guest_name_missing"), ("unit", "guest_unit_missing")):
            self.fields[field].error_messages["required"] = t[missing]
            self.fields[field].error_messages["max_length"] = t["too_long"]
        self.fields["phone"].error_messages["invalid"] = t["phone_wrong"]


@never_cache
@require_http_methods(["GET", "POST"])
def guest_list(request: HttpRequest, conference_id: int) -> HttpResponse:
    """List the guests, invite one, or take an invitation back. A link is shown once."""
    actor = who.actor(request)
    if actor is None:
        return redirect("home")
    conference = queries.find(conference_id)
    if conference is None:
        return not_found(request)
    now = timezone.now()
    form, link, problem = GuestForm(), "", None
    try:
        services.authorise(conference, actor, Act.INVITE_GUEST)
    except Refusal as refusal:
        text = {"reason": reason_of(refusal)}
        return render(request, "web/not_permitted.html", text, status=403)
    try:
        if request.method == "POST" and "withdraw" in request.POST:
            withdraw_guest(
                conference_id=conference_id,
                site=request.POST["withdraw"][:63],
                actor=actor,
                now=now,
            )
            return redirect("guests", conference_id)
        if request.method == "POST":
            form = GuestForm(request.POST)
            if form.is_valid():
                given = form.cleaned_data
                made = invite_guest(conference_id=conference_id, actor=actor, now=now, **given)
                link, form = f"{settings.INSTALLATION.origin}{made.path}", GuestForm()
    except Refusal as refusal:
        problem = refusal
    context = {
        "conference": conference,
        "guests": guests(conference).select_related("site__technician"),
        "form": form,
        "link": link,
        "problem": reason_of(problem) if problem else "",
        "refusal": problem,
    }
    return render(request, "web/guests.html", context, status=409 if problem else 200)
