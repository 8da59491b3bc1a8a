"""The shape of a recording: which directions of a call are in it, in how many channels, and what is cut off."""

from enum import StrEnum


class Trim(StrEnum):
    """Whether silence at a recording's beginning and end is cut off."""

    SILENCE = "trim-silence"
    NOTHING = "do-not-trim"


class Tracks(StrEnum):
    """Which directions of a call are recorded: what the far end says, what it hears, or both."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    BOTH = "both"


class Channels(StrEnum):
    """All in one channel, or a channel for each party."""

    MONO = "mono"
    DUAL = "dual"
