"""Issue a one-time sign-in link from the command line: ``diemcau link --role site --site KEY``."""

import argparse
import os
import sys

import django

ROLES = ("control", "host", "site")


def main(arguments: list[str]) -> int:
    """Print the link to a terminal, or write it to a file of mode 0600.

    Args:
        arguments: ``--role control`` or ``--role host|site --site KEY``.
    """
    parser = argparse.ArgumentParser(prog="diemcau link", description="Cấp liên kết đăng nhập.")
    parser.add_argument("--role", choices=ROLES, required=True)
    parser.add_argument("--site", help="khóa điểm cầu, ví dụ xa-da-teh")
    given = parser.parse_args(arguments)

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "diemcau.config.settings")
    django.setup()
    from django.conf import settings
    from django.utils import timezone

    from diemcau.accounts.roles import role_at
    from diemcau.accounts.services import issue_link
    from diemcau.audit.actor import SYSTEM, Role
    from diemcau.directory.models import Site

    site = None
    if given.role != "control":
        site = Site.objects.filter(key=given.site or "").first()
        if site is None:
            print(
                f"Không có điểm cầu {given.site or '(thiếu --site)'}: ghi khóa có trong danh bạ. "
                "(There is no such site.)",
                file=sys.stderr,
            )
            return 2
    now = timezone.now()
    role = Role.SITE_OPERATOR if site else Role.CONTROL_OPERATOR
    if site and given.role == "host":
        # In a province that knows no operator of a host site it is a site like any other.
        role = role_at(site, province=settings.PROVINCE, now=now)
    hand_out(
        issue_link(role=role, site=site, actor=SYSTEM, now=now, province=settings.PROVINCE).path
    )
    return 0


def hand_out(path: str) -> None:
    """Print a link to a terminal; where there is none, write it to a file of mode 0600.

    What is not a terminal is mostly a log, and a secret never reaches a log.
    """
    from diemcau.installation import Installation
    from diemcau.supervisor.engine import write_private

    installation = Installation.from_environ()
    url = installation.origin + path
    if sys.stdout.isatty():
        print(url)
        return
    file = installation.data_dir / "link.txt"
    write_private(file, url + "\n")
    print(f"Liên kết nằm trong {file} (the link is in that file)")
