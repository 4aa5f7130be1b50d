"""People with passwords: Lan, whose account is her own, and Hương, who administers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client
from django.utils import timezone

from diemcau.accounts.login import acknowledgement, credentials
from diemcau.accounts.models import RoleHolding, User
from diemcau.accounts.services import actor_of
from diemcau.audit.actor import SYSTEM, Actor, Role, Scope
from diemcau.audit.models import Event

PASSWORD = "Ngựa chạy nhanh 7"


def make(
    username: str,
    *,
    role: Role | None = None,
    password: str = PASSWORD,
    email: str = "",
    now: datetime | None = None,
    accepted: bool = True,
) -> User:
    """Make somebody with a password, and a role over everything if one is given."""
    now = now or timezone.now()
    user = User.objects.create(username=username, display_name=username.title(), email=email)
    credentials.set_password(
        user=user, password=password, actor=SYSTEM, verb="password.set", keep_session="", now=now
    )
    if role is not None:
        RoleHolding.objects.create(user=user, role=role, scope=Scope.SYSTEM, valid_from=now)
    if accepted:
        acknowledgement.acknowledge(user=user, actor=SYSTEM, by_link=False, now=now)
    return user


def acts(user: User) -> Actor:
    """Return the person as an actor now."""
    return actor_of(user, now=timezone.now(), address="127.0.0.1")


def verbs(*, refused: bool | None = None) -> list[str]:
    """Return the verbs of the events, oldest first."""
    found = Event.objects.order_by("id")
    if refused is not None:
        found = found.filter(refused=refused)
    return list(found.values_list("verb", flat=True))


def enter(username: str, password: str = PASSWORD, *, address: str = "127.0.0.1") -> Client:
    """Return a browser that tried to sign in."""
    client = Client(REMOTE_ADDR=address, headers={"User-Agent": "Chrome Windows"})
    client.answer = client.post("/dang-nhap", {"login": username, "password": password})
    return client


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 is slow by design: these tests hash hundreds of passwords."""
    monkeypatch.setattr(Argon2PasswordHasher, "time_cost", 1)
    monkeypatch.setattr(Argon2PasswordHasher, "memory_cost", 64)


@pytest.fixture
def lan(db: None) -> User:
    """Lan, who plans conferences."""
    return make("lan", email="lan@tinh.example")


@pytest.fixture
def huong(db: None) -> User:
    """Hương, a system administrator."""
    return make("huong", role=Role.SYSTEM_ADMIN)


@pytest.fixture
def sign_in(settings: Any) -> Callable[..., None]:
    """Change figures of signing in for one test."""

    def change(**values: object) -> None:
        settings.SIGN_IN = replace(django_settings.SIGN_IN, **values)

    return change
