"""Who else than a leg's far end sends packets to it: told once of each leg."""

from engine.ports import LegId, StrangersSend
from sip.media.leg_media import LegMedia


class Strangers:
    """Looks at each leg every now and then. On the SIP thread."""

    def __init__(self, media: LegMedia) -> None:
        self._media = media
        self._told: set[LegId] = set()

    def look(self, leg: LegId) -> StrangersSend | None:
        """The event of a leg to which strangers send, the first time that they are found."""
        if leg in self._told or not self._media.strange_packets(leg):
            return None
        figures = self._media.figures(leg)
        if figures is None:
            return None
        self._told.add(leg)
        return StrangersSend(figures.first_stranger)

    def forget(self, leg: LegId) -> None:
        """The leg is over."""
        self._told.discard(leg)
