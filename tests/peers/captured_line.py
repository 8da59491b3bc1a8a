"""A call whose audio and whose program's messages are captured: what the far end heard, packet by packet, and when."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tests.peers.capture import Capture
from tests.peers.captured_messages import CapturedMessage, messages_of
from tests.peers.g711 import PCMA
from tests.peers.rtp import Packet
from tests.peers.waiting import eventually

TELLS_NOBODY: Final = {
    "--disclosure": "not-ai",
    "--disclosure-reason": "A test's own sound.",
    "--asserted-by": "A test",
}
"""Options of a number, by which a program is heard at once."""
_AUDIBLE: Final = 100


def sounds(payload: bytes) -> bool:
    """Whether there is anything to hear in A-law."""
    return bool(np.abs(PCMA.decode(payload).astype(np.int32)).max() > _AUDIBLE)


@dataclass(frozen=True, slots=True)
class AudioPacket:
    """A packet of A-law as it came to its end (seconds since 1970)."""

    at_s: float
    payload: bytes

    @property
    def sounds(self) -> bool:
        return sounds(self.payload)


@dataclass(frozen=True, slots=True)
class CapturedLine:
    """The far end is at one port, and its program listens at the other."""

    capture: Capture
    far_end: int
    program: int

    def heard(self) -> list[AudioPacket]:
        """What came to the far end."""
        return _audio([(each.at_s, each.payload) for each in self.capture.datagrams(target=self.far_end)])

    def said(self) -> list[AudioPacket]:
        """What the far end has sent."""
        return _audio([(each.at_s, each.payload) for each in self.capture.datagrams(source=self.far_end)])

    def from_program(self, name: str) -> list[CapturedMessage]:
        """Messages of an event, or a type."""
        return _named(name, *[messages_of(way) for way in self.capture.ways(source=self.program)])

    def to_program(self, name: str) -> list[CapturedMessage]:
        """Messages of an event, or a type."""
        return _named(name, *[messages_of(way) for way in self.capture.ways(target=self.program)])

    async def hears(self, payload: bytes) -> None:
        """Wait for a packet at the far end."""
        await eventually(
            lambda: any(each.payload == payload for each in self.heard()),
            within_s=20,
            otherwise=lambda: f"{len(self.heard())} packets came",
        )


def _audio(datagrams: list[tuple[float, bytes]]) -> list[AudioPacket]:
    packets = [(at_s, Packet.read(datagram)) for at_s, datagram in datagrams]
    return [AudioPacket(at_s, packet.payload) for at_s, packet in packets if packet.payload_type == PCMA.payload_type]


def _named(name: str, *connections: list[CapturedMessage]) -> list[CapturedMessage]:
    return [
        each for messages in connections for each in messages
        if name in (each.content.get("event"), each.content.get("type"))
    ]  # fmt: skip
