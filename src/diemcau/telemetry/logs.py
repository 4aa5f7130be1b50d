"""Log lines: JSON for machines that collect them, plain for a person at a terminal.

Only the standard library: the supervisor and the set-up read this before anything is installed.
"""

from __future__ import annotations

import json
import logging
import logging.config
import sys
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from types import TracebackType
from typing import Any
from urllib.parse import unquote, urlsplit

from diemcau.installation import Installation, InstallationError
from diemcau.telemetry import context
from diemcau.telemetry.redact import redactor

LONGEST = 16_384
"""Characters of one message or one exception; collectors cut longer lines blindly."""


class Formatter(logging.Formatter):
    """One event, one line; without secrets, whatever was put into it.

    Args:
        process: name of the process, such as "web".
        layout: "json" or "plain".
        secrets: called once, at the first line, for secrets that this process holds.
    """

    def __init__(
        self,
        process: str = "",
        layout: str = "json",
        secrets: Callable[[], Iterable[str]] = lambda: (),
    ) -> None:
        super().__init__()
        self._process = process
        self._write = self._json if layout == "json" else self._plain
        self._secrets = secrets
        self._redact: Callable[[str], str] | None = None

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        if self._redact is None:
            self._redact = redactor(self._known())
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            # A wrong placeholder must not lose the event.
            message = f"{record.msg} {record.args!r}"
        exception = ""
        if record.exc_info:
            exception = self.formatException(record.exc_info)
        elif record.exc_text:
            exception = record.exc_text
        if record.stack_info:
            exception = f"{exception}\n{record.stack_info}".strip()
        at = datetime.fromtimestamp(record.created, UTC)
        return self._write(at, record, self._start_of(message), self._end_of(exception))

    def _known(self) -> Iterable[str]:
        try:
            return list(self._secrets())
        except (InstallationError, OSError):
            # Said by whoever needs them. A formatter that fails would make `logging` itself write
            # the bare message.
            return ()

    def _end_of(self, text: str) -> str:
        """Of an exception the end: what went wrong stands in its last lines."""
        if not text:
            return text
        assert self._redact is not None
        if len(text) > LONGEST:
            text = "…\n" + text[-LONGEST:].partition("\n")[2]
        return self._redact(text)

    def _start_of(self, text: str) -> str:
        assert self._redact is not None
        if len(text) > LONGEST:
            # Without the word that the cut would leave half: half a secret is not known as one.
            text = text[:LONGEST].rpartition(" ")[0] + " …"
        return self._redact(text)

    def _json(self, at: datetime, record: logging.LogRecord, message: str, exception: str) -> str:
        line: dict[str, Any] = {
            "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": message,
            "process": self._process,
            "pid": record.process,
        }
        request, conference = context.about(record)
        if request:
            line["request"] = request
        if conference is not None:
            line["conference"] = conference
        if exception:
            line["exception"] = exception
        return json.dumps(line, ensure_ascii=False)

    def _plain(self, at: datetime, record: logging.LogRecord, message: str, exception: str) -> str:
        request, conference = context.about(record)
        about = f" [request {request}]" if request else ""
        about += f" [conference {conference}]" if conference is not None else ""
        # A line break in a message could pass for a line of its own.
        said = message.replace("\r", "\\r").replace("\n", "\\n")
        when = at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        line = f"{when} {record.levelname} {self._process} {record.name}{about} {said}"
        return f"{line}\n{exception}" if exception else line


def held(installation: Installation) -> list[str]:
    """The secrets that our processes hold: hidden wherever they would stand in a line."""
    secrets = installation.secrets
    found = [secrets.django_key, secrets.engine_secret]
    if installation.database_address is not None:
        password = urlsplit(installation.database_address).password or ""
        found += [password, unquote(password)]
    return found


def layout(asked: str | None) -> str:
    """Return "json" or "plain": what was asked for, else what suits standard output."""
    return asked or ("plain" if sys.stdout.isatty() else "json")


def settings(
    process: str, *, log_format: str | None, secrets: Callable[[], Iterable[str]] = lambda: ()
) -> dict[str, Any]:
    """Return the logging settings of a process, for `logging.config.dictConfig`.

    Args:
        process: name of the process, which stands in each line.
        log_format: "json", "plain" or None for what suits.
        secrets: called at the first line for secrets that the process holds.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": "diemcau.telemetry.logs.Formatter",
                "process": process,
                "layout": layout(log_format),
                "secrets": secrets,
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "loggers": {
            # These bring handlers of their own, which would write past the formatter.
            name: {"handlers": [], "propagate": True}
            for name in ("uvicorn", "uvicorn.error", "django", "django.server")
        }
        | {name: {"handlers": [], "propagate": False} for name in ("uvicorn.access",)}
        # Each writes a line for every request, the engine's address in it.
        | {name: {"level": "WARNING"} for name in ("httpx", "httpcore", "aiohttp.access")},
        "root": {"handlers": ["console"], "level": "INFO"},
    }


def catch_the_rest() -> None:
    """Let what ends a process or a thread, and every warning, be a log line too."""
    log = logging.getLogger("diemcau")

    def ended(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        log.critical("ended by %s", kind.__name__, exc_info=(kind, error, trace))

    def thread_ended(told: threading.ExceptHookArgs) -> None:
        if told.exc_value is not None:
            name = told.thread.name if told.thread else "?"
            log.critical(
                "thread %s ended by %s",
                name,
                told.exc_type.__name__,
                exc_info=(told.exc_type, told.exc_value, told.exc_traceback),
            )

    sys.excepthook = ended
    threading.excepthook = thread_ended
    logging.captureWarnings(True)


def set_up(
    process: str, *, log_format: str | None, secrets: Callable[[], Iterable[str]] = lambda: ()
) -> None:
    """Set up logging of a process without Django. See `settings`."""
    logging.config.dictConfig(settings(process, log_format=log_format, secrets=secrets))
    catch_the_rest()
