"""Guests: invited to one conference, by a link of one purpose that ends."""

import pytest

from diemcau.accounts.models import LinkPurpose, SignInLink
from diemcau.accounts.services import actor_of, consume_link, peek_link
from diemcau.audit.actor import Actor
from diemcau.audit.refusal import Refusal
from diemcau.conference import desks, queries
from diemcau.conference.guests import AFTERWARDS, invite_guest, withdraw_guest
from diemcau.conference.models import Conference, RosterEntry

from .cast import NOW, Cast, ask, book, fresh, last_event, minutes, opened


@pytest.fixture
def hue(cast: Cast) -> Conference:
    """A live conference of Huế, where one person is a site too."""
    conference = opened(cast)
    Conference.objects.filter(pk=conference.pk).update(profile="hue@1")
    return fresh(conference)


def invited(conference: Conference, cast: Cast, name: str = "Trần Thị Bích") -> str:
    """Invite somebody and return the secret of the link."""
    made = invite_guest(
        conference_id=conference.pk,
        name=name,
        unit="Đại học Huế",
        phone="0900 111 222",
        actor=cast.hoa,
        now=NOW,
    )
    return made.path.removeprefix("/vao/")


def signed_in(secret: str) -> Actor:
    user, _ = consume_link(secret, address="10.0.0.9", now=minutes(1))
    return actor_of(user, now=minutes(1))


@pytest.mark.requirement("HUE-1.2")
def test_an_invited_person_joins_as_a_site_of_its_own(hue: Conference, cast: Cast) -> None:
    guest = signed_in(invited(hue, cast))
    answer = ask(hue, guest, now=minutes(1))
    assert answer.outcome == "admitted"
    assert answer.own.name == "Trần Thị Bích"
    assert queries.wall(fresh(hue))[-1].name == "Trần Thị Bích"


def test_where_a_site_is_a_room_by_the_regulation_no_guest_is_invited(cast: Cast) -> None:
    conference = opened(cast)
    with pytest.raises(Refusal) as refused:
        invited(conference, cast)
    assert (refused.value.code, refused.value.clause) == ("no_persons", "LĐ 3.5")
    assert last_event().refused
    assert not SignInLink.objects.filter(purpose=LinkPurpose.GUEST).exists()


def test_a_guests_link_is_good_for_one_conference_only(hue: Conference, cast: Cast) -> None:
    guest = signed_in(invited(hue, cast))
    other = book(cast)
    with pytest.raises(Refusal, match="not_invited"):
        ask(other, guest, now=minutes(1))
    assert RosterEntry.objects.filter(conference=other).count() == len(cast.sites)
    event = last_event()
    assert (event.verb, event.code) == ("site.refused_entry", "not_invited")


def test_a_guests_link_works_once_and_ends(hue: Conference, cast: Cast) -> None:
    first, second = invited(hue, cast), invited(hue, cast, "Lê Văn Ba")
    signed_in(first)
    with pytest.raises(Refusal, match="link_used"):
        peek_link(first, now=minutes(2))
    end = hue.opening_at + AFTERWARDS
    assert peek_link(second, now=minutes(2)).expires_at == end
    with pytest.raises(Refusal, match="link_expired"):
        peek_link(second, now=end)
    user = SignInLink.objects.get(expires_at=end, consumed_at=None).user
    assert actor_of(user, now=end).holdings == ()


def test_a_withdrawn_guest_is_put_out_and_the_link_is_void(hue: Conference, cast: Cast) -> None:
    unused, used = invited(hue, cast, "Lê Văn Ba"), invited(hue, cast)
    guest = signed_in(used)
    assert ask(hue, guest, now=minutes(1)).outcome == "admitted"
    for entry in RosterEntry.objects.filter(conference=hue, site__kind="person"):
        withdraw_guest(conference_id=hue.pk, site=entry.site.key, actor=cast.hoa, now=minutes(2))
    with pytest.raises(Refusal, match="link_withdrawn"):
        peek_link(unused, now=minutes(3))
    assert guest.site is not None
    assert not any(guest.site in who for who in queries.wants(fresh(hue)).main.grants)
    assert desks.end_unentitled(now=minutes(3)) == 0
    with pytest.raises(Refusal, match="no_guest"):
        withdraw_guest(conference_id=hue.pk, site=cast.sites[1], actor=cast.hoa, now=minutes(2))


def test_only_who_controls_the_conference_invites(hue: Conference, cast: Cast) -> None:
    for who in (cast.lan, cast.minh, cast.quan):
        with pytest.raises(Refusal, match="not_permitted"):
            invite_guest(conference_id=hue.pk, name="A", unit="B", phone="", actor=who, now=NOW)


def test_a_link_of_another_purpose_signs_nobody_in(cast: Cast) -> None:
    from diemcau.accounts.services import make_link

    made = make_link(
        cast.users["Minh"],
        LinkPurpose.SET_PASSWORD,
        by=cast.hoa,
        now=NOW,
        expires_at=minutes(60),
    )
    with pytest.raises(Refusal, match="link_other_purpose"):
        consume_link(made.path.rpartition("/")[2], address="", now=minutes(1))
