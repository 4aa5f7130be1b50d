"""What every template may name."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from . import who
from .navigation import items
from .texts import Texts


def installation(request: HttpRequest) -> dict[str, object]:
    """Return the language, the texts in it, and where the header leads."""
    lang = "en" if get_language() == "en" else "vi"
    texts = Texts(lang)

    def navigation() -> list[dict[str, str]]:
        # A page of an error may be made before anybody is known.
        actor = who.actor(request) if hasattr(request, "user") else None
        links = items(actor) if actor else []
        return [{"url": item.url, "word": texts[item.text]} for item in links]

    # Asked only by a page that shows it: the page of a server error must not ask the database.
    return {"lang": lang, "t": texts, "navigation": SimpleLazyObject(navigation)}
