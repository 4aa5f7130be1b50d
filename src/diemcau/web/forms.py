"""The short booking form. Errors say what to do, in the language of the page."""

from typing import Any

from django import forms

from diemcau.directory.models import Site
from diemcau.protocol.base import one_line

from .texts import Texts

MOMENT = "%Y-%m-%dT%H:%M"


class LineField(forms.CharField):
    """One line that others read."""

    def to_python(self, value: Any) -> Any:
        """Take out what is not seen."""
        return super().to_python(one_line(value))


class BookingForm(forms.Form):
    """Title, host, number of sites, times, drill."""

    title = LineField(max_length=200)
    host_site = forms.ChoiceField()
    count = forms.IntegerField(min_value=1, max_value=200)
    connect_at = forms.DateTimeField(input_formats=[MOMENT])
    opening_at = forms.DateTimeField(input_formats=[MOMENT])
    drill = forms.BooleanField(required=False)

    def __init__(self, *args: Any, texts: Texts, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sites = Site.objects.order_by("-is_host_default", "number").values_list("key", "name")
        host = self.fields["host_site"]
        assert isinstance(host, forms.ChoiceField)
        host.choices = list(sites)
        words = {
            "title": ("title", "title_missing", "text"),
            "host_site": ("host_site", "host_site", None),
            "count": ("first_sites", "count_range", "number"),
            "connect_at": ("connect_at", "time_missing", "datetime-local"),
            "opening_at": ("opening_at", "time_missing", "datetime-local"),
            "drill": ("is_drill", "is_drill", None),
        }
        for name, (label, problem, kind) in words.items():
            field = self.fields[name]
            field.label = texts[label]
            field.error_messages = dict.fromkeys(
                ("required", "invalid", "min_value", "max_value", "max_length", "invalid_choice"),
                texts[problem],
            )
            for validator in field.validators:
                if hasattr(validator, "message"):
                    validator.message = texts[problem]
            if kind:
                field.widget.input_type = kind
