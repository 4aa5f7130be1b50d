"""Follow a chain event by event and name the first link that does not hold. Pure."""

from dataclasses import asdict, dataclass
from typing import Any

from . import canonical


@dataclass(frozen=True)
class Break:
    """A link that does not hold.

    Args:
        number: of the event at which it shows.
        code: stable word for programs.
        vi: what is wrong, in Vietnamese.
        en: the same in English.
    """

    number: int
    code: str
    vi: str
    en: str

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


@dataclass
class Walk:
    """A walk along a chain.

    Args:
        number: of the event reached; the next one must follow it.
        hash: of the event reached.
        count: how many events were passed.
    """

    number: int = 0
    hash: str = canonical.GENESIS
    count: int = 0

    def step(self, values: dict[str, Any], hash: str) -> Break | None:
        """Pass the next event, or return why it is not the next one.

        Args:
            values: its contents, see canonical.
            hash: what is kept as its hash.
        """
        number = values["number"]
        due = self.number + 1
        if number > due:
            upto = "" if number - 1 == due else f"–{number - 1}"
            return Break(
                due,
                "missing",
                f"thiếu sự kiện số {due}{upto}",
                f"event {due}{upto} is missing",
            )
        if number < due:
            return Break(
                number, "extra", f"sự kiện số {number} bị chen vào", f"event {number} was put in"
            )
        try:
            true = canonical.digest_of(values)
        except ValueError:
            true = ""
        if true != hash:
            return Break(
                number,
                "changed",
                f"nội dung sự kiện số {number} đã bị sửa",
                f"the content of event {number} was changed",
            )
        if values["previous"] != self.hash:
            return Break(
                number,
                "predecessor",
                f"sự kiện số {number} không nối tiếp sự kiện số {number - 1}",
                f"event {number} does not follow event {number - 1}",
            )
        self.number, self.hash, self.count = number, hash, self.count + 1
        return None
