"""An installation in which people sign in by themselves, and an authenticator app."""

import base64
import hashlib
import hmac
import os
import struct
import subprocess
import sys
import time

from diemcau.supervisor.stack import Stack

PASSWORD = "Ngựa chạy nhanh 7"

MAKE = """
import os, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "diemcau.config.settings"
django.setup()
from django.utils import timezone
from diemcau.accounts.login import acknowledgement, credentials
from diemcau.accounts.models import RoleHolding, User
from diemcau.audit.actor import SYSTEM, Scope
username, password, role, accepted = sys.argv[1:]
now = timezone.now()
user, made = User.objects.get_or_create(
    username=username, defaults={"display_name": username.title()}
)
if password:
    credentials.set_password(user=user, password=password, actor=SYSTEM, verb="password.set",
                             keep_session="", now=now)
else:
    user.set_unusable_password(); user.save()
if role:
    RoleHolding.objects.create(user=user, role=role, scope=Scope.SYSTEM, valid_from=now)
if accepted:
    acknowledgement.acknowledge(user=user, actor=SYSTEM, by_link=False, now=now)
"""


def run(stack: Stack, code: str, *arguments: str) -> str:
    """Run a few lines in the installation; return what they print."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=stack.installation.child_environ(os.environ),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def make(
    stack: Stack, username: str, *, password: str = PASSWORD, role: str = "", accepted: bool = True
) -> None:
    """Make somebody with a password of their own."""
    run(stack, MAKE, username, password, role, "yes" if accepted else "")


def events(stack: Stack, verb: str) -> int:
    """Count the events of a verb."""
    code = (
        "import os,sys,django\nos.environ['DJANGO_SETTINGS_MODULE']='diemcau.config.settings'\n"
        "django.setup()\nfrom diemcau.audit.models import Event\n"
        "print(Event.objects.filter(verb=sys.argv[1]).count())"
    )
    return int(run(stack, code, verb))


def totp(secret: str, *, ahead: int = 0) -> str:
    """Return the code that an authenticator app shows (RFC 6238: SHA-1, 30 s, six digits)."""
    key = base64.b32decode(secret.strip())
    counter = struct.pack(">Q", int(time.time()) // 30 + ahead)
    digest = hmac.new(key, counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"
