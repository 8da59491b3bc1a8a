"""Which leg the media of a dialog are: the same from its beginning, unless a dialog has taken another's place."""

import pjsua2 as pj

from engine.ports import LegId, RtpStats
from sip.media.connections import MediaConnections


class LegPlaces:
    """Hands the media of dialogs over as those of the legs in whose place they are. Implements sip.media.LegMedia.

    Every method runs on the SIP thread, and takes the number that the dialog has had from its beginning.
    """

    def __init__(self, switch: MediaConnections) -> None:
        self._switch = switch
        self._moved: dict[LegId, LegId] = {}
        """The legs of dialogs that have changed places, by the dialogs' numbers."""

    def exchange(self, one: LegId, other: LegId) -> None:
        """Two dialogs change places: each is heard and recorded as the other was, and hears what that heard."""
        here, there = self._place(one), self._place(other)
        self._switch.exchange(here, there)
        self._moved[one], self._moved[other] = there, here

    def wrap(self, leg: LegId, stream: pj.OnStreamCreatedParam, call_with_keys: int | None = None) -> None:
        self._switch.wrap(self._place(leg), stream, call_with_keys)

    def sound_keys(self, leg: LegId, keys: str) -> None:
        self._switch.sound_keys(self._place(leg), keys)

    def unwrap(self, leg: LegId) -> None:
        self._switch.unwrap(self._place(leg))

    def set_leg(self, leg: LegId, media: pj.AudioMedia) -> None:
        self._switch.set_leg(self._place(leg), media)

    def rest_leg(self, leg: LegId) -> None:
        self._switch.rest_leg(self._place(leg))

    def life(self, leg: LegId) -> int | None:
        return self._switch.life(self._place(leg))

    def strange_packets(self, leg: LegId) -> int:
        return self._switch.strange_packets(self._place(leg))

    def figures(self, leg: LegId) -> RtpStats | None:
        return self._switch.figures(self._place(leg))

    def drop_leg(self, leg: LegId) -> None:
        self._switch.drop_leg(self._moved.pop(leg, leg))

    def _place(self, dialog: LegId) -> LegId:
        return self._moved.get(dialog, dialog)
