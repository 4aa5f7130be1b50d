"""Which passwords are good enough. Pure: plain values in, what is wrong out.

Source: TCVN 14423:2026 level 3 figures as reported: 8 characters with a second factor, 14 of four
classes without, no reuse of the last 10.
"""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from .words import Said

CLASSES = 4
"""Small letters, capitals, digits, and everything else."""


@dataclass(frozen=True)
class Policy:
    """The figures.

    Args:
        with_factor: least length where a second factor is set up.
        alone: least length without one, and then of four classes.
        reuse: how many earlier passwords may not come back.
    """

    with_factor: int = 8
    alone: int = 14
    reuse: int = 10


def classes(password: str) -> int:
    """Count the classes of characters in it; Vietnamese letters are letters."""
    text = unicodedata.normalize("NFC", password)
    return sum(
        (
            any(c.islower() for c in text),
            any(c.isupper() for c in text),
            any(c.isdigit() for c in text),
            any(not c.isalpha() and not c.isdigit() for c in text),
        )
    )


def strong_alone(password: str, policy: Policy) -> bool:
    """Return whether it does without a second factor."""
    return len(password) >= policy.alone and classes(password) == CLASSES


def flaws(
    password: str,
    *,
    policy: Policy,
    has_factor: bool,
    names: Collection[str] = (),
    common: Collection[str] = (),
) -> list[Said]:
    """Return what is wrong with a new password, each as a sentence that says what to do.

    Args:
        password: as typed.
        policy: the figures.
        has_factor: whether the account has a second factor.
        names: user name, e-mail address and the like, which it may not hold.
        common: passwords that everybody guesses, in small letters.
    """
    found = []
    least = policy.with_factor if has_factor else policy.alone
    if len(password) < least:
        found.append(
            Said(
                "password_short",
                f"Mật khẩu ngắn quá: nhập ít nhất {least} ký tự"
                + ("." if has_factor else " khi chưa có lớp xác thực thứ hai."),
                f"Too short: enter at least {least} characters"
                + ("." if has_factor else " while no second factor is set up."),
            )
        )
    if not has_factor and classes(password) < CLASSES:
        found.append(
            Said(
                "password_classes",
                "Dùng đủ bốn loại ký tự: chữ thường, chữ hoa, chữ số, dấu hoặc khoảng trắng.",
                "Use all four kinds: small letters, capitals, digits, and signs or spaces.",
            )
        )
    plain = password.casefold()
    if plain in common:
        found.append(
            Said(
                "password_common",
                "Mật khẩu này nhiều người dùng, dễ đoán. Chọn mật khẩu khác.",
                "Many people use this password, it is easily guessed. Choose another one.",
            )
        )
    if any(len(name) >= 4 and name.casefold() in plain for name in names):
        found.append(
            Said(
                "password_name",
                "Mật khẩu chứa tên đăng nhập hoặc tên người dùng. Chọn mật khẩu khác.",
                "The password holds the user name or the person's name. Choose another one.",
            )
        )
    return found


REUSED = Said(
    "password_reused",
    "Mật khẩu này đã dùng gần đây. Chọn mật khẩu chưa dùng.",
    "This password was used lately. Choose one that was not.",
)
