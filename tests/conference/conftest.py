"""The cast and its conference."""

import pytest

from diemcau.conference.models import Conference

from .cast import Cast, make_cast, opened


@pytest.fixture
def cast(db: None) -> Cast:
    """Hoa, Lan, Minh, Mai and Quân with nine invited sites."""
    return make_cast()


@pytest.fixture
def conference(cast: Cast) -> Conference:
    """A live conference of Lâm Đồng with all nine sites in their places."""
    return opened(cast)
