"""A small installation of one test, on whichever database the tests run, and what is done to it."""

import json
import os
import subprocess
import sys
import textwrap
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from diemcau.backup import databases, making, restoring
from diemcau.backup.making import Made
from diemcau.backup.restoring import Ready, Restored
from diemcau.backup.sealing import Key, make_key, read_key
from diemcau.installation import ROOT, Installation
from diemcau.supervisor.ports import free_ports
from tests.conftest import ON_POSTGRESQL

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
DJANGO = "import django, json, sys; django.setup()\n"


def new_database(like: str | None = None) -> str | None:
    """The address of a new database on the tests' server; None for the embedded one.

    It is empty, or a copy of the one at ``like``.
    """
    if not ON_POSTGRESQL:
        return None
    name = f"dc_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        template = like.rpartition("/")[2] if like else "template0"
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*map(sql.Identifier, (name, template)))
        )
    return os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"


def databases_like(url: str) -> list[str]:
    """Databases of the server whose name begins as the one of ``url``."""
    name = url.rpartition("/")[2]
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        found = server.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY 1", [name]
        )
        return [row[0] for row in found]


def new_installation(folder: Path, **more: Any) -> Installation:
    """An installation without data."""
    given = free_ports() | more
    given.setdefault("database_url", new_database() if "database_url" not in more else None)
    return Installation(data_dir=folder, **given)


def environ(installation: Installation) -> dict[str, str]:
    """Of every process of the installation."""
    return installation.child_environ() | {"DJANGO_SETTINGS_MODULE": "diemcau.config.settings"}


def python(installation: Installation, code: str, *words: str) -> Any:
    """Run code inside the installation; return what it printed last, as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", DJANGO + textwrap.dedent(code), *words],
        env=environ(installation),
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout.strip().splitlines()
    return json.loads(said[-1]) if said else None


def command(installation: Installation, *words: str) -> subprocess.CompletedProcess[str]:
    """Run ``diemcau …`` as a person does."""
    return subprocess.run(
        [sys.executable, "-m", "diemcau.cli", *words],
        env=environ(installation),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


def prepare(installation: Installation) -> Installation:
    """Migrate and load the directory, as the first start does."""
    done = subprocess.run(
        [sys.executable, "-m", "diemcau.config.prepare"],
        env=environ(installation),
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return installation


def key_in(folder: Path, installation: Installation) -> Key:
    """A new private key in a file of ``folder``."""
    path = folder / "key.txt"
    path.write_text(make_key()[0] + "\n")
    path.chmod(0o600)
    return read_key(path, installation)


def back_up(installation: Installation, key: Key, folder: Path, **more: Any) -> Made:
    """Make a backup."""
    return making.make(installation, key=key, folder=folder, now=more.pop("now", NOW), **more)


def bring_back(
    installation: Installation,
    file: Path,
    key: Key,
    *,
    replace_data: bool = False,
    now: datetime = NOW,
    confirm: Callable[[Ready], bool] = lambda ready: True,
) -> Restored | None:
    """Restore a backup."""
    return restoring.restore(
        installation, file=file, key=key, replace_data=replace_data, now=now, confirm=confirm
    )


def elsewhere(installation: Installation, folder: Path) -> Installation:
    """Another machine for the same province: fresh folder, fresh database, other ports."""
    return replace(installation, data_dir=folder, database_url=new_database(), **free_ports())


def counts(installation: Installation) -> dict[str, int]:
    """Rows of each table."""
    return databases.contents(installation).counts


PEOPLE = """
from datetime import timedelta
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from diemcau.accounts.models import User
from diemcau.accounts.services import issue_link, user_for
from diemcau.audit.actor import SYSTEM, Role
from diemcau.directory.models import Site
now = timezone.now()
hoa = user_for(Role.CONTROL_OPERATOR, None, now=now)
hoa.set_password("mật khẩu của Hoa"); hoa.save()
link = issue_link(role=Role.CONTROL_OPERATOR, site=None, actor=SYSTEM, now=now)
from django.test import Client
browser = Client()
browser.force_login(hoa)
print(json.dumps({"link": link.path, "session": browser.cookies["sessionid"].value,
                  "user": hoa.username}))
