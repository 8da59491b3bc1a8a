"""The Protocol by which a dialog hands over the media of its leg."""

from typing import Protocol

import pjsua2 as pj

from engine.ports import LegId, RtpStats


class LegMedia(Protocol):
    """Puts our own media around each leg's stream when it is made, and takes it away before the stream goes."""

    def wrap(self, leg: LegId, stream: pj.OnStreamCreatedParam, call_with_keys: int | None = None) -> None:
        """A stream was made, and is not yet in the bridge.

        Keys that the far end sounds as tones are told as the library's call `call_with_keys`, if there is one.
        """
        ...

    def sound_keys(self, leg: LegId, keys: str) -> None:
        """Send the far end keys as tones."""
        ...

    def unwrap(self, leg: LegId) -> None:
        """The leg's stream is about to go."""
        ...

    def set_leg(self, leg: LegId, media: pj.AudioMedia) -> None:
        """The leg's media is in the bridge."""
        ...

    def rest_leg(self, leg: LegId) -> None:
        """The leg's media has gone until `set_leg`; its wires stay asked for."""
        ...

    def life(self, leg: LegId) -> int | None:
        """Changes with each packet from the far end; None while the leg has no media."""
        ...

    def strange_packets(self, leg: LegId) -> int:
        """How many packets have come to the leg that were not its far end's."""
        ...

    def figures(self, leg: LegId) -> RtpStats | None:
        """What the leg's line was like so far."""
        ...

    def drop_leg(self, leg: LegId) -> None:
        """The leg is over."""
        ...
