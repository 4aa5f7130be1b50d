"""A refused act: always with a reason in both languages, and the clause where one stands behind."""

from dataclasses import dataclass


@dataclass(eq=False)
class Refusal(Exception):
    """The act was not done, and nothing of it remains.

    Args:
        code: stable word for programs, e.g. ``"site_not_connected"``.
        vi: reason and what to do, in Vietnamese.
        en: the same in English.
        clause: clause of the regulation, or empty when none requires it.
    """

    code: str
    vi: str
    en: str
    clause: str = ""

    def __str__(self) -> str:
        return f"{self.code}: {self.en}"
