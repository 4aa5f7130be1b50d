"""Count who signs in and who is not let in, by Django's own signals."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_login_failed

from diemcau.telemetry import web_metrics


def count() -> None:
    """Count from now on; twice is once."""
    user_logged_in.connect(_let_in, dispatch_uid="count-log-ins")
    user_login_failed.connect(_not_let_in, dispatch_uid="count-log-ins")


def _let_in(**said: Any) -> None:
    web_metrics.LOG_INS.labels("done").inc()


def _not_let_in(**said: Any) -> None:
    web_metrics.LOG_INS.labels("failed").inc()
