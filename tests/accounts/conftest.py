"""The registers of the provinces, and people who are given roles in them."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from diemcau.accounts.models import RoleHolding, User
from diemcau.accounts.roles import give_role
from diemcau.accounts.services import actor_of
from diemcau.accounts.services_people import create_person
from diemcau.audit.actor import SYSTEM, Actor, Role
from diemcau.audit.refusal import Refusal
from diemcau.directory import services, source

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=timezone(timedelta(hours=7)))


class Town:
    """A province with its register, in which people are made and given roles.

    Bodies have short names here: those of the administration differ from province to province.
    """

    def __init__(self, province: str) -> None:
        self.province = province
        services.load(source.load_directory(province))

    def person(self, name: str, organisation: str = "", actor: Actor = SYSTEM) -> User:
        return create_person(display_name=name, organisation=organisation, actor=actor, now=NOW)

    def give(
        self, user: User, role: Role, organisation: str = "", *, actor: Actor = SYSTEM, **more: Any
    ) -> RoleHolding:
        given = {"user_id": user.pk, "role": role, "organisation": organisation, "actor": actor}
        return give_role(**({"now": NOW, "province": self.province} | given | more))

    def admin(self, name: str, organisation: str, **more: Any) -> Actor:
        """Make a person and let it administer the organisation (or the system)."""
        user = self.person(name, organisation)
        self.give(user, Role.SYSTEM_ADMIN, organisation, **more)
        return actor_of(user, now=NOW)

    def refused(self, code: str, act: Callable[..., object], *args: Any, **given: Any) -> Refusal:
        with pytest.raises(Refusal) as refusal:
            act(*args, **given)
        assert refusal.value.code == code
        assert refusal.value.vi and refusal.value.en
        return refusal.value


def _town(province: str) -> Callable[..., Iterator[Town]]:
    @pytest.fixture
    def town(db: None) -> Iterator[Town]:
        yield Town(province)

    return town


khanh_hoa = _town("khanh-hoa")
lao_cai = _town("lao-cai")
lam_dong = _town("lam-dong")
binh_dinh = _town("binh-dinh")
hue = _town("hue")
