"""What goes over loopback at some ports, as the kernel saw it (packet(7)): packets of UDP, bytes of TCP, on one clock.

It needs root. A program that looks late changes nothing of what was first here.
"""

import ctypes
import socket
import struct
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Self

_ETH_P_IP: Final = 0x0800
_TCP, _UDP = 6, 17
_SO_ATTACH_FILTER: Final = 26
_SO_RCVBUFFORCE: Final = 33
_SO_TIMESTAMPNS: Final = 35
_KEPT_BYTES: Final = 64 * 1024 * 1024
"""For as long as this process is held up."""
_LONGEST: Final = 0x10000
_TIMESPEC: Final = struct.Struct("@qq")
_SYN: Final = 0x02


@dataclass(frozen=True, slots=True)
class Captured:
    """What a packet carried, from port to port, and when the kernel had it (seconds since 1970)."""

    at_s: float
    source: int
    target: int
    payload: bytes


@dataclass(slots=True)
class CapturedWay:
    """One direction of a connection of TCP (RFC 9293 §3.1), whose bytes are told in their order, each once."""

    source: int
    target: int
    first: int
    segments: dict[int, Captured] = field(default_factory=dict)

    def add(self, sequence: int, segment: Captured) -> None:
        """A segment; one that was sent again is the same."""
        place = (sequence - self.first) & 0xFFFFFFFF
        known = self.segments.get(place)
        if known is None or len(known.payload) < len(segment.payload):
            self.segments[place] = segment

    def in_order(self) -> list[Captured]:
        """Its pieces, up to the first byte that is missing."""
        pieces, had = [], 0
        for place, segment in sorted(self.segments.items()):
            if place > had:
                break
            if new := segment.payload[had - place :]:
                pieces.append(Captured(segment.at_s, self.source, self.target, new))
                had += len(new)
        return pieces


class Capture:
    """Captures what comes from or goes to one of these ports of 127.0.0.1, while inside."""

    def __init__(self, *ports: int) -> None:
        self._ports = ports
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _KEPT_BYTES)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        _attach(self._socket, _filter_of(ports))
        self._socket.bind(("lo", _ETH_P_IP))
        self._socket.settimeout(0.1)
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._datagrams: list[Captured] = []
        self._ways: list[CapturedWay] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._thread.join()
        self._socket.close()

    def add(self, *ports: int) -> None:
        """Capture these too from now on."""
        self._ports += ports
        _attach(self._socket, _filter_of(self._ports))

    def datagrams(self, *, source: int | None = None, target: int | None = None) -> list[Captured]:
        """Packets of UDP from a port, or to one, in the order in which they were sent."""
        with self._lock:
            found = tuple(self._datagrams)
        return [each for each in found if source in (None, each.source) and target in (None, each.target)]

    def ways(self, *, source: int | None = None, target: int | None = None) -> list[list[Captured]]:
        """The bytes of each connection from a port, or to one, in their order; the oldest connection first."""
        with self._lock:
            chosen = [each for each in self._ways if source in (None, each.source) and target in (None, each.target)]
            return [each.in_order() for each in chosen]

    def _listen(self) -> None:
        while not self._closing.is_set():
            try:
                packet, told, _, (_, _, kind, *_) = self._socket.recvmsg(_LONGEST, socket.CMSG_SPACE(_TIMESPEC.size))
            except TimeoutError:
                continue
            if kind != socket.PACKET_OUTGOING:  # on loopback each is seen as it leaves, and as it comes
                self._take(packet, _moment(told))

    def _take(self, packet: bytes, at_s: float) -> None:
        transport = packet[(packet[0] & 0x0F) * 4 : int.from_bytes(packet[2:4])]
        source, target = struct.unpack_from("!HH", transport)
        with self._lock:
            if packet[9] == _UDP:
                self._datagrams.append(Captured(at_s, source, target, transport[8:]))
                return
            sequence, payload = int.from_bytes(transport[4:8]), transport[(transport[12] >> 4) * 4 :]
            if transport[13] & _SYN:
                self._ways.append(CapturedWay(source, target, (sequence + 1) & 0xFFFFFFFF))
            elif payload:
                self._way(source, target, sequence).add(sequence, Captured(at_s, source, target, payload))

    def _way(self, source: int, target: int, sequence: int) -> CapturedWay:
        """The newest between these; of one that was there before we captured, what comes from here on."""
        ways = (each for each in reversed(self._ways) if (each.source, each.target) == (source, target))
        if (known := next(ways, None)) is not None:
            return known
        self._ways.append(CapturedWay(source, target, sequence))
        return self._ways[-1]


def _moment(told: list[tuple[int, int, bytes]]) -> float:
    [(_, _, value)] = told
    seconds, nanoseconds = _TIMESPEC.unpack(value)
    return float(seconds) + float(nanoseconds) / 1e9


def _filter_of(ports: Sequence[int]) -> bytes:
    """Instructions of classic BPF, which take TCP and UDP of these ports (Linux: networking/filter.rst)."""
    steps = [
        (0x30, 0, 0, 9),  # the protocol
        (0x15, 1, 0, _UDP),
        (0x15, 0, 2 * len(ports) + 3, _TCP),
        (0xB1, 0, 0, 0),  # past the header of IP
    ]
    for half in (0, 2):
        steps.append((0x48, 0, 0, half))
        for number, port in enumerate(ports):
            left = len(ports) - number - 1 + (len(ports) + 2 if half == 0 else 1)
            steps.append((0x15, left, 0, port))
    steps += [(0x06, 0, 0, 0), (0x06, 0, 0, _LONGEST)]
    return b"".join(struct.pack("@HBBI", *each) for each in steps)


def _attach(capturing: socket.socket, program: bytes) -> None:
    kept = ctypes.create_string_buffer(program, len(program))
    described = struct.pack("@HP", len(program) // 8, ctypes.addressof(kept))
    capturing.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, described)
