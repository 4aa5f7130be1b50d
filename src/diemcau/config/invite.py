"""Invite a person from the command line: ``diemcau invite --username huong --name "…"``.

There is no default password and no sign-up; the first administrator comes by `diemcau admin`.
"""

import argparse
import os
import sys

import django


def main(arguments: list[str]) -> int:
    """Make the account where there is none, and show a link by which its password is set.

    Args:
        arguments: ``--username NAME [--name SHOWN] [--email ADDRESS]``.
    """
    parser = argparse.ArgumentParser(prog="diemcau invite", description="Mời người dùng.")
    parser.add_argument("--username", required=True, help="tên đăng nhập")
    parser.add_argument("--name", default="", help="họ và tên")
    parser.add_argument("--email", default="", help="thư điện tử, không bắt buộc")
    given = parser.parse_args(arguments)

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "diemcau.config.settings")
    django.setup()
    from django.utils import timezone

    from diemcau.accounts.login import invitations
    from diemcau.accounts.models import User
    from diemcau.audit.actor import SYSTEM
    from diemcau.audit.refusal import Refusal
    from diemcau.installation import Installation
    from diemcau.supervisor.engine import write_private

    now = timezone.now()
    try:
        user = User.objects.filter(username=given.username).first()
        if user is None:
            user = invitations.new_account(
                username=given.username,
                name=given.name or given.username,
                email=given.email,
                actor=SYSTEM,
                now=now,
            )
        made = invitations.invite(user=user, actor=SYSTEM, now=now)
    except Refusal as refusal:
        print(f"{refusal.vi} ({refusal.en})", file=sys.stderr)
        return 2
    installation = Installation.from_environ()
    url = installation.origin + made.path
    if sys.stdout.isatty():
        print(url)
        return 0
    path = installation.data_dir / "invitation.txt"
    write_private(path, url + "\n")
    print(f"Liên kết nằm trong {path} (the link is in that file)")
    return 0
