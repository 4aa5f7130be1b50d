"""What the log lines of one request, or of one conference, have in common."""

import logging
from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Id of the request that is answered, "" outside of one. It stands in the audit events too."""

conference_id: ContextVar[int | None] = ContextVar("conference_id", default=None)
"""The conference that a request or a round of the conductor is about."""

ATTRIBUTE = "log_about"
"""Where a request object keeps both: Django reports some answers when the request is over."""


def about(record: logging.LogRecord) -> tuple[str, int | None]:
    """Return the ids of the request and the conference that a log record is about."""
    request, conference = request_id.get(), conference_id.get()
    if not request:
        kept = getattr(getattr(record, "request", None), ATTRIBUTE, None)
        if kept is not None:
            request, conference = kept
    return request, conference
