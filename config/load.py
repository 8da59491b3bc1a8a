"""The settings of when no call is taken any more: a node that is told to stop."""

from pydantic import BaseModel, Field


class LoadSettings(BaseModel):
    """How a node ends its calls when it is told to stop."""

    drain_s: float = Field(default=300.0, ge=0, le=86400)
    drain_goodbye: bool = True
