"""A value of a profile: what the regulation says, where, or that it says nothing.

Silence is a value of its own. A silent rule has a default, so that the software can act, but no
clause, so that no screen and no report can present the default as a duty.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final, Generic, TypeVar

T = TypeVar("T")

NOT_REGULATED_VI: Final = "quy chế không quy định"
NOT_REGULATED_EN: Final = "not required by the regulation"


class Silent(Enum):
    """The regulation gives nothing on the matter."""

    SILENT = "silent"


SILENT: Final = Silent.SILENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Value(Generic[T]):
    """One rule of a profile.

    Either `stated` is what the text says and `clause` is where, or `stated` is `SILENT`, `clause`
    is None and `default` is what the software does. `also` names further clauses on the matter.
    """

    stated: T | Silent
    clause: str | None
    default: T | None
    note_vi: str
    note_en: str
    also: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.stated is SILENT:
            if self.clause is not None or self.also:
                raise ValueError("a silent value has no clause")
            if self.default is None:
                raise ValueError("a silent value needs a default")
        elif self.clause is None:
            raise ValueError("a stated value needs a clause")
        elif self.default is not None:
            raise ValueError("a stated value has no default")

    @property
    def is_silent(self) -> bool:
        """True when the regulation says nothing and the default applies."""
        return self.stated is SILENT

    @property
    def effective(self) -> T:
        """What applies: the stated value, or the default of a silent one."""
        if not isinstance(self.stated, Silent):
            return self.stated
        assert self.default is not None  # kept by __post_init__
        return self.default
