"""How forgivingly call flows are read, and whose numbers are national in them."""

from dataclasses import dataclass
from typing import Final

from engine.model.flow_reading import FlowReading


@dataclass(frozen=True, slots=True)
class ReadingManner:
    """How the documents of one call are read.

    Without a `reading`, XML is read leniently and JSON strictly: the one was written by hand over many years, the
    other is written for Telefoon. `country` (ISO 3166 alpha-2, lower case) is that whose national numbers are
    understood in a lenient reading; where it is empty, only numbers with a country code are.
    """

    reading: FlowReading | None = None
    country: str = ""

    def of_xml(self) -> FlowReading:
        """How XML is read."""
        return self.reading or FlowReading.LENIENT

    def of_json(self) -> FlowReading:
        """How JSON is read."""
        return self.reading or FlowReading.STRICT


STRICT_MANNER: Final = ReadingManner(FlowReading.STRICT)
"""Every mistake is told."""

BY_SPELLING: Final = ReadingManner()
"""As nobody has chosen otherwise; numbers need their country code."""
