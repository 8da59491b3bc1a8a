"""A far end's media in G.722 or Opus: it sounds a tone, and keeps what it hears at 16 kHz, on its own threads."""

import itertools
import random
import socket
import threading
import time
from typing import Final, Self

import numpy as np

from tests.peers.audio import Sound, hears
from tests.peers.rtp import NotRtp, Packet
from tests.peers.sip_message import Sdp
from tests.peers.waiting import eventually
from tests.peers.wide_codecs import FRAME_SAMPLES, RATE_HZ, WIDE, Pcm

_FRAME_S: Final = 0.02


class WideEar:
    """A wide phone without signalling, on a loopback port that the kernel chose; `offer` describes it."""

    def __init__(self, codec: str, sound: Sound) -> None:
        """Have it say a sound again and again, once it knows where to (`follow`)."""
        self._codec = WIDE[codec]()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.1)
        pcm = sound.at_rate(RATE_HZ).pcm
        frames = [pcm[at : at + FRAME_SAMPLES] for at in range(0, len(pcm) - FRAME_SAMPLES + 1, FRAME_SAMPLES)]
        self._frames = itertools.cycle(frames)
        self._target: tuple[str, int] | None = None
        self._decoded: list[Pcm] = []
        self._closing = threading.Event()
        self._threads = [threading.Thread(target=each, daemon=True) for each in (self._listen, self._speak)]
        for thread in self._threads:
            thread.start()

    @property
    def offer(self) -> str:
        """Its session description."""
        codec, port = self._codec, self._socket.getsockname()[1]
        return (
            "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {port} RTP/AVP {codec.payload_type}\r\n{codec.described}"
        )

    def follow(self, sdp: Sdp | None) -> None:
        """Send where the other side's session description says; it must have taken the codec."""
        assert sdp is not None, "the message had no session description"
        assert self._codec.payload_type in sdp.formats, sdp.text
        self._target = (sdp.address, sdp.port)

    def heard(self, since: int = 0) -> Sound:
        """What came in, packet by packet, but for its first `since` packets."""
        return Sound.of_pcm(np.concatenate([np.zeros(0, np.int16), *self._decoded[since:]]), RATE_HZ)

    @property
    def packets(self) -> int:
        return len(self._decoded)

    async def hears_in_all(self, hz: float, *, seconds: float, within_s: float, since: int = 0) -> None:
        """Wait until a tone was heard for so long since a packet."""
        await eventually(
            lambda: hears(self.heard(since), hz, seconds=seconds),
            within_s=within_s,
            otherwise=lambda: f"{seconds:g} s of {hz:g} Hz; {self.packets} packets came",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        for thread in self._threads:
            thread.join()
        self._socket.close()

    def _listen(self) -> None:
        while not self._closing.is_set():
            try:
                packet = Packet.read(self._socket.recv(2048))
            except (TimeoutError, ConnectionRefusedError, NotRtp):
                continue
            if packet.payload_type == self._codec.payload_type:
                self._decoded.append(self._codec.decode(packet.payload))

    def _speak(self) -> None:
        sequence, timestamp, ssrc = random.getrandbits(15), random.getrandbits(31), random.getrandbits(32)
        due = time.monotonic()
        while not self._closing.is_set():
            due += _FRAME_S
            time.sleep(max(0.0, due - time.monotonic()))
            if self._target is None:
                continue
            payload = self._codec.encode(next(self._frames))
            datagram = Packet(self._codec.payload_type, sequence, timestamp, ssrc, payload).bytes()
            sequence, timestamp = (sequence + 1) & 0xFFFF, (timestamp + self._codec.ticks) & 0xFFFFFFFF
            try:
                self._socket.sendto(datagram, self._target)
            except ConnectionRefusedError:
                continue
