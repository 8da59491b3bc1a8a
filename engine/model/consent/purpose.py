"""The purposes for which a person's sound is processed; each has its own consent (GDPR art. 6(1)(a))."""

from enum import StrEnum


class Purpose(StrEnum):
    """What is done with what somebody says on a call."""

    RECORDING = "recording"
    TRANSCRIPTION = "transcription"
    """It is written down."""
    STREAMING = "streaming"
    """A program hears it."""
    RECORDING_ELSEWHERE = "recording-elsewhere"
    """Another system records it (SIPREC)."""
