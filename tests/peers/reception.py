"""What an RTP receiver got: counted (RFC 3550 §6.4.1, A.8), decoded and put in order."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tests.peers.audio import Sound
from tests.peers.g711 import Law
from tests.peers.rtp import Packet, TelephoneEvent

_RATE_HZ = 8000
_LEAP_S = 0.5


@dataclass(frozen=True, slots=True)
class Digit:
    """A key heard: `at_s` after the first packet, `duration_s` as its last packet said, whether that was an end."""

    key: str
    at_s: float
    duration_s: float
    ended: bool


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Audio of one packet and its place, in samples after the first packet."""

    place: int
    packet: Packet


class Reception:
    """Takes packets on one thread, answers questions on any."""

    def __init__(self, laws: Mapping[int, Law], event_type: int) -> None:
        """`laws` by payload type; other audio is counted but not decoded."""
        self._lock = threading.Lock()
        self._laws = laws
        self._event_type = event_type
        self._chunks: list[_Chunk] = []
        self._digits: dict[tuple[int, int], Digit] = {}
        self._sequences: dict[int, set[int]] = {}
        self._types: set[int] = set()
        self._sources: set[tuple[str, int]] = set()
        self._first_at = 0.0
        self._last_at = 0.0
        self._last: tuple[int, int, int, float] | None = None
        self._jitter = 0.0
        self._foreign = 0
        self._refusals = 0

    def __repr__(self) -> str:
        return (
            f"{self.packets} packets, {self.lost} lost, {len(self.ssrcs)} SSRC, "
            f"payload types {sorted(self.payload_types)}, jitter {self.jitter_ms:.1f} ms"
        )

    def take(self, packet: Packet, source: tuple[str, int], at: float) -> None:
        """One packet that came in at `at` (monotonic seconds)."""
        with self._lock:
            if not self._sequences:
                self._first_at = at
            self._last_at = at
            self._sources.add(source)
            self._types.add(packet.payload_type)
            self._sequences.setdefault(packet.ssrc, set()).add(packet.sequence)
            if packet.payload_type == self._event_type:
                self._take_event(packet, at)
            elif packet.payload_type in self._laws:
                self._take_audio(packet, at)

    def count_foreign(self) -> None:
        """Something that was no RTP came in."""
        self._foreign += 1

    def count_refusal(self) -> None:
        """The other side's port was closed when we sent."""
        self._refusals += 1

    @property
    def packets(self) -> int:
        """Different packets that came in."""
        with self._lock:
            return sum(len(each) for each in self._sequences.values())

    @property
    def lost(self) -> int:
        """Packets missing between the first and the last of each SSRC."""
        with self._lock:
            return sum(_missing(each) for each in self._sequences.values())

    @property
    def ssrcs(self) -> frozenset[int]:
        with self._lock:
            return frozenset(self._sequences)

    @property
    def payload_types(self) -> frozenset[int]:
        with self._lock:
            return frozenset(self._types)

    @property
    def sources(self) -> frozenset[tuple[str, int]]:
        """Where packets came from."""
        with self._lock:
            return frozenset(self._sources)

    @property
    def jitter_ms(self) -> float:
        """Interarrival jitter at the last packet."""
        return self._jitter * 1000

    def quiet_s(self, now: float) -> float:
        """Seconds since the last packet, where `now` is monotonic."""
        with self._lock:
            return now - self._last_at

    def elapsed_s(self, now: float) -> float:
        """Seconds since the first packet: the place in `sound` of what comes in now."""
        with self._lock:
            return now - self._first_at if self._sequences else 0.0

    def digits(self) -> list[Digit]:
        """Keys in the order in which they began."""
        with self._lock:
            return list(self._digits.values())

    def sound(self, since_s: float = 0.0) -> Sound:
        """The decoded audio from `since_s` after the first packet on; what is missing is silence."""
        start = max(0, int(since_s * _RATE_HZ))
        with self._lock:
            chunks = [each for each in self._chunks if each.place + len(each.packet.payload) > start]
        if not chunks:
            return Sound(np.zeros(0), _RATE_HZ)
        first = min(start, *(each.place for each in chunks))
        pcm = np.zeros(max(each.place + len(each.packet.payload) for each in chunks) - first, dtype=np.int16)
        for chunk in chunks:
            decoded = self._laws[chunk.packet.payload_type].decode(chunk.packet.payload)
            pcm[chunk.place - first : chunk.place - first + len(decoded)] = decoded
        return Sound.of_pcm(pcm[start - first :], _RATE_HZ)

    def _take_event(self, packet: Packet, at: float) -> None:
        event = TelephoneEvent.read(packet.payload)
        if event is None:
            return
        key = (packet.ssrc, packet.timestamp)
        known = self._digits.get(key)
        duration_s = max(event.duration / _RATE_HZ, known.duration_s if known else 0.0)
        began = known.at_s if known else at - self._first_at
        self._digits[key] = Digit(event.key, began, duration_s, event.end or (known is not None and known.ended))

    def _take_audio(self, packet: Packet, at: float) -> None:
        arrival = at - self._first_at
        place = round(arrival * _RATE_HZ)
        if self._last is not None:
            ssrc, timestamp, last_place, last_arrival = self._last
            step = ((packet.timestamp - timestamp + 0x80000000) & 0xFFFFFFFF) - 0x80000000
            elapsed = arrival - last_arrival
            # A leap of the timestamps is no silence: after it, the clock on our wall says where sound belongs.
            if ssrc == packet.ssrc and abs(step / _RATE_HZ - elapsed) < _LEAP_S:
                place = max(0, last_place + step)
                self._jitter += (abs(elapsed - step / _RATE_HZ) - self._jitter) / 16
        self._last = (packet.ssrc, packet.timestamp, place, arrival)
        self._chunks.append(_Chunk(place, packet))


def _missing(sequences: set[int]) -> int:
    ordered = sorted(sequences)
    if ordered[-1] - ordered[0] > 0x8000:
        ordered = sorted((each + 0x10000 if each < 0x8000 else each) for each in sequences)
    return ordered[-1] - ordered[0] + 1 - len(ordered)
