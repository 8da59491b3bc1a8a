"""Sound and keys as a file of captured RTP (the classic format of libpcap), which SIPp plays to the other end."""

import random
import struct
from pathlib import Path
from typing import Final

from tests.peers.audio import Sound
from tests.peers.g711 import PCMA
from tests.peers.rtp import Packet, TelephoneEvent

_STEP_US: Final = 20_000
_SAMPLES: Final = 160
_EVENTS: Final = 101
_STEPS_OF_KEY: Final = 8
_FILE: Final = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
"""The head of a file of frames of Ethernet."""


class PcapOfRtp:
    """RTP that is written packet by packet, one in 20 ms, in A-law and telephone events of type 101."""

    def __init__(self) -> None:
        self._records = [_FILE]
        self._step = 0
        self._sequence, self._ssrc = random.getrandbits(15), random.getrandbits(32)

    def say(self, sound: Sound) -> None:
        """Add sound."""
        coded = PCMA.encode(sound.at_rate(8000).pcm)
        for at in range(0, len(coded) - _SAMPLES + 1, _SAMPLES):
            self._add(PCMA.payload_type, coded[at : at + _SAMPLES], self._step)

    def press(self, key: str) -> None:
        """Add a key, whose end is sent three times (RFC 4733 §2.5.1.4)."""
        began = self._step
        for step in range(1, _STEPS_OF_KEY + 3):
            duration = min(step, _STEPS_OF_KEY) * _SAMPLES
            self._add(_EVENTS, TelephoneEvent(key, step >= _STEPS_OF_KEY, duration).bytes(), began)

    def save(self, path: Path) -> Path:
        """Write the file; gives `path` back."""
        path.write_bytes(b"".join(self._records))
        return path

    def _add(self, payload_type: int, payload: bytes, began: int) -> None:
        packet = Packet(payload_type, self._sequence & 0xFFFF, began * _SAMPLES, self._ssrc, payload).bytes()
        udp = struct.pack("!HHHH", 10000, 10002, 8 + len(packet), 0) + packet
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, bytes(4), bytes(4)) + udp
        frame = bytes(12) + b"\x08\x00" + ip
        seconds, microseconds = divmod(self._step * _STEP_US, 1_000_000)
        self._records.append(struct.pack("<IIII", seconds, microseconds, len(frame), len(frame)) + frame)
        self._sequence += 1
        self._step += 1
