"""An old database with everything in it, for the test of migrations.

``python -m tests.config.filled fill`` brings an empty database to the first release and fills it;
``check`` looks whether a migrated one still says the same. Both print one line of JSON.
"""

import json
import os
import sys
from datetime import UTC, datetime, timedelta

import django

FIRST_RELEASE = [
    ("audit", "0002_append_only"),
    ("directory", "0002_controlcentre"),
    ("accounts", "0001_initial"),
    ("conference", "0001_initial"),
    ("sessions", "0001_initial"),
]
"""The migrations of the first release."""

AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
EVENTS = 2_500
SITES = 12


def fill() -> dict[str, object]:
    """Migrate to the first release and fill every table."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    executor.migrate(FIRST_RELEASE)
    apps = MigrationExecutor(connection).loader.project_state(FIRST_RELEASE).apps
    model = apps.get_model
    province = model("directory", "Organisation").objects.create(
        key="ubnd-tinh",
        name="UBND tỉnh",
        short_name="UBND",
        kind="people_committee",
        tier="province",
        valid_from=AT.date(),
    )
    communes = [
        model("directory", "Organisation").objects.create(
            key=f"xa-{n}",
            name=f"Xã số {n}",
            short_name=f"Xã {n}",
            kind="people_committee",
            tier="commune",
            parent=province,
        )
        for n in range(1, SITES)
    ]
    sites = [
        model("directory", "Site").objects.create(
            key=body.key,
            number=n,
            name=body.name,
            short_name=body.short_name,
            organisation=body,
            is_host_default=body.pk == province.pk,
        )
        for n, body in enumerate([province, *communes], start=1)
    ]
    for site in sites:
        model("directory", "Technician").objects.create(site=site, name="Lê Sơn", phone="0900")
    model("directory", "ControlCentre").objects.create(
        pk=1, name="Trung tâm", organisation=province, technician="Hoa", phone="0900"
    )
    user = model("accounts", "User")
    holding, link = model("accounts", "RoleHolding"), model("accounts", "SignInLink")
    desk = user.objects.create(username="ban-dieu-khien", display_name="Trực bàn", password="!")
    holding.objects.create(user=desk, role="control_operator", valid_from=AT)
    for site in sites:
        person = user.objects.create(username=f"diem-cau-{site.key}", password="!")
        holding.objects.create(
            user=person,
            role="site_operator",
            site=site,
            valid_from=AT,
            valid_to=AT + timedelta(days=1) if site.number == 3 else None,
        )
        link.objects.create(
            secret_hash=f"{site.number:064d}",
            user=person,
            issued_at=AT,
            issued_by="Hoa",
            expires_at=AT + timedelta(hours=12),
        )
    held = model("conference", "Conference").objects.create(
        title="Giao ban tháng 11",
        host_body=province,
        host_site=sites[0],
        profile="lam-dong@1",
        connect_at=AT,
        opening_at=AT + timedelta(minutes=30),
        state="live",
        opened_at=AT,
        room="c-cu",
        desired_json={},
        version=7,
    )
    for site in sites:
        entry = model("conference", "RosterEntry").objects.create(conference=held, site=site)
        model("conference", "Seat").objects.create(
            entry=entry,
            code=f"s{site.number}",
            device="máy",
            person="Minh",
            unit="UBND xã",
            state="active",
            state_at=AT,
            connected=True,
            connected_at=AT,
        )
    model("conference", "FloorTurn").objects.create(conference=held, site=sites[1], started_at=AT)
    event = model("audit", "Event")
    event.objects.bulk_create(
        event(
            at=AT + timedelta(seconds=n),
            actor_id=desk.pk,
            actor_name="Trực bàn",
            address="10.0.0.1",
            verb="floor.given" if n % 2 else "floor.muted_all",
            conference_id=held.pk,
            object=sites[n % SITES].key,
            version=n,
            after={"số": n, "tên": "Đạ Tẻh"},
            refused=n % 7 == 0,
        )
        for n in range(EVENTS)
    )
    return counts(apps)


def counts(apps: object) -> dict[str, object]:
    """Rows of each table of the first release."""
    names = [
        ("directory", "Organisation"),
        ("directory", "Site"),
        ("directory", "Technician"),
        ("accounts", "User"),
        ("accounts", "RoleHolding"),
        ("accounts", "SignInLink"),
        ("conference", "Conference"),
        ("conference", "RosterEntry"),
        ("conference", "Seat"),
        ("conference", "FloorTurn"),
        ("audit", "Event"),
    ]
    return {
        f"{app}.{name}": apps.get_model(app, name).objects.count()  # type: ignore[attr-defined]
        for app, name in names
    }


def check() -> dict[str, object]:
    """Say what a migrated database holds, and what the old rows have become."""
    from django.apps import apps

    from diemcau.accounts.models import RoleHolding, User
    from diemcau.accounts.services import actor_of
    from diemcau.conference.models import Conference
    from diemcau.conference.queries import snapshot, wants

    desk = User.objects.get(username="ban-dieu-khien")
    minh = User.objects.get(username="diem-cau-xa-1")
    held = Conference.objects.get()
    return {
        "counts": counts(apps),
        "desk": [[h.role, h.scope, h.organisation] for h in actor_of(desk, now=AT).holdings],
        "minh": [
            [h.role, h.scope, h.organisation, h.site] for h in actor_of(minh, now=AT).holdings
        ],
        "ended": RoleHolding.objects.in_force(AT + timedelta(days=2)).count(),
        "wall": len(snapshot(held, operator="Hoa").sites),
        "grants": len(wants(held).main.grants),
    }


def main() -> None:
    """Do what the argument says."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "diemcau.config.settings")
    django.setup()
    print(json.dumps({"fill": fill, "check": check}[sys.argv[1]]()))


if __name__ == "__main__":
    main()
