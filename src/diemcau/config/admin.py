"""Make the first system administrator: ``diemcau admin --name "Lê Văn An" --username an``.

For the terminal of the server only: whoever may run it may read the database anyway.
"""

import argparse
import os
import sys

import django


def main(arguments: list[str]) -> int:
    """Make the account, give it the role, and hand out a one-time link.

    Args:
        arguments: ``--name NAME --username NAME [--organisation KEY]``. Without an organisation it
            is the one that manages the system by the regulation of the province.
    """
    parser = argparse.ArgumentParser(
        prog="diemcau admin", description="Tạo quản trị hệ thống đầu tiên."
    )
    parser.add_argument("--name", required=True, help="họ và tên")
    parser.add_argument("--username", required=True, help="tên đăng nhập, chữ không dấu")
    parser.add_argument("--organisation", default="", help="khóa tổ chức giữ vai trò quản trị")
    given = parser.parse_args(arguments)

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "diemcau.config.settings")
    django.setup()
    from django.conf import settings
    from django.utils import timezone

    from diemcau.accounts.first_admin import make_first_admin
    from diemcau.audit.refusal import Refusal
    from diemcau.config.link import hand_out

    try:
        path = make_first_admin(
            name=given.name,
            username=given.username,
            organisation=given.organisation,
            province=settings.PROVINCE,
            now=timezone.now(),
        )
    except Refusal as refusal:
        clause = f" {refusal.clause}" if refusal.clause else ""
        print(f"✗ {refusal.vi}{clause} ({refusal.en})", file=sys.stderr)
        return 2
    hand_out(path)
    return 0
