"""The settings of when no call is taken any more: a node that has too much to do, or is told to stop."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field

AUTO: Final = "auto"
OFF: Final = "off"
Most = Annotated[float, Field(gt=0)] | Literal["auto", "off"]
"""From how much on no call begins: a figure, what fits the machine, or any."""


class LoadSettings(BaseModel):
    """What a node may have of each before it takes no more calls, and how it ends them when it is told to stop."""

    most_calls: Most = "auto"
    most_calls_a_second: Most = "auto"
    most_cpu_percent: Most = "auto"
    most_loop_lag_ms: Most = "auto"
    most_sip_lag_ms: Most = "auto"
    most_clock_lag_ms: Most = "auto"
    most_files: Most = "auto"
    most_memory_mb: Most = "auto"
    most_database_age_s: Most = "auto"
    drain_s: float = Field(default=300.0, ge=0, le=86400)
    drain_goodbye: bool = True
    drain_unregister: bool = True
