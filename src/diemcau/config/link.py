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
    from django.utils import timezone

    from diemcau.accounts.services import issue_link
    from diemcau.audit.actor import SYSTEM, Role
    from diemcau.directory.models import Site
    from diemcau.installation import Installation
    from diemcau.supervisor.engine import write_private

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
    role = {
        "control": Role.CONTROL_OPERATOR,
        "host": Role.HOST_SITE_OPERATOR,
        "site": Role.SITE_OPERATOR,
    }[given.role]
    installation = Installation.from_environ()
    made = issue_link(role=role, site=site, actor=SYSTEM, now=timezone.now())
    url = installation.origin + made.path
    if sys.stdout.isatty():
        print(url)
        return 0
    path = installation.data_dir / "link.txt"
    write_private(path, url + "\n")
    print(f"Liên kết nằm trong {path} (the link is in that file)")
    return 0
