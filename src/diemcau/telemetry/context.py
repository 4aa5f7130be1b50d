"""What the log lines of one request, or of one conference, have in common."""

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Id of the request that is answered, "" outside of one. It stands in the audit events too."""

conference_id: ContextVar[int | None] = ContextVar("conference_id", default=None)
"""The conference that a request or a round of the conductor is about."""
