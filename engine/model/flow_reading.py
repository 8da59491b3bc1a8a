"""What becomes of mistakes in call flows."""

from enum import StrEnum


class FlowReading(StrEnum):
    """What becomes of a mistake in a call flow.

    Lenient passes over it, as the field's own clouds do, and the call is told a warning; strict refuses the document.
    """

    LENIENT = "lenient"
    STRICT = "strict"
