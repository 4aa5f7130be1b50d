"""Organisations through time: created, renamed, moved, reclassified, closed and merged."""

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diemcau.accounts.services_reorganise import close_organisation, merge_organisations
from diemcau.audit.actor import Actor, Held, Role, Scope
from diemcau.audit.models import Event
from diemcau.audit.refusal import Refusal
from diemcau.directory import organisations, services, source
from diemcau.directory.models import Organisation, OrganisationPast, Site
from diemcau.directory.queries import as_of, duties_on, history, matching, states, tree
from diemcau.directory.timeline import faults
from diemcau.regulation import Duty

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=timezone(timedelta(hours=7)))
TODAY = NOW.date()
PAPER = "12/QĐ-UBND"
SO = "so-du-lich"


def day(text: str) -> date:
    return date.fromisoformat(text)


def refused(code: str, act: Callable[..., object], **given: Any) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        act(**given)
    assert refusal.value.code == code
    assert refusal.value.vi and refusal.value.en
    return refusal.value


def create(admin: Actor, **changes: Any) -> Organisation:
    values: dict[str, Any] = {
        "name": "Sở Văn hóa số",
        "kind": "department",
        "tier": "province",
        "parent": "ubnd-thanh-pho",
        "on": day("2026-01-01"),
        "document": PAPER,
        "actor": admin,
        "now": NOW,
    }
    return organisations.create_organisation(**(values | changes))


def rename(admin: Actor, name: str, on: str, key: str = SO) -> Organisation:
    return organisations.rename_organisation(
        key=key, name=name, on=day(on), document=PAPER, actor=admin, now=NOW
    )


def test_a_new_organisation_exists_from_its_day_on(hue: None, admin: Actor) -> None:
    made = create(admin)
    assert made.key == "so-van-hoa-so"
    assert not as_of(day("2025-12-31"))[made.key].exists
    assert as_of(day("2026-01-01"))[made.key].exists
    assert create(admin).key == "so-van-hoa-so-2"
    event = Event.objects.latest("id")
    assert (event.verb, event.object, event.after["document"]) == (
        "organisation.created",
        "so-van-hoa-so-2",
        PAPER,
    )


def test_a_name_counts_from_its_day_and_the_old_one_stays_with_the_key(
    hue: None, admin: Actor
) -> None:
    rename(admin, "Sở Du lịch và Di sản", "2026-03-01")
    assert as_of(day("2026-02-28"))[SO].state.name == "Sở Du lịch"
    assert as_of(day("2026-03-01"))[SO].state.name == "Sở Du lịch và Di sản"
    assert [(state.name, state.document) for state in history(SO)] == [
        ("Sở Du lịch", ""),
        ("Sở Du lịch và Di sản", PAPER),
    ]


def test_two_changes_of_one_day_leave_one_state(hue: None, admin: Actor) -> None:
    rename(admin, "Sở Di sản", "2026-03-01")
    organisations.reclassify_organisation(
        key=SO,
        kind="public_service_unit",
        tier="province",
        on=day("2026-03-01"),
        document=PAPER,
        actor=admin,
        now=NOW,
    )
    assert len(history(SO)) == 2
    assert (history(SO)[1].name, history(SO)[1].kind) == ("Sở Di sản", "public_service_unit")


def test_a_start_of_the_system_keeps_what_a_person_changed(hue: None, admin: Actor) -> None:
    rename(admin, "Sở Di sản", "2026-03-01")
    organisations.end_duty(
        key="so-khoa-hoc-va-cong-nghe", duty=Duty.DIC, on=TODAY, document=PAPER, actor=admin,
        now=NOW,
    )  # fmt: skip
    organisations.give_duty(
        key="so-noi-vu", duty=Duty.DIC, on=TODAY, document=PAPER, actor=admin, now=NOW
    )
    merge(admin, ["so-y-te"], "so-noi-vu", "2026-02-01")
    services.load(source.load_directory("hue"))
    assert Organisation.objects.get(key=SO).name == "Sở Di sản"
    assert [key for key, duties in duties_on(TODAY).items() if "dic" in duties] == ["so-noi-vu"]
    assert Site.objects.get(key="so-y-te").organisation.key == "so-noi-vu"


def merge(admin: Actor, keys: list[str], into: str, on: str, **more: Any) -> Organisation:
    return merge_organisations(
        keys=keys, into=into, on=day(on), document=PAPER, province="hue", actor=admin, now=NOW,
        **more,
    )  # fmt: skip


def test_several_merge_into_one_which_takes_their_sites_and_duties(hue: None, admin: Actor) -> None:
    organisations.give_duty(
        key=SO, duty=Duty.FINANCE, on=day("2026-01-01"), document=PAPER, actor=admin, now=NOW
    )
    merge(admin, [SO, "so-van-hoa-va-the-thao"], "so-noi-vu", "2026-02-01")
    for key in (SO, "so-van-hoa-va-the-thao"):
        assert as_of(day("2026-01-31"))[key].exists
        assert not as_of(day("2026-02-01"))[key].exists
        gone = Organisation.objects.get(key=key)
        assert (gone.successor.key, gone.closed_by) == ("so-noi-vu", PAPER)
        assert Site.objects.get(key=key).organisation.key == "so-noi-vu"
    assert duties_on(day("2026-01-31"))[SO] == {"finance"}
    assert duties_on(day("2026-02-01"))["so-noi-vu"] == {"finance"}
    assert SO not in duties_on(day("2026-02-01"))


