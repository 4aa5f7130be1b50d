"""The people of the web tests, and counters that start at nothing."""

from collections.abc import Callable, Iterator

import pytest
from django.core.cache import caches
from django.test import Client

from diemcau.conference.models import Conference
from tests.conference.cast import Cast, make_cast, opened


@pytest.fixture
def cast(db: None) -> Cast:
    """Hoa, Lan, Minh, Mai and Quân with nine invited sites."""
    return make_cast()


@pytest.fixture
def conference(cast: Cast) -> Conference:
    """A live conference of Lâm Đồng with all nine sites in their places."""
    return opened(cast)


@pytest.fixture
def browser(cast: Cast) -> Callable[..., Client]:
    """Return the browser of somebody by name; "nobody" is not signed in."""

    def of(name: str, **more: object) -> Client:
        client = Client(**more)
        if name != "nobody":
            client.force_login(cast.users[name])
            client.cookies["dc_device"] = f"may-cua-{cast.users[name].pk}"
        return client

    return of


@pytest.fixture(autouse=True)
def counters() -> Iterator[None]:
    """Begin and end without anything counted."""
    caches["limits"].clear()
    yield
    caches["limits"].clear()
