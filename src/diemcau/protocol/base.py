"""What every message has in common."""

import re
import unicodedata
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

SiteKey = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$", description="Key of a site")]


def one_line(text: object) -> object:
    """Return text that others will read as one line, in reading order; anything else as it is.

    Takes out what is not seen and turns or breaks what is: controls, marks of direction (a name
    written to read as another's), halves of letters. Composed letters (NFC) compare as equal.
    """
    if not isinstance(text, str):
        return text
    # Breaks and tabs part words; an escape sequence goes with its letters.
    spaced = re.sub(r"\s+", " ", re.sub(r"\x1b\[[0-?]*[ -/]*[@-~]", "", text))
    shown = "".join(c for c in spaced if unicodedata.category(c)[0] != "C")
    return " ".join(unicodedata.normalize("NFC", shown).split())


Line = Annotated[str, BeforeValidator(one_line)]
"""What a person writes and others read: a name, a title, a reason."""


class Message(BaseModel):
    """A message: immutable, and an unknown field is an error rather than a surprise."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_serialization_defaults_required=True
    )