def test_an_organisation_and_the_one_under_it_merge_together(hue: None, admin: Actor) -> None:
    create(admin, name="Trung tâm Xúc tiến", parent=SO)
    refusal = refused(
        "has_children",
        merge_organisations,
        keys=[SO],
        into="so-noi-vu",
        on=day("2026-02-01"),
        document=PAPER,
        province="hue",
        actor=admin,
        now=NOW,
    )
    assert "Trung tâm Xúc tiến" in refusal.vi
    merge(admin, [SO, "trung-tam-xuc-tien"], "so-noi-vu", "2026-02-01")
    assert not as_of(TODAY)["trung-tam-xuc-tien"].exists


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("day_in_future", {"on": TODAY + timedelta(days=1)}),
        ("tier_not_in_force", {"tier": "district", "on": day("2025-07-01")}),
        ("tier_not_in_force", {"tier": "xom"}),
        ("kind_unknown", {"kind": "hop-tac-xa"}),
        ("document_missing", {"document": " "}),
        ("name_missing", {"name": ""}),
        ("no_organisation", {"parent": "khong-co"}),
        ("parent_not_there", {"parent": "phuong-thuan-hoa", "on": day("2025-06-30")}),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence_and_recorded(
    hue: None, admin: Actor, code: str, changes: dict[str, Any]
) -> None:
    before = Organisation.objects.count()
    refused(code, create, admin=admin, **changes)
    assert Organisation.objects.count() == before
    assert (Event.objects.latest("id").refused, Event.objects.latest("id").code) == (True, code)


def test_a_district_may_be_entered_for_a_day_on_which_there_were_districts(
    hue: None, admin: Actor
) -> None:
    made = create(admin, name="UBND huyện cũ", tier="district", on=day("2025-06-30"))
    assert as_of(day("2025-06-30"))[made.key].state.tier == "district"


def test_a_change_before_the_last_one_is_refused(hue: None, admin: Actor) -> None:
    rename(admin, "Sở Di sản", "2026-03-01")
    refusal = refused("before_last_change", rename, admin=admin, name="Sở Khác", on="2026-02-28")
    assert "01/03/2026" in refusal.vi
    refused("nothing_changes", rename, admin=admin, name="Sở Di sản", on="2026-04-01")


def test_a_closed_organisation_neither_changes_nor_takes_others_in(hue: None, admin: Actor) -> None:
    made = create(admin)
    close_organisation(key=made.key, on=day("2026-02-01"), document=PAPER, actor=admin, now=NOW)
    refused("organisation_closed", rename, admin=admin, name="Khác", on="2026-03-01", key=made.key)
    refused("successor_not_there", merge, admin=admin, keys=[SO], into=made.key, on="2026-03-01")
    refused("merge_into_itself", merge, admin=admin, keys=[SO], into=SO, on="2026-03-01")
    refused("parent_not_there", create, admin=admin, parent=made.key, on=day("2026-03-01"))


def test_closing_names_what_stands_in_the_way(hue: None, admin: Actor) -> None:
    made = create(admin)
    child = create(admin, name="Trung tâm con", parent=made.key, on=day("2026-02-01"))
    common = {"document": PAPER, "actor": admin, "now": NOW}
    refusal = refused(
        "has_children", close_organisation, key=made.key, on=day("2026-05-01"), **common
    )
    assert "Trung tâm con" in refusal.vi
    organisations.move_organisation(key=child.key, parent=SO, on=day("2026-06-01"), **common)
    refused("has_children", close_organisation, key=made.key, on=day("2026-05-31"), **common)
    close_organisation(key=made.key, on=day("2026-06-01"), **common)
    refusal = refused("has_sites", close_organisation, key=SO, on=day("2026-06-01"), **common)
    assert "Sở Du lịch" in refusal.vi
    refused(
        "has_duties",
        close_organisation,
        key="don-vi-cung-cap-va-cho-thue-dich-vu",
        on=day("2026-06-01"),
        **common,
    )


def test_no_organisation_stands_under_itself_on_any_day(hue: None, admin: Actor) -> None:
    a, b = create(admin, name="Đơn vị A").key, create(admin, name="Đơn vị B").key

    def move(key: str, parent: str | None, on: str) -> None:
        organisations.move_organisation(
            key=key, parent=parent, on=day(on), document=PAPER, actor=admin, now=NOW
        )

    move(a, b, "2026-03-10")
    refused("circle", move, key=b, parent=a, on="2026-04-01")
    refused("circle", move, key=b, parent=b, on="2026-04-01")
    move(a, None, "2026-03-20")
    refused("circle", move, key=b, parent=a, on="2026-03-15")
    move(b, a, "2026-03-20")
    assert [n.depth for n in tree(day("2026-03-20")) if n.state.key in (a, b)] == [0, 1]


