"""What must not stand in a log."""

import logging
import re

_LINK = re.compile(r"/(vao|dat-mat-khau)/[^\s\"']+")
HIDDEN = r"/\1/…"


class HideLinks(logging.Filter):
    """Takes the secret of one-time links out of log lines: Django logs the path of a refusal."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record; let every record through."""
        if isinstance(record.msg, str):
            record.msg = _LINK.sub(HIDDEN, record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(
                _LINK.sub(HIDDEN, value) if isinstance(value, str) else value
                for value in record.args
            )
        return True
