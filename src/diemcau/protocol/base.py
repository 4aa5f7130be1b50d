"""What every message has in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

SiteKey = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$", description="Key of a site")]


class Message(BaseModel):
    """A message: immutable, and an unknown field is an error rather than a surprise."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_serialization_defaults_required=True
    )
