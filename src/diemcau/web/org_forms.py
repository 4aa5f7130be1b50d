"""Forms of organisations and persons. Errors say what to do, in the language of the page."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms

from .forms import MOMENT
from .texts import Texts

Choices = Sequence[tuple[str, str]]


def named(texts: Texts, group: str, keys: Iterable[str]) -> list[tuple[str, str]]:
    """Return choices with their words, such as those of ``kind_office``."""
    return [(key, texts[f"{group}_{key}"]) for key in keys]


class PageForm(forms.Form):
    """A form whose fields come from a table of words.

    ``words`` has for each field the key of its label, of its hint and of its error.
    """

    words: dict[str, tuple[str, str, str]] = {}  # noqa: RUF012

    def __init__(
        self, *args: Any, texts: Texts, choices: Mapping[str, Choices] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            label, hint, problem = self.words[name]
            field.label = texts[label]
            field.help_text = texts[hint] if hint else ""
            message = texts[problem]
            field.error_messages = dict.fromkeys(
                ("required", "invalid", "max_length", "invalid_choice", "invalid_list"), message
            )
            for validator in field.validators:
                if hasattr(validator, "message"):
                    validator.message = message
            if isinstance(field, forms.ChoiceField) and choices and name in choices:
                field.choices = list(choices[name])


def _day() -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


_WHEN = {
    "on": ("effective_on", "", "day_missing"),
    "document": ("decision", "decision_hint", "text_missing"),
}


class RenameForm(PageForm):
    """Another name."""

    name = forms.CharField(max_length=200)
    short_name = forms.CharField(max_length=80, required=False)
    on = _day()
    document = forms.CharField(max_length=200)
    words = {  # noqa: RUF012
        "name": ("org_name", "", "text_missing"),
        "short_name": ("org_short_name", "", "text_missing"),
        **_WHEN,
    }


class MoveForm(PageForm):
    """Another parent."""

    parent = forms.ChoiceField(required=False)
    on = _day()
    document = forms.CharField(max_length=200)
    words = {"parent": ("org_parent", "", "choose_one"), **_WHEN}  # noqa: RUF012


class KindForm(PageForm):
    """Another kind or level."""

    kind = forms.ChoiceField()
    tier = forms.ChoiceField()
    on = _day()
    document = forms.CharField(max_length=200)
    words = {  # noqa: RUF012
        "kind": ("org_kind", "", "choose_one"),
        "tier": ("org_tier", "", "choose_one"),
        **_WHEN,
    }


class CreateForm(PageForm):
    """A new organisation."""

    name = forms.CharField(max_length=200)
    short_name = forms.CharField(max_length=80, required=False)
    kind = forms.ChoiceField()
    tier = forms.ChoiceField()
    parent = forms.ChoiceField(required=False)
    area = forms.CharField(max_length=80, required=False)
    on = _day()
    document = forms.CharField(max_length=200)
    words = {  # noqa: RUF012
        **RenameForm.words,
        **KindForm.words,
        **MoveForm.words,
        "area": ("org_area", "", "text_missing"),
    }


class CloseForm(PageForm):
    """The end of an organisation."""

    holdings = forms.ChoiceField()
    on = _day()
    document = forms.CharField(max_length=200)
    words = {  # noqa: RUF012
        **_WHEN,
        "holdings": ("holdings_fate", "", "choose_one"),
        "on": ("close_on", "", "day_missing"),
    }


class MergeForm(PageForm):
    """Others go into this organisation."""

    keys = forms.MultipleChoiceField(widget=forms.SelectMultiple(attrs={"size": 8}))
    holdings = forms.ChoiceField()
    on = _day()
    document = forms.CharField(max_length=200)
    words = {  # noqa: RUF012
        "keys": ("merge_which", "merge_hint", "choose_one"),
        "holdings": ("holdings_fate", "", "choose_one"),
        **_WHEN,
    }


class DutyForm(PageForm):
    """A duty begins or ends."""

    duty = forms.ChoiceField()
    on = _day()
    document = forms.CharField(max_length=200)
    words = {"duty": ("duty", "", "choose_one"), **_WHEN}  # noqa: RUF012


class PersonForm(PageForm):
    """What is known of a person."""

    display_name = forms.CharField(max_length=120)
    title = forms.CharField(max_length=120, required=False)
    phone = forms.CharField(max_length=20, required=False)
    organisation = forms.ChoiceField(required=False)
    words = {  # noqa: RUF012
        "display_name": ("person_name", "", "text_missing"),
        "title": ("person_title", "", "text_missing"),
        "phone": ("person_phone", "", "text_missing"),
        "organisation": ("person_organisation", "", "choose_one"),
    }


class NewPersonForm(PersonForm):
    """A new person."""

    username = forms.CharField(max_length=60, required=False)
    words = {  # noqa: RUF012
        **PersonForm.words,
        "username": ("person_username", "person_username_hint", "text_missing"),
    }


def _moment(required: bool) -> forms.DateTimeField:
    return forms.DateTimeField(
        input_formats=[MOMENT],
        required=required,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
    )


class RoleForm(PageForm):
    """A role for a person."""

    role = forms.ChoiceField()
    organisation = forms.ChoiceField(required=False)
    site = forms.ChoiceField(required=False)
    valid_to = _moment(False)
    reason = forms.CharField(max_length=300, required=False)
    words = {  # noqa: RUF012
        "role": ("role", "", "choose_one"),
        "organisation": ("person_organisation", "", "choose_one"),
        "site": ("role_site", "", "choose_one"),
        "valid_to": ("until", "until_hint", "until_missing"),
        "reason": ("reason", "", "text_missing"),
    }


class DelegateForm(PageForm):
    """A role passed on until a time."""

    holding = forms.ChoiceField()
    to_user = forms.ChoiceField()
    until = _moment(True)
    reason = forms.CharField(max_length=300, required=False)
    words = {  # noqa: RUF012
        "holding": ("role", "", "choose_one"),
        "to_user": ("delegate_to", "", "choose_one"),
        "until": ("until", "", "until_missing"),
        "reason": ("reason", "", "text_missing"),
    }
