"""Django app of the audit log."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The audit log."""

    name = "diemcau.audit"
    label = "audit"
