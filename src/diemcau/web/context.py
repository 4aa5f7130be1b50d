"""What every template may name."""

from django.http import HttpRequest
from django.utils.translation import get_language

from .texts import Texts


def installation(request: HttpRequest) -> dict[str, object]:
    """Return the language and the texts in it."""
    lang = "en" if get_language() == "en" else "vi"
    return {"lang": lang, "t": Texts(lang)}
