"""One-time sign-in links, and accounts without any password."""

from datetime import timedelta

import pytest
from django.contrib.auth import authenticate

from diemcau.accounts.models import RoleHolding, SignInLink, User
from diemcau.accounts.services import (
    LINK_LIFETIME,
    IssuedLink,
    actor_of,
    consume_link,
    issue_link,
    peek_link,
    user_for,
)
from diemcau.audit.actor import SYSTEM, Role
from diemcau.audit.models import Event
from diemcau.audit.refusal import Refusal
from diemcau.directory.models import Site
from tests.conference.cast import MINH_SITE, NOW, make_cast
from tests.conference.test_commands import at_the_same_time


def link(site: str | None = MINH_SITE, actor=SYSTEM) -> IssuedLink:
    found = Site.objects.get(key=site) if site else None
    role = Role.SITE_OPERATOR if site else Role.CONTROL_OPERATOR
    return issue_link(role=role, site=found, actor=actor, now=NOW)


def secret_of(made: IssuedLink) -> str:
    return made.path.removeprefix("/vao/")


@pytest.fixture
def cast(db: None):
    """Hoa, Lan, Minh, Mai and Quân."""
    return make_cast(4)


def test_a_link_signs_in_its_person_once(cast) -> None:
    secret = secret_of(link())
    user, issued = consume_link(secret, address="10.0.0.9", now=NOW)
    assert (user, issued) == (cast.users["Minh"], NOW)
    event = Event.objects.latest("id")
    assert (event.verb, event.address, event.refused) == ("link.consumed", "10.0.0.9", False)
    with pytest.raises(Refusal) as refused:
        consume_link(secret, address="", now=NOW)
    assert refused.value.code == "link_used"
    assert Event.objects.latest("id").refused


def test_looking_at_a_link_does_not_use_it(cast) -> None:
    secret = secret_of(link())
    for _ in range(3):
        assert peek_link(secret, now=NOW).user == cast.users["Minh"]
    consume_link(secret, address="", now=NOW)


@pytest.mark.parametrize(("late", "usable"), [(timedelta(seconds=-1), True), (timedelta(0), False)])
def test_a_link_lasts_its_time_and_no_longer(cast, late: timedelta, usable: bool) -> None:
    secret = secret_of(link())
    when = NOW + LINK_LIFETIME + late
    if usable:
        consume_link(secret, address="", now=when)
        return
    with pytest.raises(Refusal) as refused:
        consume_link(secret, address="", now=when)
    assert refused.value.code == "link_expired"
    assert SignInLink.objects.get().consumed_at is None


def test_a_link_that_was_never_issued_opens_nothing(cast) -> None:
    with pytest.raises(Refusal) as refused:
        consume_link("khong-co", address="", now=NOW)
    assert refused.value.code == "link_unknown"


@pytest.mark.django_db(transaction=True)
def test_of_two_devices_that_press_at_once_one_gets_in() -> None:
    make_cast(4)
    secret = secret_of(link())

    def press() -> str:
        try:
            consume_link(secret, address="", now=NOW)
        except Refusal as refusal:
            return refusal.code
        return "in"

    assert sorted(at_the_same_time(press, press)) == ["in", "link_used"]


def test_the_database_keeps_no_secret_of_a_link(cast) -> None:
    secret = secret_of(link())
    kept = SignInLink.objects.values().get()
    assert secret not in str(kept)
    assert all(secret not in str(e) for e in Event.objects.values())


def test_only_the_control_centre_issues_links(cast) -> None:
    link(actor=cast.hoa)
    assert SignInLink.objects.get().issued_by == "Hoa"
    for who in ("Lan", "Minh", "Quân"):
        with pytest.raises(Refusal) as refused:
            link(actor=cast.of(who))
        assert refused.value.code == "not_permitted"
    assert SignInLink.objects.count() == 1


def test_nobody_has_a_password(cast) -> None:
    for user in User.objects.all():
        assert not user.has_usable_password()
    for guess in ("", "admin"):
        assert authenticate(username=cast.users["Hoa"].username, password=guess) is None
    assert not User.objects.filter(is_superuser=True).exists()
    assert not User.objects.filter(is_staff=True).exists()


def test_a_role_is_held_once_and_from_to(cast) -> None:
    site = Site.objects.get(key=MINH_SITE)
    assert user_for(Role.SITE_OPERATOR, site, now=NOW) == cast.users["Minh"]
    held = RoleHolding.objects.get(user=cast.users["Minh"])
    assert actor_of(cast.users["Minh"], now=NOW).roles == {Role.SITE_OPERATOR}
    assert actor_of(cast.users["Minh"], now=NOW - timedelta(seconds=1)).roles == frozenset()
    held.valid_to = NOW + timedelta(hours=1)
    held.save()
    after = actor_of(cast.users["Minh"], now=NOW + timedelta(hours=1))
    assert (after.roles, after.site) == (frozenset(), None)