"""
"""Hoa has a password and a session; a link was issued and not used."""

WAYS_IN = """
from django.contrib.auth import authenticate
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from diemcau.accounts.services import peek_link
from diemcau.audit.refusal import Refusal
old = json.loads(sys.argv[1])
browser = Client(SERVER_NAME="localhost")
browser.cookies["sessionid"] = old["session"]
try:
    peek_link(old["link"].removeprefix("/vao/"), now=timezone.now())
    link = "works"
except Refusal as refusal:
    link = refusal.code
user = authenticate(username=old["user"], password="mật khẩu của Hoa")
fresh = Client(SERVER_NAME="localhost")
print(json.dumps({
    "old_session": browser.get("/api/me").status_code,
    "sessions": Session.objects.count(),
    "link": link,
    "password": user is not None and fresh.login(username=old["user"],
                                                 password="mật khẩu của Hoa"),
    "new_session": fresh.get("/api/me").status_code,
}))
"""
"""Which ways in still lead somewhere: given what PEOPLE printed."""

MEETING = """
from datetime import timedelta
from django.utils import timezone
from diemcau.audit.actor import SYSTEM
from diemcau.conference import services
from diemcau.conference.models import Seat
from diemcau.directory.models import Site
now = timezone.now() - timedelta(hours=float(sys.argv[1]))
keys = list(Site.objects.order_by("number").values_list("key", flat=True)[:4])
one = services.schedule(title=sys.argv[2], host_site=keys[0], sites=keys, connect_at=now,
    opening_at=now, province="lam-dong", actor=SYSTEM, now=now)
services.start_joining(conference_id=one.pk, actor=SYSTEM, now=now)
if sys.argv[3:] == ["live"]:
    services.declare_open(conference_id=one.pk, actor=SYSTEM, now=now)
for number, entry in enumerate(one.roster.all()):
    Seat.objects.create(entry=entry, code=f"c{one.pk}s{number}", device=f"may-{number}",
        person="Minh", unit="UBND", state="active", state_at=now, connected=True)
print(one.pk)
"""
"""A conference that opened so many hours ago, every site in its place."""


@contextmanager
def writers(installation: Installation) -> Iterator[subprocess.Popen[str]]:
    """Threads of another process that commit conferences for as long as the context lasts."""
    running = subprocess.Popen(
        [sys.executable, "-c", DJANGO + textwrap.dedent(WRITERS)],
        env=environ(installation),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    assert running.stdout.readline().strip() == "writing"
    try:
        yield running
    finally:
        running.kill()
        running.wait()
        running.stdout.close()
        assert running.stdin is not None
        running.stdin.close()


WRITERS = """
import threading
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from diemcau.audit.actor import SYSTEM
from diemcau.conference import services
from diemcau.conference.models import Conference
from diemcau.directory.models import Site
keys = list(Site.objects.order_by("number").values_list("key", flat=True)[:6])

def book(title):
    now = timezone.now()
    return services.schedule(title=title, host_site=keys[0], sites=keys, connect_at=now,
        opening_at=now, province="lam-dong", actor=SYSTEM, now=now)

first = book("Sổ")
def write(who):
    number = 0
    while True:
        number += 1
        with transaction.atomic():
            # One after the other: what was committed is counted in this row.
            Conference.objects.claim(first.pk)
            book(f"{who}:{number}")
            Conference.objects.filter(pk=first.pk).update(version=F("version") + 1)
        if number == 2 and who == 0:
            print("writing", flush=True)

for who in range(3):
    threading.Thread(target=write, args=(who,), daemon=True).start()
sys.stdin.read()
"""


def lines_of(done: subprocess.CompletedProcess[str]) -> Sequence[str]:
    """What a command said about a problem."""
    return done.stderr.strip().splitlines()
