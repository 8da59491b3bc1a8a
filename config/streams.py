"""The settings of media streams to programs."""

from pydantic import BaseModel, Field


class StreamSettings(BaseModel):
    """Whether there are any, how many at once on a node (0: any number), and what of a program's sound waits first."""

    streams: bool = True
    streams_most: int = Field(default=0, ge=0, le=100_000)
    stream_cushion_ms: int = Field(default=40, ge=0, le=1000)