@pytest.mark.parametrize(
    "holdings",
    [(), (Held(Role.CONTROL_OPERATOR, Scope.SYSTEM),), (Held(Role.SYSTEM_ADMIN, Scope.OWN, SO),)],
)
def test_only_who_administers_the_whole_system_changes_organisations(
    hue: None, holdings: tuple[Held, ...]
) -> None:
    other = Actor(1, "Bình", holdings=holdings)
    refused("not_permitted", create, admin=other)
    refused("not_permitted", rename, admin=other, name="Khác", on="2026-03-01")
    refused("not_permitted", merge, admin=other, keys=[SO], into="so-noi-vu", on="2026-03-01")


def test_a_name_is_found_without_its_marks(hue: None) -> None:
    found = [node.state.key for node in matching(tree(TODAY), "so du lich")]
    assert found[0] == SO


# ---------------------------------------------------------------- one state on each day


def test_the_database_refuses_two_states_of_one_day(hue: None, admin: Actor) -> None:
    rename(admin, "Sở Di sản", "2026-03-01")
    past = OrganisationPast.objects.get()
    past.pk = None
    for first, last in (("2026-01-01", "2026-01-31"), ("2025-01-01", "2026-12-31")):
        past.valid_from, past.valid_to = day(first), day(last)
        with pytest.raises(IntegrityError), transaction.atomic():
            past.save(force_insert=True)
    kept = OrganisationPast.objects.get()
    kept.valid_to = day("2024-12-31")
    with pytest.raises(DatabaseError), transaction.atomic():
        kept.save()


@pytest.mark.parametrize(
    "changes",
    [
        {"since": date(2020, 1, 1), "valid_from": date(2025, 1, 1)},
        {"since": date(2026, 1, 1), "valid_to": date(2025, 12, 31)},
        {"successor_id": 1},
    ],
)
def test_the_database_refuses_dates_out_of_order(hue: None, changes: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.filter(key=SO).update(**changes)


START = day("2026-01-01")
DAYS = [START + timedelta(days=n) for n in range(40)]


@st.composite
def acts(draw: st.DrawFn) -> list[tuple[Any, ...]]:
    """Any acts on any of five organisations on any of forty days, legal or not."""
    which = st.integers(0, 4)
    on = st.sampled_from(DAYS)
    act = st.one_of(
        st.tuples(st.just("rename"), which, on, st.sampled_from("ABC")),
        st.tuples(st.just("move"), which, on, st.one_of(st.none(), which)),
        st.tuples(st.just("kind"), which, on, st.sampled_from(["office", "department"])),
        st.tuples(st.just("close"), which, on, st.none()),
        st.tuples(st.just("merge"), which, on, which),
    )
    return draw(st.lists(act, max_size=14))


@pytest.mark.django_db
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts())
def test_after_any_acts_there_is_one_state_on_each_day_and_no_gap(
    admin: Actor, done: list[tuple[Any, ...]]
) -> None:
    with transaction.atomic():
        _run(admin, done)
        transaction.set_rollback(True)


def _run(admin: Actor, done: list[tuple[Any, ...]]) -> None:
    from diemcau.directory.models import Tier

    Tier.objects.get_or_create(
        key="province", defaults={"name": "Tỉnh", "name_en": "Province", "rank": 1}
    )
    keys = [
        Organisation.objects.create(
            key=f"don-vi-{n}",
            name=f"Đơn vị {n}",
            short_name=f"ĐV {n}",
            kind="department",
            tier="province",
            valid_from=START if n % 2 else None,
        ).key
        for n in range(5)
    ]
    common = {"document": PAPER, "actor": admin, "now": NOW}
    for verb, n, on, what in done:
        key = keys[n]
        try:
            if verb == "rename":
                organisations.rename_organisation(key=key, name=what, on=on, **common)
            elif verb == "move":
                above = None if what is None else keys[what]
                organisations.move_organisation(key=key, parent=above, on=on, **common)
            elif verb == "kind":
                organisations.reclassify_organisation(
                    key=key, kind=what, tier="province", on=on, **common
                )
            elif verb == "close":
                close_organisation(key=key, on=on, **common)
            else:
                merge_organisations(keys=[key], into=keys[what], on=on, province="hue", **common)
        except Refusal:
            continue
    known = states(keys)
    assert [fault for own in known.values() for fault in faults(own)] == []
    for today in (START - timedelta(days=1), *DAYS, TODAY):
        then = as_of(today)
        exists = {key for key in keys if then[key].exists}
        for key in keys:
            holding = [state for state in known[key] if state.holds_on(today)]
            assert len(holding) == (key in exists)
            if key in exists and then[key].state.parent is not None:
                assert then[key].state.parent in exists
        placed = [n.state.key for n in tree(today) if n.state.key in keys]
        assert sorted(placed) == sorted(exists), "nobody falls out of the tree through a circle"
