"""One-time sign-in links for a first look, as JSON on standard output.

``python -m diemcau.config.first_links`` makes a drill if no conference is open, so that there is
something to enter, and a link each for the control operator, the host site and two member sites.
"""

import json
import os
from datetime import timedelta

import django


def main() -> None:
    """Print the links."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "diemcau.config.settings")
    django.setup()
    print(json.dumps(links(), ensure_ascii=False))


def links() -> list[dict[str, str]]:
    """Return role, label and path of each link."""
    from django.conf import settings
    from django.utils import timezone

    from diemcau.accounts.roles import role_at
    from diemcau.accounts.services import issue_link
    from diemcau.audit.actor import SYSTEM, Role
    from diemcau.conference import services
    from diemcau.conference.models import Conference
    from diemcau.directory.models import Site

    now = timezone.now()
    host = Site.objects.filter(is_host_default=True).first() or Site.objects.earliest("number")
    members = list(Site.objects.exclude(pk=host.pk).order_by("number"))
    if not Conference.objects.exclude(state="closed").exists():
        drill = services.schedule(
            title="Diễn tập làm quen",
            host_site=host.key,
            sites=[site.key for site in members[:47]],
            connect_at=now,
            opening_at=now + timedelta(hours=1),
            province=settings.PROVINCE,
            actor=SYSTEM,
            now=now,
            drill=True,
        )
        services.start_joining(conference_id=drill.pk, actor=SYSTEM, now=now)
    wanted = [
        (Role.CONTROL_OPERATOR, None, "Trực bàn điều khiển"),
        (
            role_at(host, province=settings.PROVINCE, now=now),
            host,
            f"Điểm cầu chủ trì: {host.name}",
        ),
        *((Role.SITE_OPERATOR, site, f"Điểm cầu: {site.name}") for site in members[:2]),
    ]
    return [
        {
            "role": role,
            "label": label,
            "path": issue_link(
                role=role, site=site, actor=SYSTEM, now=now, province=settings.PROVINCE
            ).path,
        }
        for role, site, label in wanted
    ]


if __name__ == "__main__":
    main()
