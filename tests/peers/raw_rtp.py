"""A far end's media socket that sends exactly the packets that a test makes, and keeps what comes back.

What others send is not kept: its port may have been that of another test's telephone a moment ago.
"""

import asyncio
import random
import socket
import threading
import time
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from tests.peers.audio import tone
from tests.peers.g711 import PCMA
from tests.peers.rtp import NotRtp, Packet, TelephoneEvent

EVENTS: Final = 101
STEP_S: Final = 0.02
_SAMPLES: Final = 160
_NOWHERE: Final = ("127.0.0.1", 9)


@dataclass(frozen=True, slots=True)
class Came:
    """A packet and when it came, in seconds of the monotonic clock."""

    packet: Packet
    at_s: float


class RawRtp:
    """Sequence and timestamp go on by themselves; both can be set between packets."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((host, 0))
        self._socket.settimeout(0.1)
        self._closing = threading.Event()
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self.came: list[Came] = []
        self.target = _NOWHERE
        self.sequence, self.timestamp = random.getrandbits(15), random.getrandbits(31)
        self.ssrc = random.getrandbits(32)
        self._tone = PCMA.encode(tone(440, 1).pcm)
        self._listening.start()

    @property
    def port(self) -> int:
        """The port to name in a session description."""
        return int(self._socket.getsockname()[1])

    @property
    def address(self) -> str:
        """Host and port, as others see where it sends from."""
        host, port = self._socket.getsockname()
        return f"{host}:{port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._listening.join()
        self._socket.close()

    def send(self, datagram: bytes) -> None:
        """A datagram as it is."""
        self._socket.sendto(datagram, self.target)

    def frame(self, number: int) -> Packet:
        """20 ms of a tone of 440 Hz, `number` frames after the next one to be sent."""
        sequence = (self.sequence + number) & 0xFFFF
        timestamp = (self.timestamp + number * _SAMPLES) & 0xFFFFFFFF
        start = timestamp % (len(self._tone) // _SAMPLES * _SAMPLES) // _SAMPLES * _SAMPLES
        return Packet(PCMA.payload_type, sequence, timestamp, self.ssrc, self._tone[start : start + _SAMPLES])

    def pass_over(self, frames: int) -> None:
        """So many frames have been sent."""
        self.sequence = (self.sequence + frames) & 0xFFFF
        self.timestamp = (self.timestamp + frames * _SAMPLES) & 0xFFFFFFFF

    async def say(self, frames: int) -> None:
        """A tone, one frame in 20 ms."""
        due = time.monotonic()
        for _ in range(frames):
            self.send(self.frame(0).bytes())
            self.pass_over(1)
            due += STEP_S
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    def event(self, event: TelephoneEvent) -> None:
        """One packet of a key, at the timestamp as it is."""
        self.send(Packet(EVENTS, self.sequence, self.timestamp, self.ssrc, event.bytes()).bytes())
        self.sequence = (self.sequence + 1) & 0xFFFF

    def gaps_ms(self, since_s: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Between packets that came after a time of the monotonic clock."""
        return np.diff([each.at_s for each in self.came if each.at_s > since_s]) * 1000

    def _listen(self) -> None:
        while not self._closing.is_set():
            try:
                datagram, sender = self._socket.recvfrom(4096)
                packet = Packet.read(datagram)
            except (TimeoutError, ConnectionRefusedError, NotRtp):
                continue
            if self.target not in {sender, _NOWHERE}:
                continue
            self.came.append(Came(packet, time.monotonic()))
