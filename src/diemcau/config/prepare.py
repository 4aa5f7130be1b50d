"""Make the database ready: migrate, load the directory of the province. Idempotent.

``python -m diemcau.config.prepare``
"""

import os

import django

from diemcau.config import logs


def main() -> None:
    """Migrate and load; print nothing when all is well."""
    logs.this_process_is("prepare")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "diemcau.config.settings")
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from diemcau.directory import services, source

    call_command("migrate", verbosity=0, interactive=False)
    services.load(source.load_directory(settings.PROVINCE))


if __name__ == "__main__":
    main()
