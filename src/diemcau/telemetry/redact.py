"""What must not stand in a log, and what is written instead.

One table of rules, applied to the finished text of a line: message, exception, whatever a library
put in. Each takes time in proportion to the text, whatever somebody sends to be logged. Better a
word too many hidden than a key that lies open in a backup of old logs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

HIDDEN = "…"

# A text that was cut has no closing quote.
_VALUE = r"""b?(?:"[^"]*(?:"|$)|'[^']*(?:'|$)|[^\s"',;&)}\]]+)"""
_NAMES = (
    "password|passwd|passphrase|secret|secret_key|client_secret|api_?key|engine_secret|"
    "django_key|access_token|refresh_token|id_token|token|totp|otp|totp_secret|recovery_codes?|"
    "session_key|sessionid|csrftoken|csrfmiddlewaretoken|dc_device|mat_?khau"
)


class Rule(NamedTuple):
    """What is hidden, how it is found, and what is written in its place."""

    what: str
    pattern: re.Pattern[str]
    written: str


RULES = (
    Rule(
        "secret of a one-time link",
        re.compile(r"(/vao/|/dat-mat-khau/|/key/)[^\s\"'<>]+"),
        rf"\1{HIDDEN}",
    ),
    Rule(
        "private key",
        re.compile(r"(-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----).*?(?:-----END|\Z)", re.DOTALL),
        rf"\1{HIDDEN}",
    ),
    Rule("seed of a second factor", re.compile(r"otpauth://[^\s\"'<>]+"), f"otpauth://{HIDDEN}"),
    Rule(
        "password in an address",
        re.compile(
            r"(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{0,30}://[^\s:/@\"']*):[^\s/\"']*@", re.IGNORECASE
        ),
        rf"\1:{HIDDEN}@",
    ),
    Rule(
        "header that proves who one is",
        re.compile(
            r"\b((?:proxy-)?authorization|(?:set-)?cookie)(\\?[\"']?\s*[:=,]\s*)[^\r\n]+",
            re.IGNORECASE,
        ),
        rf"\1\2{HIDDEN}",
    ),
    Rule(
        "bearer token",
        re.compile(r"\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE),
        rf"\1 {HIDDEN}",
    ),
    Rule(
        "value beside a name that says so",
        re.compile(rf"(?<![A-Za-z])((?:{_NAMES})\\?[\"']?\s*[:=]\s*){_VALUE}", re.IGNORECASE),
        rf"\1{HIDDEN}",
    ),
    Rule(
        "signed token",
        re.compile(r"\beyJ[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]+){1,2}"),
        HIDDEN,
    ),
    Rule(
        "stored password",
        re.compile(r"\b(?:pbkdf2_\w+|argon2\w*|bcrypt\w*|scrypt)\$[^\s\"',]+"),
        HIDDEN,
    ),
    Rule("seed of a second factor, bare", re.compile(r"\b[A-Z2-7]{26,}\b=*"), HIDDEN),
    Rule("key of a session", re.compile(r"\b(?=[a-z]*\d)[a-z0-9]{32}\b"), HIDDEN),
    Rule(
        "long random value",
        re.compile(
            r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[A-Za-z0-9_-]{40,}(?![\w-])"
        ),
        HIDDEN,
    ),
)


def redactor(known: Iterable[str] = ()) -> Callable[[str], str]:
    """Return what hides secrets in a text.

    Args:
        known: secrets that this process holds; hidden wherever they stand, in any surroundings.
    """
    words = sorted({word for word in known if len(word) >= 8}, key=len, reverse=True)
    literal = re.compile("|".join(map(re.escape, words))) if words else None

    def redact(text: str) -> str:
        if literal is not None:
            text = literal.sub(HIDDEN, text)
        for _, pattern, written in RULES:
            text = pattern.sub(written, text)
        return text

    return redact
