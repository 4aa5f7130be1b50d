"""A register with an administrator."""

import pytest

from diemcau.audit.actor import Actor, Held, Role, Scope
from diemcau.directory import services, source


@pytest.fixture
def admin() -> Actor:
    """An: administers the whole system."""
    return Actor(
        id=900,
        name="An",
        holdings=(Held(Role.SYSTEM_ADMIN, Scope.SYSTEM),),
    )


@pytest.fixture
def hue(db: None) -> None:
    """The directory of Huế in the database."""
    services.load(source.load_directory("hue"))
